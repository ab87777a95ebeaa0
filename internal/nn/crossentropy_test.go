package nn

import (
	"math"
	"strconv"
	"testing"

	"dnn/internal/nn/kernel"
)

var (
	inf = float32(math.Inf(1))
	nan = float32(math.NaN())
)

func finite(v float32) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }

// evaluateLoss gives one row to a loss: logits where the pair is computed from logits, else the layer's outputs.
func evaluateLoss(t *testing.T, name, activation string, values []float32, label uint8) (loss float32, gradient []float32, class uint8) {
	t.Helper()
	return evaluateSmoothed(t, name, activation, 0, values, label)
}

// evaluateSmoothed is evaluateLoss with label smoothing.
func evaluateSmoothed(t *testing.T, name, activation string, smoothing float64, values []float32, label uint8) (loss float32, gradient []float32, class uint8) {
	t.Helper()
	l, _, err := newLoss(name, activation, smoothing)
	if err != nil {
		t.Fatal(err)
	}
	y, dy := kernel.NewMatrix(1, len(values)), kernel.NewMatrix(1, len(values))
	copy(y.Data, values)
	for i := range dy.Data {
		dy.Data[i] = nan // of the step before; none of it must stay
	}
	losses, classes := make([]float32, 1), make([]uint8, 1)
	l.Rows(&kernel.Worker{Set: kernel.Available()[0]}, y, dy, []uint8{label}, 1, losses, classes)
	return losses[0], dy.Row(0), classes[0]
}

// The corner cases of the course, printed as Python prints a float32. 16.118095 is -log(1e-7), 15.942385 is -log(1-q) with
// q the largest probability that Keras lets stand, 1 - 1.19e-7.
func TestLossOfCornerCases(t *testing.T) {
	cases := []struct {
		loss, activation string
		values           []float32
		label            uint8
		want             string
	}{
		// From outputs, clipped as in Keras.
		{categoricalName, "linear", []float32{0, 1, 0}, 1, "1.1920930e-07"},
		{categoricalName, "linear", []float32{0, 1, 0}, 0, "16.118095"},
		{categoricalName, "linear", []float32{1e-9, 1, 0}, 0, "16.118095"},
		{categoricalName, "sigmoid", []float32{0.5, 1, 0.5}, 1, "0.6931472"},
		{categoricalName, "linear", []float32{2, 4, 2}, 1, "0.6931472"},
		{binaryName, "linear", []float32{1}, 1, "1.1920930e-07"},
		{binaryName, "linear", []float32{0}, 0, "1.1920930e-07"},
		{binaryName, "linear", []float32{0}, 1, "16.118095"},
		{binaryName, "linear", []float32{1}, 0, "15.942385"},
		{binaryName, "linear", []float32{-3}, 1, "16.118095"},
		{binaryName, "linear", []float32{1e-9}, 1, "16.118095"},
		{binaryName, "linear", []float32{0.99999994}, 0, "15.942385"},
		{binaryName, "linear", []float32{0.5}, 1, "0.6931472"},
		{binaryName, "softmax", []float32{0, 1, 0}, 1, "1.1920930e-07"},

		// From logits: nothing to clip.
		{categoricalName, "softmax", []float32{0, 1000, 0}, 1, "0"},
		{categoricalName, "softmax", []float32{0, 1000, 0}, 0, "1000"},
		{categoricalName, "softmax", []float32{-1000, 1000, 0}, 0, "2000"},
		{categoricalName, "softmax", []float32{-1000, -1000}, 0, "0.6931472"},
		{categoricalName, "softmax", []float32{3e38, 3e38}, 1, "0.6931472"},
		{categoricalName, "softmax", []float32{7}, 0, "0"},
		{binaryName, "sigmoid", []float32{1000}, 1, "0"},
		{binaryName, "sigmoid", []float32{-1000}, 0, "0"},
		{binaryName, "sigmoid", []float32{1000}, 0, "1000"},
		{binaryName, "sigmoid", []float32{-1000}, 1, "1000"},
		{binaryName, "sigmoid", []float32{0}, 1, "0.6931472"},
		{binaryName, "sigmoid", []float32{-1000, 1000, -1000}, 1, "0"},
		{binaryName, "sigmoid", []float32{1000, -1000, -1000}, 1, "666.6667"},
	}
	for _, c := range cases {
		got, gradient, _ := evaluateLoss(t, c.loss, c.activation, c.values, c.label)
		want, err := strconv.ParseFloat(c.want, 32)
		if err != nil {
			t.Fatal(err)
		}
		if got != float32(want) {
			t.Errorf("%s of %s %v for class %d: %v, want %s", c.loss, c.activation, c.values, c.label, got, c.want)
		}
		for j, g := range gradient {
			if !finite(g) {
				t.Errorf("%s of %s %v for class %d: gradient %v of output %d", c.loss, c.activation, c.values, c.label, g, j)
			}
		}
	}
}

// Numbers that are none must reach the loss, or a training that diverges would go on unseen.
func TestLossOfNoNumbers(t *testing.T) {
	for _, loss := range Losses() {
		for _, activation := range Activations() {
			for _, values := range [][]float32{{nan, 0, 1}, {1, nan, 0}, {nan, nan, nan}, {nan, inf, -inf}} {
				for label := range uint8(3) {
					got, _, _ := evaluateLoss(t, loss, activation, values, label)
					if !math.IsNaN(float64(got)) {
						t.Errorf("%s of %s %v for class %d: %v, want NaN", loss, activation, values, label, got)
					}
				}
			}
		}
	}
	for _, c := range []struct {
		values []float32
		label  uint8
	}{{[]float32{inf, 0}, 0}, {[]float32{inf, 0}, 1}, {[]float32{-inf, 0}, 0}, {[]float32{-inf, -inf}, 0}, {[]float32{inf, inf}, 0}} {
		if got, _, _ := evaluateLoss(t, categoricalName, "softmax", c.values, c.label); finite(got) {
			t.Errorf("categorical cross-entropy of the logits %v for class %d: %v, want no finite number", c.values, c.label, got)
		}
	}
	if got, _, _ := evaluateLoss(t, binaryName, "sigmoid", []float32{inf}, 0); finite(got) {
		t.Errorf("binary cross-entropy of an infinite logit for class 0: %v", got)
	}
}

// A NaN among the inputs or the weights comes through every activation and every kernel.
func TestNaNComesThrough(t *testing.T) {
	for _, set := range kernel.Available() {
		e := NewEngine(set, 2)
		for _, activation := range Activations() {
			arch := network(20, categoricalName, LayerSpec{Units: 33, Activation: activation}, LayerSpec{Units: 3, Activation: "softmax"})
			s := randomFloats(10, 20, 3, 1)
			s.Floats[5*20+7] = nan
			o := NewSGD()
			o.Begin(0.1)
			m := randomModel(t, arch, 1)
			v := NewEvaluator(e, m, s)
			v.Evaluate()
			for i, loss := range v.loss {
				if math.IsNaN(float64(loss)) != (i == 5) {
					t.Errorf("%s, %s: loss %v of sample %d, and only sample 5 has a NaN", set.Name, activation, loss, i)
				}
			}
			trainer := NewTrainer(e, m, o, s, 10)
			if r := trainer.Step(counting(10), nil); !math.IsNaN(r.Loss) {
				t.Errorf("%s, %s: loss %v of a batch with a NaN", set.Name, activation, r.Loss)
			}
			if m.Finite() {
				t.Errorf("%s, %s: the weights are finite after a step on a NaN", set.Name, activation)
			}
			clean := randomBytes(10, 20, 3, 1)
			if r := NewTrainer(e, m, o, clean, 10).Step(counting(10), nil); !math.IsNaN(r.Loss) {
				t.Errorf("%s, %s: loss %v with weights that are NaN", set.Name, activation, r.Loss)
			}
		}
		e.Close()
	}
}

func TestPredictedClass(t *testing.T) {
	cases := []struct {
		loss, activation string
		values           []float32
		want             uint8
	}{
		{categoricalName, "softmax", []float32{1, 3, 2}, 1},
		{categoricalName, "softmax", []float32{2, 2, 1}, 0}, // the first of several, as in Keras
		{categoricalName, "linear", []float32{0.1, 0.2, 0.7}, 2},
		{binaryName, "sigmoid", []float32{0.1}, 1},
		{binaryName, "sigmoid", []float32{0}, 0}, // 0.5 is not above 0.5
		{binaryName, "sigmoid", []float32{-0.1}, 0},
		{binaryName, "linear", []float32{0.5}, 0},
		{binaryName, "linear", []float32{0.6}, 1},
		{binaryName, "sigmoid", []float32{-3, -1, -2}, 1},
		{binaryName, "tanh", []float32{-0.3, -0.1, 0.2}, 2},
	}
	for _, c := range cases {
		if _, _, got := evaluateLoss(t, c.loss, c.activation, c.values, 0); got != c.want {
			t.Errorf("%s of %s %v predicts %d, want %d", c.loss, c.activation, c.values, got, c.want)
		}
	}
}

func TestArgmax(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	zero := float32(math.Copysign(0, -1))
	for _, c := range []struct {
		values []float32
		want   int
	}{
		{[]float32{-2, -1, -3}, 1},
		{[]float32{zero, 0}, 0}, // equal, so the first
		{[]float32{0, zero}, 0},
		{[]float32{-1e-45, zero, 1e-45}, 2},
		{[]float32{-inf, -math.MaxFloat32}, 1},
		{[]float32{1, inf, inf}, 1},
		{[]float32{nan, 1, 2}, 2},
		{[]float32{1, -nan, nan}, 0},
		{[]float32{nan, -nan}, 0},
		{[]float32{-inf, -inf}, 0},
		{[]float32{nan, -inf}, 1},
	} {
		if got := argmax(c.values); got != c.want {
			t.Errorf("argmax of %v is %d, want %d", c.values, got, c.want)
		}
	}
}

// A loss without a place for its gradient is the same loss.
func TestLossWithoutGradient(t *testing.T) {
	for _, name := range Losses() {
		for _, activation := range Activations() {
			values := []float32{0.2, 0.5, 0.3}
			want, _, _ := evaluateLoss(t, name, activation, values, 1)
			l, _, err := newLoss(name, activation, 0)
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
	for _, loss := range Losses() {
		for _, activation := range Activations() {
			_, got, err := newLoss(loss, activation, 0)
			want := loss == categoricalName && activation == "softmax" || loss == binaryName && activation == "sigmoid"
			if err != nil || got != want {
				t.Errorf("%s of %s: from logits is %t, error %v", loss, activation, got, err)
			}
		}
	}
	if _, _, err := newLoss("hinge", "linear", 0); err == nil {
		t.Error("an unknown loss is no error")
	}
}
