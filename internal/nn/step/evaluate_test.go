package step

import (
	"math"
	"slices"
	"strings"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/reference"
)

// An evaluation gives the reference's losses, in any number of passes, with about as many samples as a task takes.
func TestEvaluate(t *testing.T) {
	for _, loss := range []string{nn.CategoricalCrossentropy, nn.BinaryCrossentropy} {
		output := nntest.Dense(4, "softmax")
		if loss == nn.BinaryCrossentropy {
			output = nntest.Dense(1, "sigmoid")
		}
		arch := nntest.Network(20, loss, nntest.Dense(33, "relu"), output)
		classes := max(2, output.Units)
		for _, count := range []int{1, 127, 128, 129, 300} {
			for _, s := range []*batch.Samples{
				nntest.RandomBytes(count, 20, classes, 1), nntest.RandomFloats(count, 20, classes, 1),
			} {
				for _, threads := range []int{1, 4} {
					e := NewEngine(kernel.Available()[0], threads)
					m := nntest.RandomModel(t, arch, 1)
					before := nntest.Digest(m)
					v := NewEvaluator(e, m, s)
					outputs := v.KeepOutputs()
					first := v.Evaluate()
					checkOutputs(t, outputs, reference.New(m), s)
					checkResult(t, first, reference.New(m), s, nntest.Counting(count))
					if again := v.Evaluate(); again != first {
						t.Errorf("%d samples: wanted %v in a second pass, found %v", count, first, again)
					}
					right := 0
					for i, class := range v.Predicted() {
						if class == s.Labels[i] {
							right++
						}
					}
					if len(v.Predicted()) != count || right != first.Right {
						t.Errorf("wanted %d predictions of which %d are right, found %d and %d",
							count, first.Right, len(v.Predicted()), right)
					}
					if nntest.Digest(m) != before {
						t.Error("wanted unchanged weights after an evaluation, found others")
					}
					checkConfidence(t, v, s.Labels)
					e.Close()
				}
			}
		}
	}
}

// checkOutputs compares the outputs that an evaluation has kept with the reference's.
func checkOutputs(t *testing.T, found kernel.Matrix, r *reference.Network, s *batch.Samples) {
	t.Helper()
	for i := range s.Count {
		_, wanted := r.Outputs(reference.Sample(s, i))
		for j, p := range found.Row(i) {
			if math.Abs(float64(p)-wanted[j]) > 1e-6 || len(wanted) != found.Cols {
				t.Fatalf("sample %d: wanted the outputs %v, found %v", i, wanted, found.Row(i))
			}
		}
	}
}

// checkConfidence checks that the confidence is the predicted class's probability: e^-loss if the prediction is right,
// and at least 1 / classes in any case.
func checkConfidence(t *testing.T, v *Evaluator, labels []uint8) {
	t.Helper()
	for i, p := range v.Confidence() {
		right := v.Predicted()[i] == labels[i]
		if want := math.Exp(-float64(v.loss[i])); right && math.Abs(float64(p)-want) > 1e-5 {
			t.Fatalf("sample %d: confidence: wanted %v, found %v", i, want, p)
		}
		if least := 1 / float32(v.model.Architecture().Classes()); p < least-1e-6 || p > 1 {
			t.Fatalf("sample %d: confidence: wanted %v to 1, found %v", i, least, p)
		}
	}
}

// An evaluator sees the weights as they are, not as they were when it was made.
func TestEvaluateSeesNewWeights(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	m := nntest.RandomModel(t, nntest.Network(20, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
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
		t.Errorf("wanted a better result than %v after 100 steps, found %v", before, after)
	}
}

func TestResult(t *testing.T) {
	r := Result{Count: 100, Loss: 230.2585, Right: 7}
	r.Add(Result{Count: 50, Loss: 30, Right: 43})
	if want := float32(260.2585 / 150); r.MeanLoss() != want {
		t.Errorf("mean loss: wanted %v, found %v", want, r.MeanLoss())
	}
	if want := float32(50.0 / 150); r.Accuracy() != want {
		t.Errorf("accuracy: wanted %v, found %v", want, r.Accuracy())
	}
	if none := (Result{}); !math.IsNaN(float64(none.MeanLoss())) {
		t.Errorf("the mean loss of no samples: wanted NaN, found %v", none.MeanLoss())
	}
}

func TestSamplesOfAnotherShape(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 1)
	defer e.Close()
	m := nntest.RandomModel(t, nntest.Network(20, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
	s := nntest.RandomBytes(5, 21, 3, 1)
	for name, f := range map[string]func(){
		"a trainer":    func() { NewTrainer(e, m, optimizer.NewSGD(), s, 5) },
		"an evaluator": func() { NewEvaluator(e, m, s) },
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				if !strings.Contains(text, "21 features for a network of 20 inputs") {
					t.Errorf("%s: wanted a panic that names both numbers of features, found %q", name, text)
				}
			}()
			f()
		}()
	}
}

// A network of another program may end in a softmax of one output, which is always 1: samples of both classes have no
// loss, and no gradient.
func TestSingleSoftmaxOutput(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	for _, activation := range []string{"softmax", "sigmoid"} {
		m := nntest.RandomModel(t, nntest.Network(20, nn.CategoricalCrossentropy, nntest.Dense(1, activation)), 1)
		s, before := nntest.RandomBytes(10, 20, 2, 1), nntest.Digest(m)
		if r := NewEvaluator(e, m, s).Evaluate(); math.Abs(r.Loss) > 1e-5 {
			t.Errorf("%s: evaluation: wanted a loss of 0, found %v", activation, r.Loss)
		}
		o := optimizer.NewSGD()
		o.Begin(0.1)
		r := NewTrainer(e, m, o, s, 10).Step(nntest.Counting(10), nil)
		if math.Abs(r.Loss) > 1e-5 || nntest.Digest(m) != before {
			t.Errorf("%s: step: wanted a loss of 0 and the same weights, found %v and others", activation, r.Loss)
		}
	}
}

// A NaN among the inputs or the weights reaches the loss through every activation and every kernel.
func TestNaNComesThrough(t *testing.T) {
	for _, set := range kernel.Available() {
		e := NewEngine(set, 2)
		for _, activation := range nn.Activations() {
			layers := []nn.LayerSpec{nntest.Dense(33, activation), nntest.Dense(3, "softmax")}
			arch := nntest.Network(20, nn.CategoricalCrossentropy, layers...)
			s := nntest.RandomFloats(10, 20, 3, 1)
			s.Floats[5*20+7] = nntest.NaN
			o := optimizer.NewSGD()
			o.Begin(0.1)
			m := nntest.RandomModel(t, arch, 1)
			v := NewEvaluator(e, m, s)
			v.Evaluate()
			for i, loss := range v.loss {
				if math.IsNaN(float64(loss)) != (i == 5) {
					t.Errorf("%s, %s: wanted NaN as the loss of sample 5 only, found %v of sample %d",
						set.Name, activation, loss, i)
				}
			}
			trainer := NewTrainer(e, m, o, s, 10)
			if r := trainer.Step(nntest.Counting(10), nil); !math.IsNaN(r.Loss) {
				t.Errorf("%s, %s: wanted NaN as the loss of a batch with a NaN, found %v", set.Name, activation, r.Loss)
			}
			if m.Finite() {
				t.Errorf("%s, %s: wanted weights that are not finite after a step on a NaN", set.Name, activation)
			}
			clean := nntest.RandomBytes(10, 20, 3, 1)
			if r := NewTrainer(e, m, o, clean, 10).Step(nntest.Counting(10), nil); !math.IsNaN(r.Loss) {
				t.Errorf("%s, %s: wanted NaN as the loss with weights that are NaN, found %v",
					set.Name, activation, r.Loss)
			}
		}
		e.Close()
	}
}

// Wide layers are divided among the workers by outputs if there are few samples, and take more samples at a time if there
// are many: the outputs stay the same, to the bit.
func TestEvaluatorOfWideLayers(t *testing.T) {
	arch := nntest.Network(20, nn.CategoricalCrossentropy, nntest.Dense(640, "relu"), nntest.Dense(701, "tanh"),
		nntest.Dense(560, "softmax"), nntest.Dense(530, "relu"), nntest.Dense(4, "softmax"))
	arch.Layers = slices.Insert(arch.Layers, 2,
		nn.LayerSpec{Type: "batch_normalization", Name: "normalize", Momentum: 0.9, Epsilon: 1e-3},
		nn.LayerSpec{Type: "dropout", Name: "drop", Rate: 0.5})
	m := nntest.RandomModel(t, arch, 1)
	for _, count := range []int{0, 1, 5, 30, 600} {
		s := nntest.RandomFloats(count, 20, 4, 1)
		var want []float32 // as a Predictor has them
		p := NewPredictor(kernel.Available()[0], m, s)
		for lo := 0; lo < count; lo += MaxPredict {
			want = append(want, p.Predict(s, kernel.Span{Lo: lo, Hi: min(lo+MaxPredict, count)}).Outputs.Flatten()...)
		}
		for _, threads := range []int{1, 2, 3} {
			e := NewEngine(kernel.Available()[0], threads)
			v := NewEvaluator(e, m, s)
			if v.most == MaxPredict {
				t.Fatal("wanted a network whose weights do not stay in the cache")
			}
			outputs := v.KeepOutputs()
			v.Evaluate()
			if !slices.Equal(outputs.Flatten(), want) {
				t.Errorf("%d samples, %d threads: other outputs than a predictor's", count, threads)
			}
			e.Close()
		}
	}
}

// All workers evaluate some of the samples, in whole tiles, if there are as many tiles. No task has more samples than a
// predictor takes.
func TestEvaluatorDividesSamples(t *testing.T) {
	kernels := kernel.Available()[0]
	tile := kernels.TileRows
	m := nntest.RandomModel(t, nntest.Network(20, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
	for _, c := range []struct{ count, threads, perTask, tasks int }{
		{0, 2, 1, 0}, {1, 2, tile, 1}, {tile + 1, 2, tile, 2}, {8 * tile, 2, 4 * tile, 2}, {8*tile - 1, 4, 2 * tile, 4},
		{MaxPredict * 2, 2, MaxPredict, 2}, {MaxPredict*2 + 1, 2, MaxPredict, 3}, {1000, 1, MaxPredict, 8},
	} {
		e := NewEngine(kernels, c.threads)
		v := NewEvaluator(e, m, nntest.RandomBytes(c.count, 20, 3, 1))
		if perTask, tasks := v.perTask(), v.tasks(); perTask != c.perTask || tasks != c.tasks {
			t.Errorf("%d samples, %d threads: wanted %d tasks of %d, found %d of %d",
				c.count, c.threads, c.tasks, c.perTask, tasks, perTask)
		}
		e.Close()
	}
}
