package step

import (
	"slices"
	"sync"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// Without labels, a predictor gives the same classes and confidences as an evaluation, for any number of samples at a
// time and many goroutines with one network.
func TestPredict(t *testing.T) {
	for _, c := range []struct {
		loss   string
		output nn.LayerSpec
	}{
		{nn.CategoricalCrossentropy, nntest.Dense(4, "softmax")},
		{nn.BinaryCrossentropy, nntest.Dense(1, "sigmoid")},
		{"mse", nntest.Dense(4, "softmax")},
	} {
		m := nntest.RandomModel(t, nntest.Network(20, c.loss, nntest.Dense(33, "gelu"), c.output), 1)
		before := nntest.Digest(m)
		for form, s := range nntest.Forms(nntest.RandomBytes(300, 20, max(2, c.output.Units), 1)) {
			e := NewEngine(kernel.Available()[0], 2)
			v := NewEvaluator(e, m, s)
			v.Evaluate()
			unlabeled := *s
			unlabeled.Labels = nil
			var all sync.WaitGroup
			for _, set := range kernel.Available() {
				for _, size := range []int{1, 7, MaxPredict} {
					all.Go(func() {
						p := NewPredictor(set, m, &unlabeled)
						for lo := 0; lo < s.Count; lo += size {
							rows := kernel.Span{Lo: lo, Hi: min(lo+size, s.Count)}
							y := p.Predict(&unlabeled, rows)
							for r, class := range y.Class {
								wanted, confidence := v.Predicted()[lo+r], v.Confidence()[lo+r]
								if class != wanted || y.Confidence[r] != confidence {
									t.Errorf("%s of %s, %s, %s: sample %d: wanted class %d with %v, found %d with %v",
										c.loss, c.output.Activation, form, set.Name,
										lo+r, wanted, confidence, class, y.Confidence[r])
									return
								}
							}
						}
					})
				}
			}
			all.Wait()
			e.Close()
		}
		if nntest.Digest(m) != before {
			t.Error("wanted unchanged weights after predictions, found others")
		}
	}
}

// A sample alone gets the same outputs as among others.
func TestPredictOneByOne(t *testing.T) {
	m := nntest.RandomModel(t, nntest.Network(20, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
	s := nntest.RandomBytes(10, 20, 3, 1)
	p := NewPredictor(kernel.Available()[0], m, s)
	want := p.Predict(s, kernel.Span{Lo: 0, Hi: 10}).Outputs.Flatten()
	for i := range 10 {
		one := &batch.Samples{Count: 1, Features: 20, Bytes: s.Pixels(i), Table: s.Table}
		if got := p.Predict(one, kernel.Span{Lo: 0, Hi: 1}).Outputs.Flatten(); !slices.Equal(got, want[3*i:3*i+3]) {
			t.Errorf("sample %d alone: wanted %v, found %v", i, want[3*i:3*i+3], got)
		}
	}
	other := *s.Table
	other[7]++
	for what, others := range map[string]*batch.Samples{
		"samples of numbers": nntest.RandomFloats(1, 20, 3, 1), "more features": nntest.RandomBytes(1, 21, 3, 1),
		"another table": {Count: 1, Features: 20, Bytes: s.Pixels(0), Table: &other},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: wanted a panic, found none", what)
				}
			}()
			p.Predict(others, kernel.Span{Lo: 0, Hi: 1})
		}()
	}
}
