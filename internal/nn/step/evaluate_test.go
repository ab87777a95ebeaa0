package step

import (
	"math"
	"strings"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/reference"
)

// An evaluation gives the reference's losses, in as many passes as wanted, for counts around that of a task.
func TestEvaluate(t *testing.T) {
	for _, loss := range []string{nn.CategoricalCrossentropy, nn.BinaryCrossentropy} {
		output := nn.LayerSpec{Units: 4, Activation: "softmax"}
		if loss == nn.BinaryCrossentropy {
			output = nn.LayerSpec{Units: 1, Activation: "sigmoid"}
		}
		arch := nntest.Network(20, loss, nn.LayerSpec{Units: 33, Activation: "relu"}, output)
		classes := max(2, output.Units)
		for _, count := range []int{1, 127, 128, 129, 300} {
			for _, s := range []*batch.Samples{nntest.RandomBytes(count, 20, classes, 1), nntest.RandomFloats(count, 20, classes, 1)} {
				for _, threads := range []int{1, 4} {
					e := NewEngine(kernel.Available()[0], threads)
					m := nntest.RandomModel(t, arch, 1)
					before := nntest.Digest(m)
					v := NewEvaluator(e, m, s)
					first := v.Evaluate()
					checkResult(t, first, reference.New(m), s, nntest.Counting(count))
					if again := v.Evaluate(); again != first {
						t.Errorf("%d samples: %v, and %v in a second pass", count, first, again)
					}
					right := 0
					for i, class := range v.Predicted() {
						if class == s.Labels[i] {
							right++
						}
					}
					if len(v.Predicted()) != count || right != first.Right {
						t.Errorf("%d predictions of which %d are right, want %d and %d", len(v.Predicted()), right, count, first.Right)
					}
					if nntest.Digest(m) != before {
						t.Error("an evaluation changes weights")
					}
					checkConfidence(t, v, s.Labels)
					e.Close()
				}
			}
		}
	}
}

// checkConfidence wants the probability of what was predicted: e^-loss where that is right, and never less than half of two.
func checkConfidence(t *testing.T, v *Evaluator, labels []uint8) {
	t.Helper()
	for i, p := range v.Confidence() {
		right := v.Predicted()[i] == labels[i]
		if want := math.Exp(-float64(v.loss[i])); right && math.Abs(float64(p)-want) > 1e-5 {
			t.Fatalf("sample %d: confidence %v, want %v", i, p, want)
		}
		if least := 1 / float32(v.model.Architecture().Classes()); p < least-1e-6 || p > 1 {
			t.Fatalf("sample %d: confidence %v", i, p)
		}
	}
}

// An evaluator sees the weights as they are, not as they were when it was made.
func TestEvaluateSeesNewWeights(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	m := nntest.RandomModel(t, nntest.Network(20, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 3, Activation: "softmax"}), 1)
	s := nntest.RandomBytes(50, 20, 3, 1)
	v := NewEvaluator(e, m, s)
	before := v.Evaluate()
	o := optimizer.NewAdam(m.Params(), 0.9, 0.999, 1e-7)
	trainer := NewTrainer(e, m, o, s, 50)
	for range 100 {
		o.Begin(0.01)
		trainer.Step(nntest.Counting(50), nil)
	}
	after := v.Evaluate()
	if after.Loss >= before.Loss || after.Right <= before.Right {
		t.Errorf("100 steps lead from %v to %v", before, after)
	}
}

func TestResult(t *testing.T) {
	r := Result{Count: 100, Loss: 230.2585, Right: 7}
	r.Add(Result{Count: 50, Loss: 30, Right: 43})
	if want := float32(260.2585 / 150); r.MeanLoss() != want {
		t.Errorf("mean loss %v, want %v", r.MeanLoss(), want)
	}
	if want := float32(50.0 / 150); r.Accuracy() != want {
		t.Errorf("accuracy %v, want %v", r.Accuracy(), want)
	}
	if none := (Result{}); !math.IsNaN(float64(none.MeanLoss())) {
		t.Errorf("the mean of nothing is %v", none.MeanLoss())
	}
}

func TestSamplesOfAnotherShape(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 1)
	defer e.Close()
	m := nntest.RandomModel(t, nntest.Network(20, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 3, Activation: "softmax"}), 1)
	s := nntest.RandomBytes(5, 21, 3, 1)
	for name, f := range map[string]func(){
		"a trainer":    func() { NewTrainer(e, m, optimizer.NewSGD(), s, 5) },
		"an evaluator": func() { NewEvaluator(e, m, s) },
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				if !strings.Contains(text, "21 features for a network of 20 inputs") {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			f()
		}()
	}
}

// A NaN among the inputs or the weights comes through every activation and every kernel.
func TestNaNComesThrough(t *testing.T) {
	for _, set := range kernel.Available() {
		e := NewEngine(set, 2)
		for _, activation := range nn.Activations() {
			arch := nntest.Network(20, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 33, Activation: activation}, nn.LayerSpec{Units: 3, Activation: "softmax"})
			s := nntest.RandomFloats(10, 20, 3, 1)
			s.Floats[5*20+7] = nntest.NaN
			o := optimizer.NewSGD()
			o.Begin(0.1)
			m := nntest.RandomModel(t, arch, 1)
			v := NewEvaluator(e, m, s)
			v.Evaluate()
			for i, loss := range v.loss {
				if math.IsNaN(float64(loss)) != (i == 5) {
					t.Errorf("%s, %s: loss %v of sample %d, and only sample 5 has a NaN", set.Name, activation, loss, i)
				}
			}
			trainer := NewTrainer(e, m, o, s, 10)
			if r := trainer.Step(nntest.Counting(10), nil); !math.IsNaN(r.Loss) {
				t.Errorf("%s, %s: loss %v of a batch with a NaN", set.Name, activation, r.Loss)
			}
			if m.Finite() {
				t.Errorf("%s, %s: the weights are finite after a step on a NaN", set.Name, activation)
			}
			clean := nntest.RandomBytes(10, 20, 3, 1)
			if r := NewTrainer(e, m, o, clean, 10).Step(nntest.Counting(10), nil); !math.IsNaN(r.Loss) {
				t.Errorf("%s, %s: loss %v with weights that are NaN", set.Name, activation, r.Loss)
			}
		}
		e.Close()
	}
}
