package nn

import (
	"math"
	"strings"
	"testing"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// An evaluation gives the reference's losses, in as many passes as wanted, for counts around that of a task.
func TestEvaluate(t *testing.T) {
	for _, loss := range []string{categoricalName, binaryName} {
		output := LayerSpec{Units: 4, Activation: "softmax"}
		if loss == binaryName {
			output = LayerSpec{Units: 1, Activation: "sigmoid"}
		}
		arch := network(20, loss, LayerSpec{Units: 33, Activation: "relu"}, output)
		classes := max(2, output.Units)
		for _, count := range []int{1, 127, 128, 129, 300} {
			for _, s := range []*batch.Samples{randomBytes(count, 20, classes, 1), randomFloats(count, 20, classes, 1)} {
				for _, threads := range []int{1, 4} {
					e := NewEngine(kernel.Available()[0], threads)
					m := randomModel(t, arch, 1)
					before := digest(m)
					v := NewEvaluator(e, m, s)
					first := v.Evaluate()
					checkResult(t, first, newReference(m), s, counting(count))
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
					if digest(m) != before {
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
		if least := 1 / float32(v.model.arch.Classes()); p < least-1e-6 || p > 1 {
			t.Fatalf("sample %d: confidence %v", i, p)
		}
	}
}

// An evaluator sees the weights as they are, not as they were when it was made.
func TestEvaluateSeesNewWeights(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	m := randomModel(t, network(20, categoricalName, LayerSpec{Units: 3, Activation: "softmax"}), 1)
	s := randomBytes(50, 20, 3, 1)
	v := NewEvaluator(e, m, s)
	before := v.Evaluate()
	o := NewAdam(m.Params(), 0.9, 0.999, 1e-7)
	trainer := NewTrainer(e, m, o, s, 50)
	for range 100 {
		o.Begin(0.01)
		trainer.Step(counting(50), nil)
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
	m := randomModel(t, network(20, categoricalName, LayerSpec{Units: 3, Activation: "softmax"}), 1)
	s := randomBytes(5, 21, 3, 1)
	for name, f := range map[string]func(){
		"a trainer":    func() { NewTrainer(e, m, NewSGD(), s, 5) },
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
