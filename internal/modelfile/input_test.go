package modelfile

import (
	"math"
	"slices"
	"testing"

	"dnn/internal/nn/batch"
	"dnn/internal/table"
)

// A byte of an image gives the same input as in training.
func TestInputOfImages(t *testing.T) {
	in := tiny().Input()
	s, err := in.Images([]byte{0, 1, 2, 255}, []byte{9, 8, 7, 6})
	if err != nil {
		t.Fatal(err)
	}
	if s.Count != 2 || s.Features != 4 || s.Labels != nil || !slices.Equal(s.Pixels(1), []byte{9, 8, 7, 6}) {
		t.Errorf("found %+v", s)
	}
	if *s.Table != *batch.PixelTable() {
		t.Error("a byte is not byte/255")
	}
	for _, tt := range []struct {
		image []byte
		want  string
	}{
		{[]byte{1, 2, 3}, "image 2: wanted 4 bytes, for [2 2] pixels, found 3"},
		{nil, "image 2: wanted 4 bytes, for [2 2] pixels, found 0"},
	} {
		if _, err := in.Images([]byte{0, 0, 0, 0}, tt.image); err == nil || err.Error() != tt.want {
			t.Errorf("wanted %q, found %v", tt.want, err)
		}
	}
	want := "wanted images of [2 2] pixels, found rows of a table"
	if _, err := in.Rows(map[string]float64{"x": 1}); err == nil || err.Error() != want {
		t.Errorf("wanted %q, found %v", want, err)
	}
}

// The values of a row are found by the names of the columns, and standardized as in training.
func TestInputOfRows(t *testing.T) {
	m := tiny()
	m.InputShape, m.Scale, m.Columns = []int{3}, 1, []string{"height", "age", "same"}
	m.Mean, m.Std = []float64{1.5, 40, 7}, []float64{0.1, 12, table.ConstantStd}
	in := m.Input()
	row := map[string]float64{"age": 52, "same": 9, "height": 1.7}
	s, err := in.Rows(row, map[string]float64{"age": 40, "same": 7, "height": 1e38})
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, 3)
	table.Standardization{Mean: m.Mean, Std: m.Std}.Apply(want, []float64{1.7, 52, 9})
	if got := s.Floats[:3]; !slices.Equal(got, want) || math.Abs(float64(want[0])-2) > 1e-6 || want[1] != 1 ||
		want[2] != 0 {
		t.Errorf("wanted %v, found %v", want, got)
	}
	if s.Floats[3] != math.MaxFloat32 || s.Labels != nil || s.Count != 2 {
		t.Errorf("found %+v", s)
	}
	for _, tt := range []struct {
		change func(map[string]float64)
		want   string
	}{
		{func(r map[string]float64) { delete(r, "age") }, `row 2: wanted a value of "age", found none`},
		{func(r map[string]float64) { r["Age"] = 3 },
			`row 2: wanted the columns height, age, same and no other, found "Age"`},
		{func(r map[string]float64) { r["same"] = math.NaN() },
			`row 2, "same": wanted a finite number of at most 3.4e38, found NaN`},
		{func(r map[string]float64) { r["same"] = math.Inf(-1) },
			`row 2, "same": wanted a finite number of at most 3.4e38, found -Inf`},
	} {
		other := map[string]float64{"age": 52, "same": 9, "height": 1.7}
		tt.change(other)
		if _, err := in.Rows(row, other); err == nil || err.Error() != tt.want {
			t.Errorf("wanted %q, found %v", tt.want, err)
		}
	}
	wrong := "wanted rows of a table with the columns height, age, same, found images"
	if _, err := in.Images([]byte{1, 2, 3}); err == nil || err.Error() != wrong {
		t.Errorf("wanted %q, found %v", wrong, err)
	}
}

// Rows as values in the order of the columns give the same inputs as by the names of the columns.
func TestInputOfValues(t *testing.T) {
	m := tiny()
	m.Columns, m.Mean, m.Std = []string{"b", "a"}, []float64{1, 2}, []float64{2, table.ConstantStd}
	in := m.Input()
	s, err := in.Values([]float64{5, 7, -1, 2})
	if err != nil {
		t.Fatal(err)
	}
	named, err := in.Rows(map[string]float64{"a": 7, "b": 5}, map[string]float64{"a": 2, "b": -1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Count != 2 || s.Features != 2 || !slices.Equal(s.Floats, named.Floats) || s.Floats[0] != 2 {
		t.Errorf("wanted %v, found %+v", named.Floats, s)
	}
	if _, err := in.Values([]float64{1, 2, 3}); err == nil {
		t.Error("took a row and a half")
	}
	if _, err := tiny().Input().Values([]float64{1}); err == nil {
		t.Error("a model of images took a row")
	}
}
