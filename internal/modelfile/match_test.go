package modelfile

import (
	"fmt"
	"math"
	"testing"
)

// TestRestandardized checks that the changed model gives, for raw values in another standardization, the outputs of the
// original.
func TestRestandardized(t *testing.T) {
	const outputs = 2
	m := &Model{
		Mean: []float64{10, -3}, Std: []float64{2, 0.5},
		Tensors: []Tensor{{Data: []float32{1, -2, 0.5, 3}}, {Data: []float32{0.25, -1}}},
	}
	mean, std := []float64{11, 4}, []float64{5, 0.25}
	other := m.Restandardized(mean, std)
	layer := func(m *Model, raw []float64, o int) float64 {
		sum := float64(m.Tensors[1].Data[o])
		for i, x := range raw {
			sum += (x - m.Mean[i]) / m.Std[i] * float64(m.Tensors[0].Data[i*outputs+o])
		}
		return sum
	}
	for _, raw := range [][]float64{{0, 0}, {12.5, -3}, {-7, 100}} {
		for o := range outputs {
			wanted, found := layer(m, raw, o), layer(other, raw, o)
			if math.Abs(found-wanted) > 1e-5*max(1, math.Abs(wanted)) {
				t.Errorf("%v, output %d: %v, wanted %v", raw, o, found, wanted)
			}
		}
	}
	if m.Tensors[0].Data[0] != 1 || m.Tensors[1].Data[0] != 0.25 {
		t.Error("the model itself has changed")
	}
	if m.Restandardized(m.Mean, m.Std) != m {
		t.Error("wanted the same model where nothing differs")
	}
}

// TestRestandardizedConstants has one column that is constant in the new data: its inputs are 0, and the model takes
// the constant in its own standardization. The other column was constant for the model, and has no effect.
func TestRestandardizedConstants(t *testing.T) {
	m := &Model{
		Mean: []float64{10, 7}, Std: []float64{0.5, math.MaxFloat64},
		Tensors: []Tensor{{Data: []float32{2, 100}}, {Data: []float32{0.25}}},
	}
	other := m.Restandardized([]float64{11, 9}, []float64{math.MaxFloat64, 3})
	for raw, want := range map[[2]float64]float64{{11, 9}: 0.25 + 2*2, {11, 1009}: 0.25 + 2*2} {
		got := float64(other.Tensors[1].Data[0])
		for i, x := range raw {
			got += float64(float32((x-other.Mean[i])/other.Std[i])) * float64(other.Tensors[0].Data[i])
		}
		if got != want {
			t.Errorf("%v gives %v, want %v", raw, got, want)
		}
	}
}

// TestMatchesShape: images of as many pixels in other rows are others, unless the model takes them in one row.
func TestMatchesShape(t *testing.T) {
	for _, c := range []struct {
		model, data []int
		wanted      string
	}{
		{[]int{28, 28}, []int{28, 28}, ""},
		{[]int{784}, []int{28, 28}, ""},
		{[]int{14, 56}, []int{28, 28}, "a.bin: wanted a model of 28 x 28 pixels, as images of mnist have, found one of 14 x 56"},
	} {
		err := (&Model{InputShape: c.model}).MatchesInput("a.bin", "mnist", c.data, nil)
		if found := fmt.Sprint(err); c.wanted == "" && err != nil || c.wanted != "" && found != c.wanted {
			t.Errorf("%v for %v: wanted %q, found %s", c.model, c.data, c.wanted, found)
		}
	}
}
