package tensor

import (
	"math"
	"reflect"
	"testing"

	"dnn/internal/interop/onnx/message"
)

// budget returns one that allows much.
func budget() *Budget {
	b := Budget(1 << 20)
	return &b
}

// counting returns a tensor 0, 1, 2, ..., of a file and computed.
func counting(dims ...int) map[string]*Tensor {
	values := make([]float32, Product(dims))
	for i := range values {
		values[i] = float32(i)
	}
	file := message.Floats("k", dims, values)
	return map[string]*Tensor{"file": Of(&file), "computed": List(values, false).Shaped(dims)}
}

func elements(t *Tensor) []float64 {
	var all []float64
	for i := range t.Size() {
		all = append(all, t.At(i))
	}
	return all
}

func TestPermuted(t *testing.T) {
	for name, k := range counting(2, 3, 2) {
		for _, c := range []struct {
			order []int
			dims  []int
			want  []float64
		}{
			{[]int{0, 1, 2}, []int{2, 3, 2}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
			{[]int{2, 1, 0}, []int{2, 3, 2}, []float64{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
			{[]int{1, 0, 2}, []int{3, 2, 2}, []float64{0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11}},
		} {
			got, err := k.Permuted(c.order, budget())
			if err != nil || !reflect.DeepEqual(got.Dims, c.dims) || !reflect.DeepEqual(elements(got), c.want) {
				t.Errorf("%s %v: got %v %v, %v", name, c.order, got.Dims, elements(got), err)
			}
		}
	}
}

func TestFold(t *testing.T) {
	add := func(args []float64) float64 { return args[0] + args[1] }
	for _, c := range []struct {
		a, b []int
		want []float64
	}{
		{[]int{2, 2}, []int{2, 2}, []float64{0, 2, 4, 6}},
		{[]int{2, 2}, nil, []float64{0, 1, 2, 3}},
		{[]int{2, 2}, []int{2}, []float64{0, 2, 2, 4}},
		{[]int{2, 2}, []int{2, 1}, []float64{0, 1, 3, 4}},
		{[]int{2, 1}, []int{1, 2}, []float64{0, 1, 1, 2}},
		{[]int{0}, []int{1}, nil},
	} {
		got, err := Fold(add, []*Tensor{counting(c.a...)["file"], counting(c.b...)["computed"]}, budget())
		if err != nil || !reflect.DeepEqual(elements(got), c.want) {
			t.Errorf("%v + %v: got %v, %v", c.a, c.b, elements(got), err)
		}
	}
	half, err := Fold(func(args []float64) float64 { return args[0] / args[1] }, []*Tensor{Number(7, true), Number(2, true)}, budget())
	if err != nil || half.At(0) != 3 {
		t.Errorf("7/2 of whole numbers is %v, %v", half, err)
	}
	if _, err := Fold(add, []*Tensor{counting(2)["file"], counting(3)["file"]}, budget()); err == nil {
		t.Error("2 and 3 elements go together")
	}
	if _, err := Fold(add, []*Tensor{Texts([]string{"a"}), Number(1, false)}, budget()); err == nil {
		t.Error("texts are added")
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		from, to []int
		want     []float64
	}{
		{[]int{2}, []int{2, 2}, []float64{0, 1, 0, 1}},
		{[]int{2, 1}, []int{2, 2}, []float64{0, 0, 1, 1}},
		{[]int{1, 1, 2}, []int{2}, []float64{0, 1}},
	} {
		got, err := counting(c.from...)["file"].Spread(c.to, budget())
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v to %v: got %v, %v", c.from, c.to, got, err)
		}
	}
}

func TestBudget(t *testing.T) {
	b := Budget(10)
	if b.Spend(6) != nil || b.Spend(5) == nil || b.Spend(-1) == nil || b.Spend(4) != nil || b.Spend(1) == nil {
		t.Error("10 are not 6 and 4")
	}
	little := Budget(100)
	if _, err := Filled([]int{100}, 1, false, &little); err == nil {
		t.Error("800 bytes of 100")
	}
	if _, err := Filled([]int{-1}, 1, false, budget()); err == nil {
		t.Error("an unknown dimension")
	}
}

func TestValues(t *testing.T) {
	if got := List([]int64{3, -4}, true).Names(); !reflect.DeepEqual(got, []string{"3", "-4"}) {
		t.Errorf("names %q", got)
	}
	if _, err := List([]float64{Batch}, true).Integers(); err == nil {
		t.Error("the size of the batch is a number")
	}
	if _, err := List([]float64{0.5}, true).Integers(); err == nil {
		t.Error("1/2 is whole")
	}
	if _, _, err := List([]float64{math.Inf(1)}, false).Float32s(budget()); err == nil {
		t.Error("infinite weights")
	}
	whole, err := List([]float64{1.7, -1.7}, false).Cast(message.Int64)
	if err != nil || !whole.Whole || !reflect.DeepEqual(elements(whole), []float64{1, -1}) {
		t.Errorf("cast: %v, %v", whole, err)
	}
	if _, ok := Texts([]string{"a"}).Scalar(); ok {
		t.Error("a text is a number")
	}
	if Product([]int{1 << 20, 1 << 20}) != -1 || Product([]int{3, 0}) != 0 || Product(nil) != 1 {
		t.Error("products")
	}
}
