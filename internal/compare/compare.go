// Package compare says how far two models are the same function, and which of them is better, or whether the difference
// is noise. Read has the models, with a function that knows the formats; Base says whose samples they are compared on;
// Test passes these through them; New compares each with the first. The caller loads the samples and shows the result.
package compare

import (
	"math"
	"slices"

	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// Model is one of the models that are compared.
type Model struct {
	*modelfile.Model
	Name string // its file: what messages call it
}

// Tested is a model with what it gives for the samples.
type Tested struct {
	Model
	Result    step.Result
	Predicted []uint8       // the class of each sample
	outputs   kernel.Matrix // [samples, units]
}

// Test passes samples through the models, which Read has returned. The samples are bytes of images, or a table that is
// standardized as base wants it; each model gets them as it wants them. Once stop returns true, it returns early, with
// results that must not be used.
func Test(e *step.Engine, models []Model, base Model, s *batch.Samples, stop func() bool) ([]Tested, error) {
	var all []Tested
	for _, m := range models {
		network, err := m.Restandardized(base.Mean, base.Std).Network(m.Name)
		if err != nil {
			return nil, err
		}
		evaluator := step.NewEvaluator(e, network, m.Scaled(s))
		evaluator.StopIf(stop)
		t := Tested{Model: m, outputs: evaluator.KeepOutputs()}
		t.Result, t.Predicted = evaluator.Evaluate(), evaluator.Predicted()
		all = append(all, t)
	}
	return all, nil
}

// probability returns what the model gives for a class of a sample. A single output is that of class 1.
func (t Tested) probability(sample, class int) float64 {
	row := t.outputs.Row(sample)
	switch {
	case len(row) > 1:
		return float64(row[class])
	case class == 0:
		return 1 - float64(row[0])
	}
	return float64(row[0])
}

// Comparison is how a second model differs from a first one. Its JSON is part of what dnn compare --json prints.
type Comparison struct {
	First, Second Tested `json:"-"`
	unit          string // what a sample is: image or row

	Name      string     `json:"model"`     // of the second model
	Accuracy  float64    `json:"accuracy"`  // of the second model
	Structure [2]string  `json:"structure"` // of the first and of the second: 784-100 relu-10 softmax
	Weight    *WeightGap `json:"weight"`    // nil: the weights have other shapes
	Output    OutputGap  `json:"probability"`
	Changed   int        `json:"changed"` // samples whose class is another one
	Changes   []int      `json:"changes"` // which: the first few of them, from 0
	McNemar   McNemar    `json:"mcnemar"`
	Same      bool       `json:"same"` // each class is the same, and outputs are within the tolerance
	Outcome   Outcome    `json:"verdict"`
}

// WeightGap is how far apart the weights of two models are that have tensors of the same shapes, in the same order.
type WeightGap struct {
	Largest   float64    `json:"largest"`   // difference of two weights
	Tensor    string     `json:"tensor"`    // in which it is, by its name in the first model
	At        []int      `json:"at"`        // its place there: row and column of a kernel
	Values    [2]float32 `json:"values"`    // of the first and of the second model
	Different int        `json:"different"` // weights that are not equal
	Count     int        `json:"count"`     // of all weights
}

// OutputGap is the largest difference of an output: of a probability, if the last activation is softmax or sigmoid.
type OutputGap struct {
	Largest float64    `json:"largest"` // relative to the first model's, if that is above 1
	Sample  int        `json:"sample"`  // from 0
	Class   int        `json:"class"`
	Values  [2]float64 `json:"values"` // of the first and of the second model
}

// Outcome says what the difference between two models amounts to.
type Outcome string

// What the second model is beside the first.
const (
	Same   Outcome = "same"   // the same function
	Better Outcome = "better" // right more often, by more than chance explains
	Worse  Outcome = "worse"  // right less often, by more than chance explains
	Noise  Outcome = "noise"  // another function, and neither is better as far as these samples tell
)

// fewChanges is how many samples whose class changes a Comparison lists.
const fewChanges = 20

// of compares the second model with the first, on samples with these labels. Outputs that differ by at most tolerance
// count as the same.
func of(first, second Tested, labels []uint8, tolerance float64) Comparison {
	c := Comparison{
		First: first, Second: second,
		Name: second.Name, Accuracy: float64(second.Result.Accuracy()),
		Structure: [2]string{first.Structure(), second.Structure()},
		Weight:    weightGap(first.Tensors, second.Tensors),
		Output:    outputGap(first, second), Changes: []int{},
	}
	var onlyFirst, onlySecond int
	for i, label := range labels {
		a, b := first.Predicted[i], second.Predicted[i]
		if a == b {
			continue
		}
		if c.Changed++; c.Changed <= fewChanges {
			c.Changes = append(c.Changes, i)
		}
		switch label {
		case a:
			onlyFirst++
		case b:
			onlySecond++
		}
	}
	c.McNemar = newMcNemar(onlyFirst, onlySecond)
	c.Same = c.Changed == 0 && c.Output.Largest <= tolerance
	switch {
	case c.Same:
		c.Outcome = Same
	case c.McNemar.P >= Level:
		c.Outcome = Noise
	case onlySecond > onlyFirst:
		c.Outcome = Better
	default:
		c.Outcome = Worse
	}
	return c
}

// weightGap returns how far apart two lists of weights are, or nil if their shapes differ.
func weightGap(first, second []modelfile.Tensor) *WeightGap {
	if len(first) != len(second) {
		return nil
	}
	gap := &WeightGap{}
	for i, t := range first {
		other := second[i]
		if !slices.Equal(t.Shape, other.Shape) {
			return nil
		}
		gap.Count += len(t.Data)
		for j, v := range t.Data {
			if v != other.Data[j] {
				gap.Different++
			}
			d := math.Abs(float64(v) - float64(other.Data[j]))
			if d > gap.Largest || gap.Tensor == "" {
				gap.Largest, gap.Tensor, gap.Values = d, t.Name, [2]float32{v, other.Data[j]}
				gap.At = place(j, t.Shape)
			}
		}
	}
	return gap
}

// place returns the indices of the i-th element of an array of that shape.
func place(i int, shape []int) []int {
	at := make([]int, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		at[d] = i % shape[d]
		i /= shape[d]
	}
	return at
}

// outputGap returns the largest difference of an output.
func outputGap(first, second Tested) OutputGap {
	var gap OutputGap
	for r := range first.outputs.Rows {
		for class := range first.Architecture.Classes() {
			a, b := first.probability(r, class), second.probability(r, class)
			d := math.Abs(a-b) / max(1, math.Abs(a))
			if d != d || math.IsInf(d, 0) { // a network whose values overflow
				d = math.MaxFloat64
				a, b = finite(a), finite(b)
			}
			if d > gap.Largest || r == 0 && class == 0 {
				gap = OutputGap{Largest: d, Sample: r, Class: class, Values: [2]float64{a, b}}
			}
		}
	}
	return gap
}

// finite returns v as a number that JSON can write.
func finite(v float64) float64 {
	switch {
	case v != v:
		return 0
	default:
		return max(-math.MaxFloat64, min(math.MaxFloat64, v))
	}
}
