package table

import (
	"math"
	"testing"
)

func iris(t *testing.T) *Table {
	t.Helper()
	got, err := Read(Options{Path: "../../configs/iris.csv", Target: "species"})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func rowsOf(t *Table) []int32 {
	rows := make([]int32, t.Rows())
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// What scikit-learn 1.7's StandardScaler and Keras's Normalization give for the same rows.
func TestStandardizationOfIris(t *testing.T) {
	data := iris(t)
	s := data.FitStandardization(rowsOf(data))
	for c, want := range []struct{ mean, std float64 }{
		{6.262, 0.659511940756193},
		{2.872, 0.33108307114680446},
		{4.906, 0.8214401986754728},
		{1.676, 0.4226393261399133},
	} {
		if math.Abs(s.Mean[c]-want.mean) > 1e-14 || math.Abs(s.Std[c]-want.std) > 1e-14 {
			t.Errorf("%s: mean %v and deviation %v, wanted %v and %v",
				data.Columns[c], s.Mean[c], s.Std[c], want.mean, want.std)
		}
	}
	samples := data.Samples([]int32{99, 0}, s)
	if samples.Count != 2 || samples.Features != 4 || samples.Labels[0] != 1 || samples.Labels[1] != 0 {
		t.Errorf("%d samples of %d features, labels %v", samples.Count, samples.Features, samples.Labels)
	}
	for i, want := range []float32{
		-0.5488907442447972, 0.3866099210588835, 0.23617057007048523, 0.2933943727682115,
		1.1190093073278025, 0.9906879227133952, -0.25077905894082625, -0.6530390877744109,
	} {
		if got := samples.Floats[i]; math.Abs(float64(got-want)) > 1e-7 {
			t.Errorf("feature %d is %v, wanted %v", i, got, want)
		}
	}
}

// Constant columns, and values over the whole range of float32, give finite numbers.
func TestStandardizationOfOddColumns(t *testing.T) {
	data, err := read("same,tiny,huge,class\n0.1,1e-300,3.4e38,x\n0.1,2e-300,-3.4e38,y\n0.1,3e-300,0,x\n")
	if err != nil {
		t.Fatal(err)
	}
	s := data.FitStandardization(rowsOf(data))
	if s.Mean[0] != 0.1 || s.Std[0] != ConstantStd || s.Std[1] != ConstantStd ||
		!(s.Std[2] > 2.7e38 && s.Std[2] < 2.8e38) {
		t.Errorf("%+v", s)
	}
	got := data.Samples(rowsOf(data), s)
	for i, v := range got.Floats {
		if v-v != 0 {
			t.Errorf("feature %d is %v", i, v)
		}
	}
	// Rows that were not fitted may be as far away as they like.
	s.Std[2] = 1e-10
	if v := data.Samples([]int32{0}, s).Floats[2]; v != math.MaxFloat32 {
		t.Errorf("a number beyond float32 becomes %v", v)
	}
}

// A column that was constant in training is 0 everywhere. One with a standard deviation of 1 is not constant.
func TestStandardizationOfConstants(t *testing.T) {
	data, err := read("same,one,class\n7,1,x\n7,3,y\n1007,4,x\n-3.4e38,4,x\n3.4e38,4,x\n")
	if err != nil {
		t.Fatal(err)
	}
	s := data.FitStandardization([]int32{0, 1})
	if s.Mean[0] != 7 || s.Mean[1] != 2 || s.Std[1] != 1 {
		t.Errorf("%+v", s)
	}
	for i, want := range []float32{0, -1, 0, 1, 0, 2, 0, 2, 0, 2} {
		if got := data.Samples(rowsOf(data), s).Floats[i]; got != want {
			t.Errorf("feature %d is %v, wanted %v", i, got, want)
		}
	}
	// An older model file has a deviation of 1, which passes the difference on.
	s.Std[0] = 1
	if got := data.Samples([]int32{2}, s).Floats[0]; got != 1000 {
		t.Errorf("1007 with mean 7 and deviation 1 is %v", got)
	}
}
