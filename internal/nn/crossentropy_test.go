package nn_test

import (
	"math"
	"strconv"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// evaluateLoss computes the loss of one row of values. They are logits if the loss takes logits with this activation,
// else outputs.
func evaluateLoss(
	t *testing.T, name, activation string, values []float32, label uint8,
) (loss float32, gradient []float32, class uint8) {
	t.Helper()
	return evaluateSmoothed(t, name, activation, 0, values, label)
}

// evaluateSmoothed is evaluateLoss with label smoothing.
func evaluateSmoothed(
	t *testing.T, name, activation string, smoothing float64, values []float32, label uint8,
) (loss float32, gradient []float32, class uint8) {
	t.Helper()
	l, _, err := nn.NewLoss(name, activation, smoothing)
	if err != nil {
		t.Fatal(err)
	}
	y, dy := kernel.NewMatrix(1, len(values)), kernel.NewMatrix(1, len(values))
	copy(y.Data, values)
	for i := range dy.Data {
		dy.Data[i] = nntest.NaN // left from the step before; it must be overwritten
	}
	losses, classes := make([]float32, 1), make([]uint8, 1)
	l.Rows(&kernel.Worker{Set: kernel.Available()[0]}, y, dy, []uint8{label}, 1, losses, classes)
	return losses[0], dy.Row(0), classes[0]
}

// The corner cases of the course, printed as Python prints a float32. 16.118095 is -log(1e-7). 15.942385 is -log(1-q),
// with q the largest probability below Keras's clipping, 1 - 1.19e-7.
func TestLossOfCornerCases(t *testing.T) {
	cases := []struct {
		loss, activation string
		values           []float32
		label            uint8
		want             string
	}{
		// From outputs, clipped as in Keras.
		{nn.CategoricalCrossentropy, "linear", []float32{0, 1, 0}, 1, "1.1920930e-07"},
		{nn.CategoricalCrossentropy, "linear", []float32{0, 1, 0}, 0, "16.118095"},
		{nn.CategoricalCrossentropy, "linear", []float32{1e-9, 1, 0}, 0, "16.118095"},
		{nn.CategoricalCrossentropy, "sigmoid", []float32{0.5, 1, 0.5}, 1, "0.6931472"},
		{nn.CategoricalCrossentropy, "linear", []float32{2, 4, 2}, 1, "0.6931472"},
		{nn.BinaryCrossentropy, "linear", []float32{1}, 1, "1.1920930e-07"},
		{nn.BinaryCrossentropy, "linear", []float32{0}, 0, "1.1920930e-07"},
		{nn.BinaryCrossentropy, "linear", []float32{0}, 1, "16.118095"},
		{nn.BinaryCrossentropy, "linear", []float32{1}, 0, "15.942385"},
		{nn.BinaryCrossentropy, "linear", []float32{-3}, 1, "16.118095"},
		{nn.BinaryCrossentropy, "linear", []float32{1e-9}, 1, "16.118095"},
		{nn.BinaryCrossentropy, "linear", []float32{0.99999994}, 0, "15.942385"},
		{nn.BinaryCrossentropy, "linear", []float32{0.5}, 1, "0.6931472"},
		{nn.BinaryCrossentropy, "softmax", []float32{0, 1, 0}, 1, "1.1920930e-07"},

		// From logits: nothing to clip.
		{nn.CategoricalCrossentropy, "softmax", []float32{0, 1000, 0}, 1, "0"},
		{nn.CategoricalCrossentropy, "softmax", []float32{0, 1000, 0}, 0, "1000"},
		{nn.CategoricalCrossentropy, "softmax", []float32{-1000, 1000, 0}, 0, "2000"},
		{nn.CategoricalCrossentropy, "softmax", []float32{-1000, -1000}, 0, "0.6931472"},
		{nn.CategoricalCrossentropy, "softmax", []float32{3e38, 3e38}, 1, "0.6931472"},
		{nn.CategoricalCrossentropy, "softmax", []float32{7}, 0, "0"},
		{nn.BinaryCrossentropy, "sigmoid", []float32{1000}, 1, "0"},
		{nn.BinaryCrossentropy, "sigmoid", []float32{-1000}, 0, "0"},
		{nn.BinaryCrossentropy, "sigmoid", []float32{1000}, 0, "1000"},
		{nn.BinaryCrossentropy, "sigmoid", []float32{-1000}, 1, "1000"},
		{nn.BinaryCrossentropy, "sigmoid", []float32{0}, 1, "0.6931472"},
		{nn.BinaryCrossentropy, "sigmoid", []float32{-1000, 1000, -1000}, 1, "0"},
		{nn.BinaryCrossentropy, "sigmoid", []float32{1000, -1000, -1000}, 1, "666.6667"},
	}
	for _, c := range cases {
		got, gradient, _ := evaluateLoss(t, c.loss, c.activation, c.values, c.label)
		want, err := strconv.ParseFloat(c.want, 32)
		if err != nil {
			t.Fatal(err)
		}
		if got != float32(want) {
			t.Errorf("%s of %s %v for class %d: wanted %s, found %v",
				c.loss, c.activation, c.values, c.label, c.want, got)
		}
		for j, g := range gradient {
			if !nntest.Finite(g) {
				t.Errorf("%s of %s %v for class %d: gradient %v of output %d",
					c.loss, c.activation, c.values, c.label, g, j)
			}
		}
	}
}

// NaN and infinite outputs must reach the loss; otherwise a training that diverges would go unnoticed.
func TestLossOfNoNumbers(t *testing.T) {
	for _, loss := range nn.Losses() {
		for _, activation := range nn.Activations() {
			for _, values := range [][]float32{{nntest.NaN, 0, 1}, {1, nntest.NaN, 0},
				{nntest.NaN, nntest.NaN, nntest.NaN}, {nntest.NaN, nntest.Inf, -nntest.Inf}} {
				for label := range uint8(3) {
					got, _, _ := evaluateLoss(t, loss, activation, values, label)
					if !math.IsNaN(float64(got)) {
						t.Errorf("%s of %s %v for class %d: %v, wanted NaN", loss, activation, values, label, got)
					}
				}
			}
		}
	}
	for _, c := range []struct {
		values []float32
		label  uint8
	}{{[]float32{nntest.Inf, 0}, 0}, {[]float32{nntest.Inf, 0}, 1}, {[]float32{-nntest.Inf, 0}, 0},
		{[]float32{-nntest.Inf, -nntest.Inf}, 0}, {[]float32{nntest.Inf, nntest.Inf}, 0}} {
		if got, _, _ := evaluateLoss(t, nn.CategoricalCrossentropy, "softmax", c.values, c.label); nntest.Finite(got) {
			t.Errorf("categorical cross-entropy of the logits %v for class %d: %v, wanted no finite number",
				c.values, c.label, got)
		}
	}
	if got, _, _ := evaluateLoss(t, nn.BinaryCrossentropy, "sigmoid", []float32{nntest.Inf}, 0); nntest.Finite(got) {
		t.Errorf("binary cross-entropy of an infinite logit for class 0: %v", got)
	}
}

func TestPredictedClass(t *testing.T) {
	cases := []struct {
		loss, activation string
		values           []float32
		want             uint8
	}{
		{nn.CategoricalCrossentropy, "softmax", []float32{1, 3, 2}, 1},
		{nn.CategoricalCrossentropy, "softmax", []float32{2, 2, 1}, 0}, // the first of several, as in Keras
		{nn.CategoricalCrossentropy, "linear", []float32{0.1, 0.2, 0.7}, 2},
		{nn.BinaryCrossentropy, "sigmoid", []float32{0.1}, 1},
		{nn.BinaryCrossentropy, "sigmoid", []float32{0}, 0}, // 0.5 is not above 0.5
		{nn.BinaryCrossentropy, "sigmoid", []float32{-0.1}, 0},
		{nn.BinaryCrossentropy, "linear", []float32{0.5}, 0},
		{nn.BinaryCrossentropy, "linear", []float32{0.6}, 1},
		{nn.BinaryCrossentropy, "sigmoid", []float32{-3, -1, -2}, 1},
		{nn.BinaryCrossentropy, "tanh", []float32{-0.3, -0.1, 0.2}, 2},
	}
	for _, c := range cases {
		if _, _, got := evaluateLoss(t, c.loss, c.activation, c.values, 0); got != c.want {
			t.Errorf("%s of %s %v predicts %d, wanted %d", c.loss, c.activation, c.values, got, c.want)
		}
	}
}

func TestArgmax(t *testing.T) {
	zero := float32(math.Copysign(0, -1))
	for _, c := range []struct {
		values []float32
		want   int
	}{
		{[]float32{-2, -1, -3}, 1},
		{[]float32{zero, 0}, 0}, // equal, so the first
		{[]float32{0, zero}, 0},
		{[]float32{-1e-45, zero, 1e-45}, 2},
		{[]float32{-nntest.Inf, -math.MaxFloat32}, 1},
		{[]float32{1, nntest.Inf, nntest.Inf}, 1},
		{[]float32{nntest.NaN, 1, 2}, 2},
		{[]float32{1, -nntest.NaN, nntest.NaN}, 0},
		{[]float32{nntest.NaN, -nntest.NaN}, 0},
		{[]float32{-nntest.Inf, -nntest.Inf}, 0},
		{[]float32{nntest.NaN, -nntest.Inf}, 1},
	} {
		if got := nn.Argmax(c.values); got != c.want {
			t.Errorf("argmax of %v is %d, wanted %d", c.values, got, c.want)
		}
	}
}

// The loss does not depend on whether the gradient is computed.
func TestLossWithoutGradient(t *testing.T) {
	for _, name := range nn.Losses() {
		for _, activation := range nn.Activations() {
			values := []float32{0.2, 0.5, 0.3}
			want, _, _ := evaluateLoss(t, name, activation, values, 1)
			l, _, err := nn.NewLoss(name, activation, 0)
			if err != nil {
				t.Fatal(err)
			}
			y := kernel.NewMatrix(1, 3)
			copy(y.Data, values)
			got := make([]float32, 1)
			l.Rows(&kernel.Worker{Set: kernel.Available()[0]}, y, kernel.Matrix{}, []uint8{1}, 0, got, make([]uint8, 1))
			if got[0] != want {
				t.Errorf("%s of %s: %v without a gradient, %v with", name, activation, got[0], want)
			}
		}
	}
}

func TestLossFromLogits(t *testing.T) {
	for _, loss := range nn.Losses() {
		for _, activation := range nn.Activations() {
			_, got, err := nn.NewLoss(loss, activation, 0)
			want := loss == nn.CategoricalCrossentropy && activation == "softmax" ||
				loss == nn.BinaryCrossentropy && activation == "sigmoid"
			if err != nil || got != want {
				t.Errorf("%s of %s: from logits is %t, error %v", loss, activation, got, err)
			}
		}
	}
	if _, _, err := nn.NewLoss("hinge", "linear", 0); err == nil {
		t.Error("an unknown loss is no error")
	}
}
