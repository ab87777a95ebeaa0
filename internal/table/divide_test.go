package table

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// share counts the rows of each class.
func share(t *Table, rows []int32) []int {
	count := make([]int, len(t.Classes))
	for _, r := range rows {
		count[t.Labels[r]]++
	}
	return count
}

func TestDivide(t *testing.T) {
	data := iris(t)
	for _, tail := range []bool{false, true} {
		d := Division{Test: 20, Validation: 16, Tail: tail, Seed: 1}
		p, err := data.Divide(d)
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(p.Train, p.Validation, p.Test)
		slices.Sort(all)
		if len(p.Train) != 64 || len(p.Validation) != 16 || len(p.Test) != 20 || !slices.Equal(all, rowsOf(data)) {
			t.Errorf("tail %t: %d, %d and %d rows, together %v",
				tail, len(p.Train), len(p.Validation), len(p.Test), all)
		}
		if slices.IsSorted(p.Train) {
			t.Errorf("tail %t: the training rows are in the file's order", tail)
		}
		if got := share(data, p.Test); !slices.Equal(got, []int{10, 10}) {
			t.Errorf("tail %t: tests on %v", tail, got)
		}
		if got := share(data, p.Validation); !tail && !slices.Equal(got, []int{8, 8}) || slices.Contains(got, 0) {
			t.Errorf("tail %t: validates on %v", tail, got)
		}
		again, err := data.Divide(d)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(p) {
			t.Errorf("tail %t: the same division gives others rows: %v", tail, err)
		}
		d.Validation, d.Tail = 5, !tail
		if other, err := data.Divide(d); err != nil || !slices.Equal(other.Test, p.Test) {
			t.Errorf("tail %t: another validation part changes the test rows: %v", tail, err)
		}
		d.Seed = 2
		if other, err := data.Divide(d); err != nil || slices.Equal(other.Test, p.Test) {
			t.Errorf("tail %t: another seed tests on the same rows: %v", tail, err)
		}
	}
}

// Where another file tests, no row of this one does.
func TestDivideTestFile(t *testing.T) {
	data := iris(t)
	p, err := data.Divide(Division{TestFile: true, Validation: 20, Seed: 1})
	if err != nil || len(p.Train) != 80 || len(p.Validation) != 20 || len(p.Test) != 0 {
		t.Errorf("%d, %d and %d rows, error %v", len(p.Train), len(p.Validation), len(p.Test), err)
	}
}

func TestDivideErrors(t *testing.T) {
	data, err := read("a,class\n1,x\n2,x\n3,y\n")
	if err != nil {
		t.Fatal(err)
	}
	single, err := read("a,class\n1,x\n2,y\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		data *Table
		d    Division
		want string
	}{
		{data, Division{Test: 0}, "t.csv: 3 rows of 2 classes leave none to test on"},
		{single, Division{Test: 1}, "t.csv: 2 rows of 2 classes leave none to test on"},
		{data, Division{Test: 1, Validation: 2, Tail: true}, "t.csv: 3 rows leave none to train on"},
		{data, Division{Test: 1, Validation: 5, Tail: true}, "t.csv: 3 rows leave none to train on"},
	} {
		if _, err := c.data.Divide(c.d); err == nil || !strings.Contains(err.Error(), c.want) ||
			fault.KindOf(err) != fault.Data {
			t.Errorf("%+v: error %v, wanted %s", c.d, err, c.want)
		}
	}
}

// descent is plain gradient descent.
type descent struct{}

func (descent) Update(_ *kernel.Worker, p *nn.Param, r0, c0 int, g kernel.Matrix) {
	for r := range g.Rows {
		for c := range g.Cols {
			p.Value.Data[(r0+r)*p.Value.Stride+c0+c] -= float32(0.3 * g.Data[r*g.Stride+c])
		}
	}
}

// The course's first example: 4 inputs, Dense 8 relu, Dense 1 sigmoid, binary cross-entropy, tells the species apart.
func TestLearnIris(t *testing.T) {
	data := iris(t)
	p, err := data.Divide(Division{Test: 20, Validation: 16, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := data.FitStandardization(p.Train)
	m, err := nn.New(nn.Architecture{Input: 4, Loss: "binary_crossentropy", Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 8, Activation: "relu"},
		{Type: "dense", Name: "dense_1", Units: 1, Activation: "sigmoid"},
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	e := step.NewEngine(kernel.Available()[0], 1)
	defer e.Close()
	samples := data.Samples(p.Train, s)
	trainer := step.NewTrainer(e, m, descent{}, samples, 64)
	order := make([]int32, samples.Count)
	for i := range order {
		order[i] = int32(i)
	}
	for range 1000 {
		trainer.Step(order, nil)
	}
	for name, rows := range map[string][]int32{"validation": p.Validation, "test": p.Test} {
		if got := step.NewEvaluator(e, m, data.Samples(rows, s)).Evaluate(); !(got.Accuracy() >= 0.85) {
			t.Errorf("%s: %d of %d right, loss %v", name, got.Right, got.Count, got.MeanLoss())
		}
	}
}
