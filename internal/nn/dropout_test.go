package nn_test

import (
	"math"
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

func dropped(t *testing.T, d *nn.Dropout, p nn.Pass, rows, cols int) kernel.Matrix {
	t.Helper()
	x, y := kernel.NewMatrix(rows, cols), kernel.NewMatrix(rows, cols)
	for i := range x.Data {
		x.Data[i] = 3
	}
	d.Forward(nntest.Worker(), p, x, y)
	return y
}

// The fraction of dropped inputs is the rate, and the mean of the sum stays the same.
func TestDropoutRate(t *testing.T) {
	const n = 100 * 1001 // an odd number of columns: a row ends with half a random number
	for _, rate := range []float64{0, 0.1, 0.5, 0.9} {
		d := nn.NewDropout(nn.LayerSpec{Name: "dropout", Rate: rate})
		y := dropped(t, d, nn.Pass{Train: true, Seed: 1, Epoch: 1, Step: 1}, 100, 1001)
		zeros, kept := 0, float32(3/(1-rate))
		for _, v := range y.Flatten() {
			switch {
			case v == 0:
				zeros++
			case math.Abs(float64(v-kept)) > 1e-5:
				t.Fatalf("rate %v: %v, wanted 0 or %v", rate, v, kept)
			}
		}
		if share := float64(zeros) / n; math.Abs(share-rate) > 4*math.Sqrt(rate*(1-rate)/n) {
			t.Errorf("rate %v: %v dropped", rate, share)
		}
	}
}

// What is dropped depends on seed, layer, epoch, step and row, and not on which rows are computed together.
func TestDropoutStreams(t *testing.T) {
	d := nn.NewDropout(nn.LayerSpec{Name: "dropout", Rate: 0.5})
	base := nn.Pass{Train: true, Seed: 1, Epoch: 1, Step: 1}
	want := dropped(t, d, base, 4, 40).Flatten()
	if !slices.Equal(dropped(t, d, base, 4, 40).Flatten(), want) {
		t.Error("the same pass drops others")
	}
	part := base
	part.Row = 2
	if !slices.Equal(dropped(t, d, part, 2, 40).Flatten(), want[80:]) {
		t.Error("rows 2 and 3 alone drop others than among four")
	}
	for name, p := range map[string]nn.Pass{
		"seed": {true, 2, 1, 1, 0}, "epoch": {true, 1, 2, 1, 0}, "step": {true, 1, 1, 2, 0}, "row": {true, 1, 1, 1, 1},
	} {
		if slices.Equal(dropped(t, d, p, 4, 40).Flatten(), want) {
			t.Errorf("another %s drops the same", name)
		}
	}
	other := nn.NewDropout(nn.LayerSpec{Name: "dropout_1", Rate: 0.5})
	if slices.Equal(dropped(t, other, base, 4, 40).Flatten(), want) {
		t.Error("another layer drops the same")
	}
	if slices.Equal(want[:40], want[40:80]) {
		t.Error("two rows drop the same")
	}
}

func TestDropoutInInference(t *testing.T) {
	d := nn.NewDropout(nn.LayerSpec{Name: "dropout", Rate: 0.5})
	for _, v := range dropped(t, d, nn.Pass{}, 4, 40).Flatten() {
		if v != 3 {
			t.Fatalf("3 became %v", v)
		}
	}
}

func TestDropoutValidates(t *testing.T) {
	for _, rate := range []float64{-0.1, 1, math.NaN()} {
		if nn.DropoutKind.Validate(nn.LayerSpec{Rate: rate}) == nil {
			t.Errorf("a rate of %v is valid", rate)
		}
	}
}
