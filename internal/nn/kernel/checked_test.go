package kernel

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// Every kernel refuses shapes that its slices do not hold, and says which.
func TestKernelsRefuseBadShapes(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	b := func(n int) []uint8 { return make([]uint8, n) }
	u := func(n int) []uint32 { return make([]uint32, n) }
	var table [256]float32
	// A matrix of 2 x 3 with rows 4 apart has 7 elements.
	for _, c := range []struct {
		want string
		run  func(s *Set)
	}{
		{"GemmTile: a tile of 0 x 1", func(s *Set) { s.GemmTile(0, 1, 1, f(9), 1, 1, f(9), 1, f(9), 1, false) }},
		{"GemmTile: a tile of 1 x 33", func(s *Set) { s.GemmTile(1, 33, 1, f(99), 1, 1, f(99), 1, f(99), 1, false) }},
		{"GemmTile: a tile of 1 x 1 with k = -1", func(s *Set) { s.GemmTile(1, 1, -1, f(9), 1, 1, f(9), 1, f(9), 1, false) }},
		{"GemmTile: a: 2 x 3", func(s *Set) { s.GemmTile(2, 1, 3, f(6), 4, 1, f(3), 1, f(2), 1, false) }},
		{"GemmTile: a: 2 x 3", func(s *Set) { s.GemmTile(2, 1, 3, f(9), 1, -1, f(3), 1, f(2), 1, false) }},
		{"GemmTile: b: 2 x 3", func(s *Set) { s.GemmTile(1, 3, 2, f(2), 1, 1, f(6), 4, f(3), 3, false) }},
		{"GemmTile: c: 2 x 3", func(s *Set) { s.GemmTile(2, 3, 1, f(2), 1, 1, f(3), 3, f(6), 4, true) }},
		{"SparseMul: y: 2 x 3", func(s *Set) { s.SparseMul(2, 3, u(9), make([]int32, 3), 1, &table, f(9), 3, f(6), 4, false) }},
		{"SparseMul: start: 2 x 2", func(s *Set) { s.SparseMul(2, 3, u(9), make([]int32, 3), 2, &table, f(9), 3, f(7), 4, false) }},
		{"SparseMul: 2 x 3 from entries 0 to 5 of 4", func(s *Set) {
			s.SparseMul(2, 3, u(4), []int32{0, 2, 5}, 1, &table, f(9), 3, f(7), 4, false)
		}},
		{"SparseMul: 2 x 3 from entries -1 to 2 of 4", func(s *Set) {
			s.SparseMul(2, 3, u(4), []int32{-1, 0, 2}, 1, &table, f(9), 3, f(7), 4, false)
		}},
		{"Gather: dst: 1 x 74", func(s *Set) { s.Gather(u(73), b(10), 0) }},
		{"GatherRows: src: 2 x 3", func(s *Set) { s.GatherRows(2, 3, b(6), 4, u(99), 0, 0, 0, make([]int32, 3), 1) }},
		{"GatherRows: start: 2 x 2", func(s *Set) { s.GatherRows(2, 3, b(7), 4, u(99), 0, 0, 0, make([]int32, 2), 1) }},
		{"GatherRows: dst: 1 x 71", func(s *Set) { s.GatherRows(2, 3, b(7), 4, u(70), 1, 0, 0, make([]int32, 3), 1) }},
		{"GatherRows: at: -1", func(s *Set) { s.GatherRows(2, 3, b(7), 4, u(99), -1, 0, 0, make([]int32, 3), 1) }},
		{"TransposeBytes: src: 2 x 3", func(s *Set) { s.TransposeBytes(2, 3, b(6), 4, b(9), 2) }},
		{"TransposeBytes: dst: 3 x 2", func(s *Set) { s.TransposeBytes(2, 3, b(7), 4, b(5), 2) }},
		{"TransposeBytes: dst: 40 x 20", func(s *Set) { s.TransposeBytes(20, 40, b(800), 40, b(799), 20) }},
		{"Transpose: src: 2 x 3", func(s *Set) { s.Transpose(2, 3, f(6), 4, f(9), 2) }},
		{"Transpose: dst: 3 x 2", func(s *Set) { s.Transpose(2, 3, f(7), 4, f(5), 2) }},
		{"Bias: y: 2 x 3", func(s *Set) { s.Bias(2, 3, f(6), 4, f(3)) }},
		{"Bias: y: 2 x 3", func(s *Set) { s.Bias(2, 3, f(9), -1, f(3)) }},
		{"Bias: y: -2 x 3", func(s *Set) { s.Bias(-2, 3, f(9), 3, f(3)) }},
		{"Bias: bias: 1 x 3", func(s *Set) { s.Bias(2, 3, f(7), 4, f(2)) }},
		{"BiasRelu: y: 2 x 3", func(s *Set) { s.BiasRelu(2, 3, f(6), 4, f(3)) }},
		{"BiasRelu: bias: 1 x 3", func(s *Set) { s.BiasRelu(2, 3, f(7), 4, f(2)) }},
		{"ReluGrad: y: 2 x 3", func(s *Set) { s.ReluGrad(2, 3, f(6), 4, f(7), 4) }},
		{"ReluGrad: d: 2 x 3", func(s *Set) { s.ReluGrad(2, 3, f(7), 4, f(6), 4) }},
		{"ColumnSums: x: 2 x 3", func(s *Set) { s.ColumnSums(2, 3, f(6), 4, f(3)) }},
		{"ColumnSums: dst: 1 x 3", func(s *Set) { s.ColumnSums(2, 3, f(7), 4, f(2)) }},
		{"Exp: dst: 1 x 3", func(s *Set) { s.Exp(f(2), f(3)) }},
		{"Adam: p: 2 x 3", func(s *Set) { s.Adam(2, 3, f(6), f(7), f(7), 4, f(6), 3, AdamStep{}) }},
		{"Adam: m: 2 x 3", func(s *Set) { s.Adam(2, 3, f(7), f(6), f(7), 4, f(6), 3, AdamStep{}) }},
		{"Adam: v: 2 x 3", func(s *Set) { s.Adam(2, 3, f(7), f(7), f(6), 4, f(6), 3, AdamStep{}) }},
		{"Adam: g: 2 x 3", func(s *Set) { s.Adam(2, 3, f(7), f(7), f(7), 4, f(5), 3, AdamStep{}) }},
		{"Softmax: z: 2 x 3", func(s *Set) { s.Softmax(2, 3, f(6), 4, f(3), f(3), make([]int32, 3)) }},
		{"Softmax: largest: 1 x 3", func(s *Set) { s.Softmax(2, 3, f(7), 4, f(2), f(3), make([]int32, 3)) }},
		{"Softmax: sums: 1 x 3", func(s *Set) { s.Softmax(2, 3, f(7), 4, f(3), f(2), make([]int32, 3)) }},
		{"Softmax: best: 1 x 3", func(s *Set) { s.Softmax(2, 3, f(7), 4, f(3), f(3), make([]int32, 2)) }},
		{"Decay: p: 2 x 3", func(s *Set) { s.Decay(2, 3, f(6), 4, 1, 1) }},
		{"SGD: p: 2 x 3", func(s *Set) { s.SGD(2, 3, f(6), 4, f(7), 4, 1) }},
		{"SGD: g: 2 x 3", func(s *Set) { s.SGD(2, 3, f(7), 4, f(6), 4, 1) }},
	} {
		for _, s := range Available() {
			if got := panicOf(func() { c.run(s) }); !strings.HasPrefix(got, "kernel: "+c.want) {
				t.Errorf("%s: panic %q, want %q", s.Name, got, c.want)
			}
		}
	}
}

func TestSparseAdamChecksItsSlices(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	for _, c := range []struct {
		want    string
		p, m, v int
		start   []int32
	}{
		{"p: 2 x 3", 6, 7, 7, []int32{0, 1, 2}},
		{"m: 2 x 3", 7, 6, 7, []int32{0, 1, 2}},
		{"v: 2 x 3", 7, 7, 6, []int32{0, 1, 2}},
		{"start: 2 x 2", 7, 7, 7, []int32{0, 1}},
		{"2 x 3 from entries 0 to 3 of 2", 7, 7, 7, []int32{0, 1, 3}},
	} {
		for _, s := range Available() {
			if s.SparseAdam == nil {
				continue
			}
			got := panicOf(func() {
				s.SparseAdam(2, 3, make([]uint32, 2), c.start, 1, new([256]float32), f(3), 3, f(c.p), f(c.m), f(c.v), 4, AdamStep{}, AllRows)
			})
			if want := "kernel: SparseAdam: " + c.want; !strings.HasPrefix(got, want) {
				t.Errorf("%s: panic %q, want %q", s.Name, got, want)
			}
		}
	}
}

func TestPackedChecksItsSlices(t *testing.T) {
	f := func(n int) []uint8 { return make([]uint8, n) }
	edges := []int32{0, 100, 130}
	unpack := func(s *Set, order, edges []int32, data, first, blocks, dst, start, dense int) {
		s.Unpack(order, []uint32{0, 32}, f(data), edges, first, blocks, make([]uint32, dst), 0, make([]int32, start), f(dense), 130)
	}
	for _, c := range []struct {
		want string
		run  func(s *Set)
	}{
		{"Pack: dst: 1 x 226", func(s *Set) { s.Pack(edges, f(130), f(225)) }},
		{"Pack: blocks from [0 100 130] in 129 features", func(s *Set) { s.Pack(edges, f(129), f(999)) }},
		{"Pack: blocks from [] in 1 features", func(s *Set) { s.Pack(nil, f(1), f(999)) }},
		{"Pack: a block of 129 features, from 0 to 129", func(s *Set) { s.Pack([]int32{0, 129}, f(130), f(999)) }},
		{"Unpack: a block of -1 features, from 100 to 99", func(s *Set) { unpack(s, []int32{0}, []int32{0, 100, 99}, 999, 0, 2, 999, 99, 999) }},
		{"Unpack: blocks 1 to 3 of 2, from entry 0", func(s *Set) { unpack(s, []int32{0}, edges, 999, 1, 2, 999, 99, 999) }},
		{"Unpack: data: 1 x 128", func(s *Set) { unpack(s, []int32{0, 1}, edges, 127, 0, 2, 999, 99, 999) }},
		{"Unpack: dst: 1 x 324", func(s *Set) { unpack(s, []int32{0, 1}, edges, 999, 0, 2, 323, 99, 999) }},
		{"Unpack: start: 2 x 3", func(s *Set) { unpack(s, []int32{0, 1}, edges, 999, 0, 2, 999, 5, 999) }},
		{"Unpack: dense: 2 x 130", func(s *Set) { unpack(s, []int32{0, 1}, edges, 999, 0, 2, 999, 6, 259) }},
	} {
		for _, s := range Available() {
			if s.Pack == nil {
				continue
			}
			if got := panicOf(func() { c.run(s) }); !strings.HasPrefix(got, "kernel: "+c.want) {
				t.Errorf("%s: panic %q, want %q", s.Name, got, c.want)
			}
		}
	}
}

func panicOf(f func()) (message string) {
	defer func() {
		if value := recover(); value != nil {
			message = fmt.Sprint(value)
		}
	}()
	f()
	return ""
}

// A kernel that gets into the table without a check would be a hole in every other one's.
func TestEveryKernelIsChecked(t *testing.T) {
	raw := generic()
	r, c := reflect.ValueOf(*raw), reflect.ValueOf(*checked(raw))
	for i := range r.NumField() {
		field := r.Type().Field(i)
		if field.Type.Kind() == reflect.Func && field.IsExported() && r.Field(i).Pointer() == c.Field(i).Pointer() {
			t.Errorf("%s is not checked", field.Name)
		}
	}
}

// Where there is nothing to do, slices of nothing do.
func TestKernelsAllowSizesOfZero(t *testing.T) {
	var table [256]float32
	for _, s := range Available() {
		for _, size := range [][2]int{{0, 0}, {0, 5}, {5, 0}} {
			rows, cols := size[0], size[1]
			start := make([]int32, 6)
			s.SparseMul(rows, cols, nil, start, 1, &table, nil, cols, nil, cols, false)
			s.GatherRows(rows, cols, nil, cols, make([]uint32, GatherSlack), 0, 0, 0, start, 1)
			s.TransposeBytes(rows, cols, nil, cols, nil, rows)
			s.Transpose(rows, cols, nil, cols, nil, rows)
			bias := make([]float32, cols)
			s.Bias(rows, cols, nil, cols, bias)
			s.BiasRelu(rows, cols, nil, cols, bias)
			s.ReluGrad(rows, cols, nil, cols, nil, cols)
			s.Adam(rows, cols, nil, nil, nil, cols, nil, cols, AdamStep{})
			s.Softmax(rows, cols, nil, cols, make([]float32, cols), make([]float32, cols), make([]int32, cols))
			s.Decay(rows, cols, nil, cols, 1, 1)
			s.SGD(rows, cols, nil, cols, nil, cols, 1)
			sums := []float32{1, 1, 1, 1, 1, 1}
			s.ColumnSums(rows, cols, nil, cols, sums)
			for i, x := range sums {
				if (x == 0) != (i < cols) {
					t.Errorf("%s: ColumnSums of %d x %d: %v", s.Name, rows, cols, sums)
				}
			}
		}
		s.Exp(nil, nil)
		if n := s.Gather(make([]uint32, GatherSlack), nil, 0); n != 0 {
			t.Errorf("%s: %d nonzeros of nothing", s.Name, n)
		}
		c := []float32{1}
		s.GemmTile(1, 1, 0, nil, 0, 0, nil, 0, c, 1, true)
		if c[0] != 1 {
			t.Errorf("%s: adding a product with k = 0 made %g of 1", s.Name, c[0])
		}
		s.GemmTile(1, 1, 0, nil, 0, 0, nil, 0, c, 1, false)
		if c[0] != 0 {
			t.Errorf("%s: a product with k = 0 is %g", s.Name, c[0])
		}
	}
}
