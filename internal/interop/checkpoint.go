package interop

import (
	"math"
	"strings"

	"dnn/internal/config"
	"dnn/internal/exact"
	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
	"dnn/internal/nn/optimizer"
	"dnn/internal/safetensors"
	"dnn/internal/train"
)

// readCheckpoint reads a checkpoint as a model with the weights that the run's next step finds, and the state of Adam;
// nil if the run has another optimizer. A checkpoint of a table is refused: it does not hold the standardization.
func readCheckpoint(path string) (*modelfile.Model, *chain.Adam, error) {
	c, err := train.ReadCheckpoint(path)
	if err != nil {
		return nil, nil, err
	}
	experiment, err := config.Stored(path, c.Config())
	if err != nil {
		return nil, nil, err
	}
	if experiment.Dataset.IsTable() {
		return nil, nil, fault.New(fault.Data, path, "wanted a checkpoint of images, found one of a table: "+
			"it does not hold how the columns are standardized").WithHint("the run's model file does")
	}
	weights := c.Weights()
	if len(weights) < 2 {
		return nil, nil, fault.New(fault.Data, path, "wanted weights, found %s", fault.Count(len(weights), "tensor"))
	}
	features, classes := weights[0].Shape[0], len(weights[len(weights)-1].Data)
	arch, err := experiment.Architecture(features, max(2, classes))
	if err != nil {
		return nil, nil, fault.New(fault.Data, path, "its network: %w", err)
	}
	m := &modelfile.Model{
		Seed: experiment.Seed, Dataset: experiment.Dataset.String(), DataHash: c.Inputs()["data set"],
		InputShape: square(features), Scale: 1. / 255, Architecture: arch, Config: c.Config(), Tensors: weights,
	}
	if err := m.Check(); err != nil {
		return nil, nil, fault.New(fault.Data, path, "%w", err)
	}
	return m, adamOf(experiment.Optimizer, c), nil
}

// square returns the shape of an image of so many pixels, if it is a square.
func square(pixels int) []int {
	if side := int(math.Sqrt(float64(pixels))); side*side == pixels {
		return []int{side, side}
	}
	return []int{pixels}
}

// adamOf returns the state of the optimizer, if it is Adam.
func adamOf(spec optimizer.Spec, c *train.Checkpoint) *chain.Adam {
	rule, ok := spec.Rule.(*optimizer.AdamRule)
	if !ok || spec.Name != "adam" || rule.AMSGrad {
		return nil
	}
	numbers, arrays := c.Optimizer()
	a := &chain.Adam{
		LearningRate: spec.LearningRate, Beta1: rule.Beta1, Beta2: rule.Beta2, Epsilon: rule.Epsilon,
		Momentum: momentsOf(arrays, "adam.momentum/"), Velocity: momentsOf(arrays, "adam.velocity/"),
	}
	if power, ok := numbers["adam.beta_2_power"]; ok {
		a.Iterations = steps(float64(float32(rule.Beta2)), power)
	}
	return a
}

// steps returns the number of factors base that give the power; 0 if they are not between 0 and 1. A power that is too
// small for a float64 is of so many that one step more or less changes nothing.
func steps(base, power float64) int64 {
	if !(base > 0 && base < 1 && power >= 0 && power < 1) {
		return 0
	}
	return int64(math.Round(exact.Log64(max(power, math.SmallestNonzeroFloat64)) / exact.Log64(base)))
}

// momentsOf returns the arrays whose names have that prefix, without it.
func momentsOf(arrays []safetensors.Tensor, prefix string) map[string][]float32 {
	moments := make(map[string][]float32)
	for _, t := range arrays {
		if name, ok := strings.CutPrefix(t.Name, prefix); ok {
			moments[name] = t.Data
		}
	}
	return moments
}
