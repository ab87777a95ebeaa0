package kernel

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// mat returns a matrix with the given memory.
func mat(rows, cols, stride int, data []float32) Matrix {
	return Matrix{Rows: rows, Cols: cols, Stride: stride, Data: data}
}

// byteMat returns a matrix of bytes with the given memory.
func byteMat(rows, cols, stride int, data []uint8) Bytes {
	return Bytes{Rows: rows, Cols: cols, Stride: stride, Data: data}
}

// Every kernel refuses operands whose memory does not hold their shape, or whose shapes do not fit together, and names
// the operand.
func TestKernelsRefuseBadShapes(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	// A matrix of 2 x 3 with a stride of 4 has 7 elements.
	m := func(n int) Matrix { return mat(2, 3, 4, f(n)) }
	b := func(n int) Bytes { return byteMat(2, 3, 4, make([]uint8, n)) }
	// x returns a sparse matrix with so many rows, entries and starts.
	x := func(rows, step, entries int, start ...int32) Sparse {
		return Sparse{Rows: rows, Entries: make([]uint32, entries), Start: start, Step: step, Table: new([256]float32)}
	}
	ok, wide, tall := m(7), mat(2, 4, 4, f(8)), mat(3, 3, 4, f(12))
	best := make([]int32, 3)
	for _, c := range []struct {
		want string
		run  func(s *Set)
	}{
		{"Gemm: c: wanted memory for 2 x 3", func(s *Set) {
			s.Gemm(&Scratch{}, m(6), mat(2, 1, 1, f(2)).Operand(), mat(1, 3, 3, f(3)).Operand(), true)
		}},
		{"Gemm: a: wanted memory for 2 x 3", func(s *Set) {
			s.Gemm(&Scratch{}, mat(2, 1, 1, f(2)), m(6).Operand(), mat(3, 1, 1, f(3)).Operand(), true)
		}},
		{"Gemm: a: wanted memory for 2 x 3", func(s *Set) {
			s.Gemm(&Scratch{}, mat(3, 1, 1, f(3)), m(6).Transposed(), mat(2, 1, 1, f(2)).Operand(), true)
		}},
		{"Gemm: a: wanted 2 x 4, found 3 x 4", func(s *Set) {
			s.Gemm(&Scratch{}, ok, mat(3, 4, 4, f(12)).Operand(), tall.Operand(), true)
		}},
		{"Gemm: b: wanted memory for 2 x 3", func(s *Set) {
			s.Gemm(&Scratch{}, mat(1, 3, 3, f(3)), mat(1, 2, 2, f(2)).Operand(), m(6).Operand(), true)
		}},
		{"Gemm: b: wanted 3 x 3, found 2 x 4", func(s *Set) {
			s.Gemm(&Scratch{}, ok, ok.Operand(), wide.Operand(), true)
		}},
		{"Gemm: b: wanted 3 x 3, found 2 x 4", func(s *Set) {
			s.Gemm(&Scratch{}, ok, ok.Operand(), wide.Transposed(), true)
		}},
		{"SparseMul: y: wanted memory for 2 x 3", func(s *Set) { s.SparseMul(m(6), x(2, 1, 9, 0, 0, 0), tall, false) }},
		{"SparseMul: b: wanted memory for 2 x 3", func(s *Set) { s.SparseMul(ok, x(2, 1, 9, 0, 0, 0), m(6), false) }},
		{"SparseMul: b: wanted 2 x 3, found 2 x 4", func(s *Set) { s.SparseMul(ok, x(2, 1, 9, 0, 0, 0), wide, false) }},
		{"SparseMul: start: wanted memory for 2 x 2", func(s *Set) {
			s.SparseMul(ok, x(2, 2, 9, 0, 0, 0), tall, false)
		}},
		{"SparseMul: start: wanted 2 x 2, found 3 x 2", func(s *Set) {
			s.SparseMul(ok, x(3, 1, 9, 0, 0, 0, 0), tall, false)
		}},
		{"SparseMul: x: wanted rows within 4 entries, found them from 0 to 5", func(s *Set) {
			s.SparseMul(ok, x(2, 1, 4, 0, 2, 5), tall, false)
		}},
		{"SparseMul: x: wanted rows within 4 entries, found them from -1 to 2", func(s *Set) {
			s.SparseMul(ok, x(2, 1, 4, -1, 0, 2), tall, false)
		}},
		{"Gather: entries: wanted 74 elements, found 73", func(s *Set) {
			s.Gather(x(1, 0, 73, 0, 0), 0, byteMat(1, 10, 10, make([]uint8, 10)), 0, 0)
		}},
		{"Gather: src: wanted memory for 2 x 3", func(s *Set) { s.Gather(x(2, 1, 99, 0, 0, 0), 0, b(6), 0, 0) }},
		{"Gather: start: wanted memory for 2 x 2", func(s *Set) { s.Gather(x(2, 1, 99, 0, 0), 0, b(7), 0, 0) }},
		{"Gather: start: wanted 2 x 2, found 1 x 2", func(s *Set) { s.Gather(x(1, 1, 99, 0, 0), 0, b(7), 0, 0) }},
		{"Gather: entries: wanted 71 elements, found 70", func(s *Set) {
			s.Gather(x(2, 1, 70, 0, 0, 0), 1, b(7), 0, 0)
		}},
		{"Gather: at: wanted at least 0, found -1", func(s *Set) { s.Gather(x(2, 1, 99, 0, 0, 0), -1, b(7), 0, 0) }},
		{"TransposeBytes: src: wanted memory for 2 x 3", func(s *Set) {
			s.TransposeBytes(byteMat(3, 2, 2, make([]uint8, 9)), b(6))
		}},
		{"TransposeBytes: dst: wanted memory for 3 x 2", func(s *Set) {
			s.TransposeBytes(byteMat(3, 2, 2, make([]uint8, 5)), b(7))
		}},
		{"TransposeBytes: dst: wanted memory for 40 x 20", func(s *Set) {
			s.TransposeBytes(byteMat(40, 20, 20, make([]uint8, 799)), byteMat(20, 40, 40, make([]uint8, 800)))
		}},
		{"TransposeBytes: dst: wanted 3 x 2, found 2 x 3", func(s *Set) { s.TransposeBytes(b(7), b(7)) }},
		{"Transpose: src: wanted memory for 2 x 3", func(s *Set) { s.Transpose(mat(3, 2, 2, f(9)), m(6)) }},
		{"Transpose: dst: wanted memory for 3 x 2", func(s *Set) { s.Transpose(mat(3, 2, 2, f(5)), m(7)) }},
		{"Transpose: dst: wanted 3 x 2, found 2 x 3", func(s *Set) { s.Transpose(ok, ok) }},
		{"Bias: y: wanted memory for 2 x 3", func(s *Set) { s.Bias(m(6), f(3)) }},
		{"Bias: y: wanted memory for 2 x 3", func(s *Set) { s.Bias(mat(2, 3, -1, f(9)), f(3)) }},
		{"Bias: y: wanted memory for -2 x 3", func(s *Set) { s.Bias(mat(-2, 3, 3, f(9)), f(3)) }},
		{"Bias: bias: wanted 3 elements, found 2", func(s *Set) { s.Bias(ok, f(2)) }},
		{"BiasRelu: y: wanted memory for 2 x 3", func(s *Set) { s.BiasRelu(m(6), f(3)) }},
		{"BiasRelu: bias: wanted 3 elements, found 2", func(s *Set) { s.BiasRelu(ok, f(2)) }},
		{"ReluGrad: y: wanted memory for 2 x 3", func(s *Set) { s.ReluGrad(ok, m(6)) }},
		{"ReluGrad: d: wanted memory for 2 x 3", func(s *Set) { s.ReluGrad(m(6), ok) }},
		{"ReluGrad: y: wanted 2 x 3, found 3 x 3", func(s *Set) { s.ReluGrad(ok, tall) }},
		{"ColumnSums: x: wanted memory for 2 x 3", func(s *Set) { s.ColumnSums(f(3), m(6)) }},
		{"ColumnSums: dst: wanted 3 elements, found 2", func(s *Set) { s.ColumnSums(f(2), ok) }},
		{"Exp: dst: wanted 3 elements, found 2", func(s *Set) { s.Exp(f(2), f(3)) }},
		{"AdamIdle: m: wanted 2 x 3, found 3 x 3", func(s *Set) { s.AdamIdle(ok, tall, ok, AdamStep{}) }},
		{"Adam: p: wanted memory for 2 x 3", func(s *Set) { s.Adam(m(6), m(7), m(7), mat(2, 3, 3, f(6)), AdamStep{}) }},
		{"Adam: m: wanted memory for 2 x 3", func(s *Set) { s.Adam(m(7), m(6), m(7), mat(2, 3, 3, f(6)), AdamStep{}) }},
		{"Adam: v: wanted memory for 2 x 3", func(s *Set) { s.Adam(m(7), m(7), m(6), mat(2, 3, 3, f(6)), AdamStep{}) }},
		{"Adam: g: wanted memory for 2 x 3", func(s *Set) { s.Adam(m(7), m(7), m(7), mat(2, 3, 3, f(5)), AdamStep{}) }},
		{"Adam: g: wanted 2 x 3, found 2 x 4", func(s *Set) { s.Adam(ok, ok, ok, wide, AdamStep{}) }},
		{"Adam: m: wanted 2 x 3, found 3 x 3", func(s *Set) { s.Adam(ok, tall, ok, ok, AdamStep{}) }},
		{"Adam: v: wanted 2 x 3, found 3 x 3", func(s *Set) { s.Adam(ok, ok, tall, ok, AdamStep{}) }},
		{"Softmax: z: wanted memory for 2 x 3", func(s *Set) { s.Softmax(m(6), f(3), f(3), best) }},
		{"Softmax: largest: wanted 3 elements, found 2", func(s *Set) { s.Softmax(ok, f(2), f(3), best) }},
		{"Softmax: sums: wanted 3 elements, found 2", func(s *Set) { s.Softmax(ok, f(3), f(2), best) }},
		{"Softmax: best: wanted 3 elements, found 2", func(s *Set) { s.Softmax(ok, f(3), f(3), best[:2]) }},
		{"Decay: p: wanted memory for 2 x 3", func(s *Set) { s.Decay(m(6), 1, 1) }},
		{"SGD: p: wanted memory for 2 x 3", func(s *Set) { s.SGD(m(6), ok, 1) }},
		{"SGD: g: wanted memory for 2 x 3", func(s *Set) { s.SGD(ok, m(6), 1) }},
		{"SGD: g: wanted 2 x 3, found 2 x 4", func(s *Set) { s.SGD(ok, wide, 1) }},
		{"Lerp: dst: wanted memory for 2 x 3", func(s *Set) { s.Lerp(m(6), ok, 1) }},
		{"Lerp: src: wanted memory for 2 x 3", func(s *Set) { s.Lerp(ok, m(6), 1) }},
		{"Lerp: src: wanted 2 x 3, found 2 x 4", func(s *Set) { s.Lerp(ok, wide, 1) }},
		{"Warp: src: wanted memory for 2 x 3", func(s *Set) {
			s.Warp(nil, byteMat(2, 3, 3, make([]uint8, 5)), make([]uint16, 99), nil, nil)
		}},
		{"Warp: src: wanted a stride of 3, found 4", func(s *Set) { s.Warp(nil, b(7), make([]uint16, 99), nil, nil) }},
		{"Warp: pairs: wanted 28 elements, found 27", func(s *Set) {
			s.Warp(nil, byteMat(2, 3, 3, make([]uint8, 6)), make([]uint16, 27), nil, nil)
		}},
		{"Warp: y: wanted 2 elements, found 1", func(s *Set) {
			s.Warp(make([]uint8, 2), byteMat(2, 3, 3, make([]uint8, 6)), make([]uint16, 28), f(2), f(1))
		}},
		{"Warp: dst: wanted 2 elements, found 1", func(s *Set) {
			s.Warp(make([]uint8, 1), byteMat(2, 3, 3, make([]uint8, 6)), make([]uint16, 28), f(2), f(2))
		}},
		{"SmallProduct: c: wanted 6 elements, found 5", func(s *Set) { s.SmallProduct(f(5), f(8), f(12), 2, 4, 3) }},
		{"SmallProduct: a: wanted 8 elements, found 7", func(s *Set) { s.SmallProduct(f(6), f(7), f(12), 2, 4, 3) }},
		{"SmallProduct: b: wanted 12 elements, found 11", func(s *Set) { s.SmallProduct(f(6), f(8), f(11), 2, 4, 3) }},
	} {
		for _, s := range Available() {
			if got := panicOf(func() { c.run(s) }); !strings.HasPrefix(got, "kernel: "+c.want) {
				t.Errorf("%s: panic %q, wanted %q", s.Name, got, c.want)
			}
		}
	}
}

func TestSparseAdamChecksItsOperands(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	for _, c := range []struct {
		want       string
		p, m, v, b int
		stride     int // of v
		rows       int // of x
		start      []int32
	}{
		{"p: wanted memory for 2 x 3", 6, 7, 7, 3, 4, 2, []int32{0, 1, 2}},
		{"m: wanted memory for 2 x 3", 7, 6, 7, 3, 4, 2, []int32{0, 1, 2}},
		{"v: wanted memory for 2 x 3", 7, 7, 6, 3, 4, 2, []int32{0, 1, 2}},
		{"p, m, v: wanted equal strides, found 4, 4, 5", 7, 7, 8, 3, 5, 2, []int32{0, 1, 2}},
		{"b: wanted memory for 1 x 3", 7, 7, 7, 2, 4, 2, []int32{0, 1, 2}},
		{"start: wanted memory for 2 x 2", 7, 7, 7, 3, 4, 2, []int32{0, 1}},
		{"start: wanted 2 x 2, found 1 x 2", 7, 7, 7, 3, 4, 1, []int32{0, 1, 2}},
		{"x: wanted rows within 2 entries, found them from 0 to 3", 7, 7, 7, 3, 4, 2, []int32{0, 1, 3}},
	} {
		for _, s := range Available() {
			if !s.FusesAdam() {
				continue
			}
			got := panicOf(func() {
				x := Sparse{Rows: c.rows, Entries: make([]uint32, 2), Start: c.start, Step: 1, Table: new([256]float32)}
				s.SparseAdam(mat(2, 3, 4, f(c.p)), mat(2, 3, 4, f(c.m)), mat(2, 3, c.stride, f(c.v)), x,
					mat(1, 3, 3, f(c.b)), AdamStep{}, AllRows)
			})
			if want := "kernel: SparseAdam: " + c.want; !strings.HasPrefix(got, want) {
				t.Errorf("%s: panic %q, wanted %q", s.Name, got, want)
			}
		}
	}
}

func TestPackedChecksItsOperands(t *testing.T) {
	f := func(n int) []uint8 { return make([]uint8, n) }
	edges := []int32{0, 100, 130}
	unpack := func(s *Set, order, edges []int32, data, first, blocks, dst, start, dense int) {
		x := Sparse{Rows: len(order), Entries: make([]uint32, dst), Start: make([]int32, start), Step: blocks + 1}
		s.Unpack(x, 0, byteMat(len(order), 130, 130, f(dense)),
			Packed{Edges: edges, At: []uint32{0, 32}, Data: f(data)}, order, first)
	}
	for _, c := range []struct {
		want string
		run  func(s *Set)
	}{
		{"Pack: dst: wanted 226 elements, found 225", func(s *Set) { s.Pack(edges, f(130), f(225)) }},
		{"Pack: wanted edges of blocks within 129 features, found [0 100 130]", func(s *Set) {
			s.Pack(edges, f(129), f(999))
		}},
		{"Pack: wanted edges of blocks within 1 features, found []", func(s *Set) { s.Pack(nil, f(1), f(999)) }},
		{"Pack: wanted blocks of at most 128 features, found one from 0 to 129", func(s *Set) {
			s.Pack([]int32{0, 129}, f(130), f(999))
		}},
		{"Unpack: wanted blocks of at most 128 features, found one from 100 to 99", func(s *Set) {
			unpack(s, []int32{0}, []int32{0, 100, 99}, 999, 0, 2, 999, 99, 999)
		}},
		{"Unpack: wanted blocks within 0 to 2 and an entry >= 0, found blocks 1 to 3, entry 0", func(s *Set) {
			unpack(s, []int32{0}, edges, 999, 1, 2, 999, 99, 999)
		}},
		{"Unpack: wanted blocks within 0 to 2 and an entry >= 0, found blocks 0 to -1, entry 0", func(s *Set) {
			unpack(s, []int32{0}, edges, 999, 0, -1, 999, 99, 999)
		}},
		{"Unpack: data: wanted 128 elements, found 127", func(s *Set) {
			unpack(s, []int32{0, 1}, edges, 127, 0, 2, 999, 99, 999)
		}},
		{"Unpack: entries: wanted 324 elements, found 323", func(s *Set) {
			unpack(s, []int32{0, 1}, edges, 999, 0, 2, 323, 99, 999)
		}},
		{"Unpack: start: wanted memory for 2 x 3", func(s *Set) {
			unpack(s, []int32{0, 1}, edges, 999, 0, 2, 999, 5, 999)
		}},
		{"Unpack: dense: wanted memory for 2 x 130", func(s *Set) {
			unpack(s, []int32{0, 1}, edges, 999, 0, 2, 999, 6, 259)
		}},
		{"Unpack: dense: wanted 2 x 100, found 2 x 130", func(s *Set) {
			unpack(s, []int32{0, 1}, edges, 999, 0, 1, 999, 6, 260)
		}},
		{"Unpack: start: wanted 2 x 3, found 1 x 3", func(s *Set) {
			x := Sparse{Rows: 1, Entries: make([]uint32, 999), Start: make([]int32, 99), Step: 3}
			s.Unpack(x, 0, byteMat(2, 130, 130, f(260)), Packed{Edges: edges, At: []uint32{0, 32}, Data: f(999)},
				[]int32{0, 1}, 0)
		}},
	} {
		for _, s := range Available() {
			if !s.Packs() {
				continue
			}
			if got := panicOf(func() { c.run(s) }); !strings.HasPrefix(got, "kernel: "+c.want) {
				t.Errorf("%s: panic %q, wanted %q", s.Name, got, c.want)
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

// A kernel without a check could overwrite the memory of others. So the functions of a set are unexported, and every
// method refuses operands with too little memory.
func TestEveryKernelIsChecked(t *testing.T) {
	table := reflect.TypeFor[Set]()
	for i := range table.NumField() {
		if field := table.Field(i); field.Type.Kind() == reflect.Func && field.IsExported() {
			t.Errorf("%s can be called without a check", field.Name)
		}
	}
	short := map[reflect.Type]reflect.Value{
		reflect.TypeFor[Matrix]():  reflect.ValueOf(mat(2, 2, 3, make([]float32, 4))),
		reflect.TypeFor[Operand](): reflect.ValueOf(mat(2, 2, 3, make([]float32, 4)).Operand()),
		reflect.TypeFor[Bytes]():   reflect.ValueOf(byteMat(2, 2, 2, make([]uint8, 3))),
		reflect.TypeFor[Sparse](): reflect.ValueOf(Sparse{Rows: 2, Entries: make([]uint32, 99),
			Start: make([]int32, 2), Step: 1}),
		reflect.TypeFor[Packed](): reflect.ValueOf(Packed{Edges: []int32{0, 2}, At: []uint32{0},
			Data: make([]uint8, 9)}),
		reflect.TypeFor[*Scratch](): reflect.ValueOf(&Scratch{}),
	}
	methods := reflect.TypeFor[*Set]()
	for i := range methods.NumMethod() {
		method, operands := methods.Method(i), 0
		for _, s := range Available() {
			arguments := []reflect.Value{reflect.ValueOf(s)}
			for j := 1; j < method.Type.NumIn(); j++ {
				argument := method.Type.In(j)
				switch value, ok := short[argument]; {
				case ok:
					arguments, operands = append(arguments, value), operands+1
				case argument.Kind() == reflect.Slice:
					arguments = append(arguments, reflect.MakeSlice(argument, 1, 1))
				default:
					arguments = append(arguments, reflect.Zero(argument))
				}
			}
			got := panicOf(func() { method.Func.Call(arguments) })
			if operands > 0 && !strings.HasPrefix(got, "kernel: "+method.Name+": ") {
				t.Errorf("%s: %s of operands that are too short: panic %q", s.Name, method.Name, got)
			}
		}
	}
}

// Callers cut columns by these numbers, so they must be usable.
func TestSetsSayHowTheyCut(t *testing.T) {
	for _, s := range Available() {
		if s.TileRows < 1 || s.TileCols < 1 || s.PanelCols < 1 {
			t.Errorf("%s: tiles of %d x %d, panels of %d columns", s.Name, s.TileRows, s.TileCols, s.PanelCols)
		}
	}
}

// Kernels with nothing to do accept empty slices.
func TestKernelsAllowSizesOfZero(t *testing.T) {
	for _, s := range Available() {
		for _, size := range [][2]int{{0, 0}, {0, 5}, {5, 0}} {
			rows, cols := size[0], size[1]
			m, flipped := mat(rows, cols, cols, nil), mat(cols, rows, rows, nil)
			x := Sparse{Rows: rows, Entries: make([]uint32, GatherSlack), Start: make([]int32, 6), Step: 1,
				Table: new([256]float32)}
			s.SparseMul(m, x, mat(0, cols, cols, nil), false)
			if s.FusesAdam() {
				s.SparseAdam(m, m, m, x, mat(0, cols, cols, nil), AdamStep{}, AllRows)
			}
			s.Gather(x, 0, byteMat(rows, cols, cols, nil), 0, 0)
			s.TransposeBytes(byteMat(cols, rows, rows, nil), byteMat(rows, cols, cols, nil))
			s.Transpose(flipped, m)
			bias := make([]float32, cols)
			s.Bias(m, bias)
			s.BiasRelu(m, bias)
			s.ReluGrad(m, m)
			s.Adam(m, m, m, m, AdamStep{})
			s.AdamIdle(m, m, m, AdamStep{})
			s.Softmax(m, make([]float32, cols), make([]float32, cols), make([]int32, cols))
			s.Decay(m, 1, 1)
			s.Lerp(m, m, 1)
			s.SGD(m, m, 1)
			sums := []float32{1, 1, 1, 1, 1, 1}
			s.ColumnSums(sums, m)
			for i, x := range sums {
				if (x == 0) != (i < cols) {
					t.Errorf("%s: ColumnSums of %d x %d: %v", s.Name, rows, cols, sums)
				}
			}
		}
		s.Exp(nil, nil)
		one := Sparse{Rows: 1, Entries: make([]uint32, GatherSlack), Start: make([]int32, 2)}
		if n := s.Gather(one, 0, byteMat(1, 0, 0, nil), 0, 0); n != 0 {
			t.Errorf("%s: %d nonzeros of nothing", s.Name, n)
		}
		c := []float32{1}
		a, b := mat(1, 0, 0, nil).Operand(), mat(0, 1, 0, nil)
		multiplyTile(s, mat(1, 1, 1, c), a, b, true)
		if c[0] != 1 {
			t.Errorf("%s: adding a product with k = 0 made %g of 1", s.Name, c[0])
		}
		multiplyTile(s, mat(1, 1, 1, c), a, b, false)
		if c[0] != 0 {
			t.Errorf("%s: a product with k = 0 is %g", s.Name, c[0])
		}
	}
}
