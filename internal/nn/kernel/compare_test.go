package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"dnn/internal/exact"
)

// eachSet runs test for every set of this CPU except the reference.
func eachSet(t *testing.T, test func(t *testing.T, s, reference *Set, d *data)) {
	sets := Available()
	reference := generic()
	if len(sets) == 1 {
		t.Skip("this CPU has the portable kernels only")
	}
	sets = sets[:len(sets)-1]
	if older := withoutVBMI2(); older != nil {
		sets = append(sets, older)
	}
	for _, s := range sets {
		t.Run(s.Name, func(t *testing.T) { test(t, s, reference, &data{rand.New(rand.NewPCG(1, 2)), newGuarded(t)}) })
	}
}

// data makes random operands.
type data struct {
	*rand.Rand
	memory *guarded // nil: any
}

// allocate returns n zero bytes. They are aligned for float32 if n is a multiple of 4, and end before an inaccessible
// page if d has guarded memory.
func (d *data) allocate(n int) []byte {
	if d.memory != nil {
		return d.memory.bytes(n)
	}
	skip := 4 * d.IntN(16)
	return make([]byte, n+skip)[skip:]
}

// special has the numbers for which arithmetic has rules of its own.
var special = []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0x1p-149, -0x1p-130, 0x1p-126, math.MaxFloat32,
	-math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}

// floats returns n numbers around 1 or, if wild is set, arbitrary bit patterns and many special numbers.
func (d *data) floats(n int, wild bool) []float32 {
	if n == 0 {
		return nil
	}
	x := unsafe.Slice((*float32)(unsafe.Pointer(&d.allocate(4 * n)[0])), n)
	for i := range x {
		switch {
		case !wild:
			x[i] = float32(d.NormFloat64())
		case d.IntN(2) == 0:
			x[i] = special[d.IntN(len(special))]
		default:
			x[i] = math.Float32frombits(d.Uint32())
		}
	}
	return x
}

// bytes returns n bytes, of which the given fraction is not zero.
func (d *data) bytes(n int, density float64) []uint8 {
	x := d.allocate(n)
	for i := range x {
		if d.Float64() < density {
			x[i] = uint8(1 + d.IntN(255))
		}
	}
	return x
}

// size returns the number of elements of a matrix whose last row ends with its last column.
func size(rows, cols, ld int) int {
	if rows == 0 {
		return 0
	}
	return (rows-1)*ld + cols
}

// fenced is a matrix or vector that a kernel writes, between guards that it must not change.
type fenced[T comparable] struct {
	all, inside []T
}

const fence = 70

func newFenced[T comparable](content []T, guard T) fenced[T] {
	all := make([]T, len(content)+2*fence)
	for i := range all {
		all[i] = guard
	}
	copy(all[fence:], content)
	return fenced[T]{all, all[fence : fence+len(content) : fence+len(content)]}
}

func (f fenced[T]) copy() fenced[T] {
	all := append([]T(nil), f.all...)
	return fenced[T]{all, all[fence : len(all)-fence : len(all)-fence]}
}

// fencedFloats returns a fenced copy of content, gaps between rows included.
func fencedFloats(content []float32) fenced[float32] { return newFenced(content, 12345.678) }

// sameFloats compares all elements and guards bit by bit, except that any NaN equals any other.
func sameFloats(t *testing.T, what string, got, want fenced[float32]) {
	t.Helper()
	for i, w := range want.all {
		g := got.all[i]
		if math.Float32bits(g) != math.Float32bits(w) && !(g != g && w != w) {
			t.Fatalf("%s: element %d of %d is %g (%#08x), wanted %g (%#08x)",
				what, i-fence, len(want.inside), g, math.Float32bits(g), w, math.Float32bits(w))
		}
	}
}

func same[T comparable](t *testing.T, what string, got, want fenced[T]) {
	t.Helper()
	for i, w := range want.all {
		if got.all[i] != w {
			t.Fatalf("%s: element %d of %d is %v, wanted %v", what, i-fence, len(want.inside), got.all[i], w)
		}
	}
}

// awkward has sizes at the edges of vectors, blocks and panels, and primes.
var awkward = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 15, 16, 17, 23, 31, 32, 33, 47, 48, 50, 52, 63, 64, 65, 79, 97,
	100, 103, 104, 105, 111, 127, 128, 129, 131, 144, 145, 160, 161, 197, 257}

func TestGemmTileAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, _ *Set, d *data) {
		for rows := 1; rows <= 3*s.TileRows; rows++ {
			for cols := 1; cols <= s.TileCols; cols++ {
				for range 3 {
					compareGemmTile(t, s, d, rows, cols, d.IntN(3)*d.IntN(20), d.IntN(3) == 0)
				}
			}
		}
	})
}

func compareGemmTile(t *testing.T, s *Set, d *data, rows, cols, k int, wild bool) {
	t.Helper()
	a := mat(rows, k, k+d.IntN(5), nil).Operand()
	if d.IntN(2) == 0 {
		a = mat(k, rows, rows+d.IntN(5), nil).Transposed()
	}
	ldb, ldc := cols+d.IntN(40), cols+d.IntN(40)
	a.Data = d.floats(max(0, size(a.Rows, a.Cols, a.Stride)), wild)
	b := d.floats(size(k, cols, ldb), wild)
	got := fencedFloats(d.floats(size(rows, cols, ldc), wild))
	want := got.copy()
	accumulate := d.IntN(2) == 0
	multiplyTile(s, mat(rows, cols, ldc, got.inside), a, mat(k, cols, ldb, b), accumulate)
	rs, cs := a.strides()
	// The reference, whose loops serve tiles of any size.
	gemmTile(rows, cols, k, a.Data, rs, cs, b, ldb, want.inside, ldc, accumulate)
	what := fmt.Sprintf("tile %dx%d, k=%d, rs=%d, cs=%d, ldb=%d, ldc=%d, accumulate=%v",
		rows, cols, k, rs, cs, ldb, ldc, accumulate)
	sameFloats(t, what, got, want)
}

func TestSparseMulAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, cols := range awkward {
			for _, rows := range []int{0, 1, 2, 5, 17} {
				compareSparseMul(t, s, reference, d, rows, cols, d.IntN(60), 1+d.IntN(3),
					[]float64{0, 0.02, 0.2, 1}[d.IntN(4)], d.IntN(3) == 0)
			}
		}
	})
}

// compareSparseMul multiplies a sparse matrix of rows x inputs. Each row is cut into step pieces, of which one is used.
func compareSparseMul(t *testing.T, s, reference *Set, d *data, rows, cols, inputs, step int, density float64,
	wild bool) {
	t.Helper()
	entries := make([]uint32, rows*step*inputs+GatherSlack)
	start := make([]int32, rows*step+1)
	n := 0
	for i := range rows * step {
		n += gather(entries[n:], d.bytes(inputs, density), 0)
		start[i+1] = int32(n)
	}
	entries = entries[:n:n]
	piece := 0
	if rows > 0 {
		piece = d.IntN(step)
	}
	ldb, ldy := cols+d.IntN(40), cols+d.IntN(40)
	var table [256]float32
	copy(table[:], d.floats(256, wild))
	b := d.floats(size(inputs, cols, ldb), wild)
	got := fencedFloats(d.floats(size(rows, cols, ldy), wild))
	want := got.copy()
	accumulate := d.IntN(2) == 0
	x, factor := Sparse{Rows: rows, Entries: entries, Start: start[piece:], Step: step, Table: &table},
		mat(inputs, cols, ldb, b)
	s.SparseMul(mat(rows, cols, ldy, got.inside), x, factor, accumulate)
	reference.SparseMul(mat(rows, cols, ldy, want.inside), x, factor, accumulate)
	what := fmt.Sprintf("%d rows of %d inputs in steps of %d, %d entries, %d columns, ldb=%d, ldy=%d, accumulate=%v",
		rows, inputs, step, n, cols, ldb, ldy, accumulate)
	sameFloats(t, what, got, want)
}

func TestGatherAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, _ *Set, d *data) {
		for _, n := range append(awkward, 784, 1000) {
			for _, density := range []float64{0, 0.01, 0.19, 0.9, 1} {
				compareGather(t, s, d.bytes(n, density), d.Uint32N(1<<20))
			}
		}
		// Whole groups of zeros next to full groups.
		src := d.bytes(640, 1)
		clear(src[64:192])
		clear(src[300:500])
		compareGather(t, s, src, 7)
	})
}

func compareGather(t *testing.T, s *Set, src []uint8, base uint32) {
	t.Helper()
	got := newFenced(make([]uint32, len(src)+GatherSlack), 0xdeadbeef)
	want := got.copy()
	x := Sparse{Rows: 1, Entries: got.inside, Start: make([]int32, 2)}
	n := s.Gather(x, 0, byteMat(1, len(src), 0, src), base, 0)
	if m := gather(want.inside, src, base); n != m || x.Start[0] != 0 || int(x.Start[1]) != n {
		t.Fatalf("%d bytes: found %d nonzeros, wanted %d", len(src), n, m)
	}
	clear(got.inside[n:])
	clear(want.inside[n:])
	same(t, fmt.Sprintf("%d bytes from %d", len(src), base), got, want)
}

func TestGatherOfRowsAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, cols := range append(awkward, 784) {
			for _, rows := range []int{0, 1, 2, 9} {
				lds, step, at := cols+d.IntN(30), 1+d.IntN(3), d.IntN(20)
				base, baseStep := d.Uint32N(1<<20), d.Uint32N(1<<10)
				src := d.bytes(size(rows, cols, lds), 0.3)
				got := newFenced(make([]uint32, at+rows*cols+GatherSlack), 0xdeadbeef)
				start := newFenced(make([]int32, size(rows, 2, step)), -1)
				want, wantStart := got.copy(), start.copy()
				pixels := byteMat(rows, cols, lds, src)
				n := s.Gather(Sparse{Rows: rows, Entries: got.inside, Start: start.inside, Step: step}, at, pixels,
					base, baseStep)
				m := reference.Gather(Sparse{Rows: rows, Entries: want.inside, Start: wantStart.inside, Step: step}, at,
					pixels, base, baseStep)
				what := fmt.Sprintf("%d x %d bytes, lds=%d, step=%d", rows, cols, lds, step)
				if n != m {
					t.Fatalf("%s: %d entries, wanted %d", what, n, m)
				}
				clear(got.inside[n:])
				clear(want.inside[n:])
				same(t, what, got, want)
				same(t, what+": start", start, wantStart)
			}
		}
	})
}

func TestTransposeAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, rows := range awkward {
			for _, cols := range awkward {
				if rows > 70 && cols > 70 {
					continue
				}
				compareTranspose(t, s, reference, d, rows, cols)
			}
		}
		compareTranspose(t, s, reference, d, 100, 784)
	})
}

func compareTranspose(t *testing.T, s, reference *Set, d *data, rows, cols int) {
	t.Helper()
	lds, ldd := cols+d.IntN(3), rows+d.IntN(3)
	what := fmt.Sprintf("%d x %d, lds=%d, ldd=%d", rows, cols, lds, ldd)

	floats := fencedFloats(d.floats(size(cols, rows, ldd), false))
	want := floats.copy()
	src := d.floats(size(rows, cols, lds), true)
	s.Transpose(mat(cols, rows, ldd, floats.inside), mat(rows, cols, lds, src))
	reference.Transpose(mat(cols, rows, ldd, want.inside), mat(rows, cols, lds, src))
	sameFloats(t, "floats, "+what, floats, want)

	bytes := newFenced(d.bytes(size(cols, rows, ldd), 1), 0xa5)
	wantBytes := bytes.copy()
	pixels := d.bytes(size(rows, cols, lds), 1)
	s.TransposeBytes(byteMat(cols, rows, ldd, bytes.inside), byteMat(rows, cols, lds, pixels))
	reference.TransposeBytes(byteMat(cols, rows, ldd, wantBytes.inside), byteMat(rows, cols, lds, pixels))
	same(t, "bytes, "+what, bytes, wantBytes)
}

// The kernels that compute element by element.
func TestRowKernelsAgreeWithReference(t *testing.T) {
	kernels := map[string]func(s *Set, x, y Matrix){
		"Bias":     func(s *Set, x, y Matrix) { s.Bias(y, x.Data[:x.Cols]) },
		"BiasRelu": func(s *Set, x, y Matrix) { s.BiasRelu(y, x.Data[:x.Cols]) },
		"ReluGrad": func(s *Set, x, y Matrix) { s.ReluGrad(y, x) },
		"Lerp":     func(s *Set, x, y Matrix) { s.Lerp(y, x, 0.01) },
		"Decay":    func(s *Set, _, y Matrix) { s.Decay(y, 0.01, 0.3) },
		"SGD":      func(s *Set, x, y Matrix) { s.SGD(y, x, 0.03) },
	}
	for name, run := range kernels {
		t.Run(name, func(t *testing.T) {
			eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
				for _, cols := range awkward {
					for _, rows := range []int{0, 1, 3, 10} {
						for _, wild := range []bool{false, true} {
							ldx, ldy := cols+d.IntN(20), cols+d.IntN(20)
							x := mat(rows, cols, ldx, d.floats(max(cols, size(rows, cols, ldx)), wild))
							got := fencedFloats(d.floats(size(rows, cols, ldy), wild))
							want := got.copy()
							run(s, x, mat(rows, cols, ldy, got.inside))
							run(reference, x, mat(rows, cols, ldy, want.inside))
							sameFloats(t, fmt.Sprintf("%d x %d, ldx=%d, ldy=%d", rows, cols, ldx, ldy), got, want)
						}
					}
				}
			})
		})
	}
}

func TestColumnSumsAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, cols := range awkward {
			for _, rows := range []int{0, 1, 3, 10, 101} {
				ldx := cols + d.IntN(20)
				x := mat(rows, cols, ldx, d.floats(size(rows, cols, ldx), rows == 3))
				got := fencedFloats(d.floats(cols, false))
				want := got.copy()
				s.ColumnSums(got.inside, x)
				reference.ColumnSums(want.inside, x)
				sameFloats(t, fmt.Sprintf("%d x %d, ldx=%d", rows, cols, ldx), got, want)
			}
		}
	})
}

func TestExpAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, n := range awkward {
			compareExp(t, s, reference, d.floats(n, true))
		}
		x := d.floats(1<<16, false)
		for i := range x {
			x[i] *= 40
		}
		copy(x, []float32{exact.ExpMax, -exact.ExpMax, exact.ExpMin, math.Nextafter32(exact.ExpMax, 100),
			math.Nextafter32(exact.ExpMin, -100), math.Nextafter32(exact.ExpMax, 0), math.Nextafter32(exact.ExpMin, 0)})
		compareExp(t, s, reference, x)
	})
}

func compareExp(t *testing.T, s, reference *Set, x []float32) {
	t.Helper()
	got, want := fencedFloats(x), fencedFloats(x)
	reference.Exp(want.inside, x)
	s.Exp(got.inside, x)
	sameFloats(t, "exp", got, want)
	inPlace := fencedFloats(x)
	s.Exp(inPlace.inside, inPlace.inside)
	sameFloats(t, "exp in place", inPlace, want)
}

func TestAdamAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, cols := range awkward {
			for _, rows := range []int{0, 1, 2, 7} {
				for _, scale := range []float32{0, 1e-30, 1e-20, 1e-3, 1, 1e15} {
					compareAdam(t, s, reference, d, rows, cols, scale)
				}
			}
		}
	})
}

// compareAdam takes three steps from moments of zero with gradients of the given scale or, for a scale of 0, one step
// from wild moments.
func compareAdam(t *testing.T, s, reference *Set, d *data, rows, cols int, scale float32) {
	t.Helper()
	ldp, ldg := cols+d.IntN(20), cols+d.IntN(20)
	wild := scale == 0
	step := AdamStep{Alpha: 0.00123, C1: 1 - 0.9, C2: 1 - 0.999, Epsilon: 1e-7}
	n := size(rows, cols, ldp)
	p, m, v := fencedFloats(d.floats(n, wild)), fencedFloats(make([]float32, n)), fencedFloats(make([]float32, n))
	if wild {
		copy(m.inside, d.floats(n, true))
		copy(v.inside, d.floats(n, true))
	}
	wantP, wantM, wantV := p.copy(), m.copy(), v.copy()
	for i := range 3 {
		g := mat(rows, cols, ldg, d.floats(size(rows, cols, ldg), wild))
		if !wild {
			for j := range g.Data {
				g.Data[j] *= scale
			}
		}
		of := func(x fenced[float32]) Matrix { return mat(rows, cols, ldp, x.inside) }
		s.Adam(of(p), of(m), of(v), g, step)
		reference.Adam(of(wantP), of(wantM), of(wantV), g, step)
		what := fmt.Sprintf("%d x %d, gradients of %g, step %d: ", rows, cols, scale, i)
		sameAdam(t, what, [3]fenced[float32]{p, m, v}, [3]fenced[float32]{wantP, wantM, wantV})
	}
}

// sameAdam compares parameters, first and second moments after a step.
func sameAdam(t *testing.T, what string, got, want [3]fenced[float32]) {
	t.Helper()
	for i, name := range []string{"p", "m", "v"} {
		sameFloats(t, what+name, got[i], want[i])
	}
}

func TestPackedAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		if !s.Packs() {
			t.Skip("not in this set")
		}
		for _, blocks := range [][]int{{}, {1}, {0}, {64}, {65}, {128}, {7, 128, 64, 0, 100},
			{112, 112, 112, 112, 112, 112, 112}, {98, 98, 98, 90}} {
			for _, density := range []float64{0, 0.02, 0.2, 0.6, 1} {
				comparePacked(t, s, reference, d, blocks, 1+d.IntN(30), density)
			}
		}
	})
}

// comparePacked packs samples with blocks of so many features, and unpacks some blocks of some of the samples.
func comparePacked(t *testing.T, s, reference *Set, d *data, blocks []int, samples int, density float64) {
	t.Helper()
	edges := []int32{0}
	for _, n := range blocks {
		edges = append(edges, edges[len(edges)-1]+int32(n))
	}
	features := int(edges[len(blocks)])
	data := newFenced(make([]uint8, samples*PackedSize(features, len(blocks))+PackedSlack), 0x77)
	want := data.copy()
	at := make([]uint32, samples)
	var originals [][]uint8
	n := 0
	for i := range at {
		original := d.bytes(features, density)
		originals, at[i] = append(originals, slices.Clone(original)), uint32(n)
		length := reference.Pack(edges, original, want.inside[n:])
		if got := s.Pack(edges, original, data.inside[n:]); got != length {
			t.Fatalf("blocks of %v: packed into %d bytes, wanted %d", blocks, got, length)
		}
		clear(data.inside[n+length:]) // Pack may have written there
		n += length
	}
	same(t, fmt.Sprintf("blocks of %v, packed", blocks), data, want)

	first := d.IntN(len(blocks) + 1)
	some := d.IntN(len(blocks) - first + 1)
	width := int(edges[first+some] - edges[first])
	var order []int32
	for range d.IntN(20) {
		order = append(order, int32(d.IntN(samples)))
	}
	begin, ldd := d.IntN(5), width+d.IntN(20)
	dst := newFenced(make([]uint32, begin+len(order)*width+GatherSlack), 0xdeadbeef)
	start := newFenced(make([]int32, len(order)*(some+1)), -99)
	dense := newFenced(make([]uint8, len(order)*ldd), 0x55)
	wantDst, wantStart, wantDense := dst.copy(), start.copy(), dense.copy()
	packed := Packed{Edges: edges, At: at, Data: data.inside}
	rows := func(entries []uint32, start []int32) Sparse {
		return Sparse{Rows: len(order), Entries: entries, Start: start, Step: some + 1}
	}
	end := s.Unpack(rows(dst.inside, start.inside), begin, byteMat(len(order), width, ldd, dense.inside), packed, order,
		first)
	wantEnd := begin
	if len(order) > 0 {
		wantEnd = reference.Unpack(rows(wantDst.inside, wantStart.inside), begin,
			byteMat(len(order), width, ldd, wantDense.inside), packed, order, first)
	}
	if end != wantEnd {
		t.Fatalf("blocks of %v, %d from %d on: entries to %d, wanted %d", blocks, some, first, end, wantEnd)
	}
	clear(dst.inside[end:])
	clear(wantDst.inside[end:])
	what := fmt.Sprintf("blocks of %v, %d from %d on, samples %v: ", blocks, some, first, order)
	same(t, what+"entries", dst, wantDst)
	same(t, what+"starts", start, wantStart)
	same(t, what+"bytes", dense, wantDense)
	for i, sample := range order {
		if got := wantDense.inside[i*ldd : i*ldd+width]; !bytes.Equal(got, originals[sample][edges[first]:][:width]) {
			t.Fatalf("%ssample %d is not what was packed", what, sample)
		}
	}
}

func TestSoftmaxAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, cols := range awkward {
			for _, rows := range []int{1, 2, 10, 33} {
				for _, wild := range []bool{false, true} {
					compareSoftmax(t, s, reference, d, rows, cols, wild)
				}
			}
		}
	})
}

func compareSoftmax(t *testing.T, s, reference *Set, d *data, rows, cols int, wild bool) {
	t.Helper()
	ldz := cols + d.IntN(20)
	z := fencedFloats(d.floats(size(rows, cols, ldz), wild))
	for i := range z.inside {
		switch d.IntN(8) {
		case 0: // the same value several times
			z.inside[i] = z.inside[d.IntN(i+1)]
		case 1:
			z.inside[i] *= 30
		}
	}
	largest, sums := fencedFloats(make([]float32, cols)), fencedFloats(make([]float32, cols))
	best := newFenced(make([]int32, cols), -99)
	wantZ, wantLargest, wantSums, wantBest := z.copy(), largest.copy(), sums.copy(), best.copy()
	s.Softmax(mat(rows, cols, ldz, z.inside), largest.inside, sums.inside, best.inside)
	reference.Softmax(mat(rows, cols, ldz, wantZ.inside), wantLargest.inside, wantSums.inside, wantBest.inside)
	what := fmt.Sprintf("%d x %d, ldz=%d, ", rows, cols, ldz)
	sameFloats(t, what+"largest", largest, wantLargest)
	same(t, what+"best", best, wantBest)
	sameFloats(t, what+"sums", sums, wantSums)
	sameFloats(t, what+"quotients", z, wantZ)
}

// The reference, computed by hand: ties, NaN, infinities.
func TestSoftmaxOfReference(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		column, want []float32
		largest, sum float32
		best         int32
	}{
		{[]float32{5}, []float32{1}, 5, 1, 0},
		{[]float32{2, 2}, []float32{0.5, 0.5}, 2, 2, 0},
		{[]float32{-1000, 3, 3}, []float32{0, 0.5, 0.5}, 3, 2, 1},
		{[]float32{-inf, 7}, []float32{0, 1}, 7, 1, 1},
		{[]float32{nan, -inf}, []float32{nan, nan}, -inf, nan, 1},
		{[]float32{nan, 1}, []float32{nan, nan}, 1, nan, 1},
		{[]float32{nan, nan}, []float32{nan, nan}, nan, nan, 0},
		{[]float32{1, inf}, []float32{nan, nan}, inf, nan, 1},
	} {
		z := slices.Clone(c.column)
		largest, sums, best := []float32{0}, []float32{0}, []int32{0}
		generic().Softmax(mat(len(z), 1, 1, z), largest, sums, best)
		if fmt.Sprint(z, largest, sums, best) != fmt.Sprint(c.want, []float32{c.largest}, []float32{c.sum},
			[]int32{c.best}) {
			t.Errorf("%v: found %v, largest %v, sum %v, best %v; wanted %v", c.column, z, largest, sums, best, c)
		}
	}
}

func TestSparseAdamAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		if !s.FusesAdam() {
			t.Skip("not in this set")
		}
		for _, cols := range awkward {
			for _, rows := range []int{0, 1, 2, 9} {
				for _, density := range []float64{0, 0.02, 0.2, 1} {
					compareSparseAdam(t, s, reference, d, rows, cols, d.IntN(60), density, d.IntN(3) == 0)
				}
			}
		}
	})
}

// compareSparseAdam takes two steps. The gradient is the product of a sparse matrix of rows x inputs.
func compareSparseAdam(t *testing.T, s, reference *Set, d *data, rows, cols, inputs int, density float64, wild bool) {
	t.Helper()
	entries := make([]uint32, rows*inputs+GatherSlack)
	start := make([]int32, 2*rows)
	at := 0
	for r := range rows {
		n := gather(entries[at:], d.bytes(inputs, density*float64(r%3)), 0) // every third row is empty
		start[2*r], start[2*r+1] = int32(at), int32(at+n)
		at += n
	}
	entries = entries[:at:at]
	ldb, ldp := cols+d.IntN(40), cols+d.IntN(40)
	var table [256]float32
	copy(table[:], d.floats(256, wild))
	b := d.floats(size(inputs, cols, ldb), wild)
	n := size(rows, cols, ldp)
	p, m, v := fencedFloats(d.floats(n, wild)), fencedFloats(d.floats(n, wild)), fencedFloats(d.floats(n, wild))
	for i := range v.inside {
		v.inside[i] = max(v.inside[i], -v.inside[i])
	}
	wantP, wantM, wantV := p.copy(), m.copy(), v.copy()
	step := AdamStep{Alpha: 0.00123, C1: 1 - 0.9, C2: 1 - 0.999, Epsilon: 1e-7}
	g := make([]float32, rows*cols)
	x, factor := Sparse{Rows: rows, Entries: entries, Start: start, Step: 2, Table: &table}, mat(inputs, cols, ldb, b)
	reference.SparseMul(mat(rows, cols, cols, g), x, factor, false)
	of := func(x fenced[float32]) Matrix { return mat(rows, cols, ldp, x.inside) }
	for _, which := range [][]Rows{{AllRows, AllRows}, {EmptyRows, FilledRows}, {FilledRows, EmptyRows}}[d.IntN(3)] {
		s.SparseAdam(of(p), of(m), of(v), x, factor, step, which)
		for r := range rows {
			row := FilledRows
			if start[2*r] == start[2*r+1] {
				row = EmptyRows
			}
			if which&row != 0 && cols > 0 {
				row := func(x fenced[float32]) Matrix { return of(x).Slice(r, r+1) }
				reference.Adam(row(wantP), row(wantM), row(wantV), mat(1, cols, cols, g[r*cols:]), step)
			}
		}
		what := fmt.Sprintf("%d x %d, %d inputs, %d entries, ldb=%d, ldp=%d, rows %d: ", rows, cols, inputs, at, ldb,
			ldp, which)
		sameAdam(t, what, [3]fenced[float32]{p, m, v}, [3]fenced[float32]{wantP, wantM, wantV})
	}
}

// A step may be left out only if it would change nothing: for moments and parameters of all sizes, for as long as
// moments take to decay. Two of three rows have no entries. The third has one, which is zero or nearly so in most
// columns.
func TestAdamOfNearlyNothingAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		const rows, cols = 3, 100
		x := Sparse{Rows: rows, Entries: []uint32{1}, Start: []int32{0, 0, 0, 1, 1, 1}, Step: 2,
			Table: &[256]float32{1: 1}}
		of := func(x fenced[float32]) Matrix { return mat(rows, cols, cols, x.inside) }
		power := func(least, most int) float32 {
			x := float32(math.Ldexp(1+d.Float64(), least+d.IntN(most-least+1)))
			if d.IntN(2) == 0 {
				return -x
			}
			return x
		}
		some := func(least, most int) []float32 {
			x := make([]float32, rows*cols)
			for i := range x {
				if x[i] = power(least, most); d.IntN(30) == 0 {
					x[i] = special[d.IntN(len(special))]
				}
			}
			return x
		}
		for _, step := range []AdamStep{
			{Alpha: 0.001, C1: 1 - 0.9, C2: 1 - 0.999, Epsilon: 1e-7},
			{Alpha: 3, C1: 1 - 0.9, C2: 1 - 0.999, Epsilon: 1e-3},
			{Alpha: -0.001, C1: 0.5, C2: 0.5, Epsilon: 1e-7},
			{Alpha: 0.001, C1: 0.5, C2: 0.5, Epsilon: 0},
			{Alpha: 0.001, C1: 0.5, C2: 0.5, Epsilon: -1e-7},
			{Alpha: 0, C1: 0.5, C2: 0.5, Epsilon: 1e-7},
			{Alpha: float32(math.Inf(1)), C1: 0.5, C2: 0.5, Epsilon: 1e-7},
			{Alpha: 0x1p100, C1: 0.5, C2: 0.5, Epsilon: 0x1p40},
			{Alpha: 0x1p-60, C1: 0.5, C2: 0.5, Epsilon: 0x1p100},
			{Alpha: 0x1p100, C1: 0.5, C2: 0.5, Epsilon: 1},
		} {
			p, m, v := fencedFloats(some(-149, 126)), fencedFloats(some(-149, 70)), fencedFloats(some(-149, 100))
			clear(m.inside[:cols]) // as if there had never been a gradient
			clear(v.inside[:cols])
			wantP, wantM, wantV := p.copy(), m.copy(), v.copy()
			denseP, denseM, denseV := p.copy(), m.copy(), v.copy()
			idleP, idleM, idleV := p.copy(), m.copy(), v.copy()
			g := make([]float32, rows*cols)
			for i := range 300 {
				row := g[cols : 2*cols]
				for c := range row {
					row[c] = 0
					if c%3 == 0 && d.IntN(10) == 0 {
						row[c] = power(-149, 0)
					}
				}
				reference.Adam(of(wantP), of(wantM), of(wantV), mat(rows, cols, cols, g), step)
				want := [3]fenced[float32]{wantP, wantM, wantV}
				what := fmt.Sprintf("%+v, step %d: ", step, i)
				s.Adam(of(denseP), of(denseM), of(denseV), mat(rows, cols, cols, g), step)
				sameAdam(t, "Adam: "+what, [3]fenced[float32]{denseP, denseM, denseV}, want)
				if s.FusesAdam() {
					s.SparseAdam(of(p), of(m), of(v), x, mat(1, cols, cols, row), step, AllRows)
					sameAdam(t, "SparseAdam: "+what, [3]fenced[float32]{p, m, v}, want)
				}
				idle := func(x fenced[float32]) Matrix { return mat(1, cols, cols, x.inside[2*cols:]) }
				s.AdamIdle(idle(idleP), idle(idleM), idle(idleV), step)
				copy(idleP.inside[:2*cols], wantP.inside)
				copy(idleM.inside[:2*cols], wantM.inside)
				copy(idleV.inside[:2*cols], wantV.inside)
				sameAdam(t, "AdamIdle: "+what, [3]fenced[float32]{idleP, idleM, idleV}, want)
			}
		}
	})
}

// Rows without moments are passed over, in whatever order they come among the others, unless a step moves them too.
func TestAdamIdleOfSomeRowsAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		const rows = 5
		for _, cols := range []int{1, 4, 8, 12, 23, 100} {
			for busy := range 1 << rows {
				ld := cols + d.IntN(9)
				n := rows*ld - (ld - cols)
				p, m, v := fencedFloats(d.floats(n, false)), fencedFloats(d.floats(n, false)), fencedFloats(d.floats(n, false))
				for i := range n {
					if v.inside[i] = max(v.inside[i], -v.inside[i]); busy>>(i/ld)&1 == 0 {
						m.inside[i], v.inside[i] = 0, 0
					}
				}
				wantP, wantM, wantV := p.copy(), m.copy(), v.copy()
				of := func(x fenced[float32]) Matrix { return mat(rows, cols, ld, x.inside) }
				for _, epsilon := range []float32{1e-7, 0} {
					step := AdamStep{Alpha: 0.00123, C1: 1 - 0.9, C2: 1 - 0.999, Epsilon: epsilon}
					s.AdamIdle(of(p), of(m), of(v), step)
					reference.Adam(of(wantP), of(wantM), of(wantV), Matrix{rows, cols, 0, make([]float32, cols)}, step)
					sameAdam(t, fmt.Sprintf("%d columns, rows %05b, %+v: ", cols, busy, step),
						[3]fenced[float32]{p, m, v}, [3]fenced[float32]{wantP, wantM, wantV})
				}
			}
		}
	})
}

// SparseAdam of the reference is its SparseMul followed by its Adam.
func TestSparseAdamOfReference(t *testing.T) {
	d := &data{rand.New(rand.NewPCG(1, 2)), newGuarded(t)}
	for _, cols := range awkward {
		compareSparseAdam(t, generic(), generic(), d, 7, cols, d.IntN(60), 0.3, false)
	}
}

func TestWarpAgreesWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, reference *Set, d *data) {
		for _, shape := range [][2]int{{28, 28}, {0, 20}, {20, 0}, {1, 1}, {1, 16}, {2, 17}, {5, 15}, {16, 31},
			{33, 32}, {3, 200}} {
			rows, cols := shape[0], shape[1]
			for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100, 784} {
				for _, kind := range []string{"inside", "around", "whole", "wild"} {
					compareWarp(t, s, reference, d, rows, cols, n, kind)
				}
			}
		}
	})
}

func compareWarp(t *testing.T, s, reference *Set, d *data, rows, cols, n int, kind string) {
	t.Helper()
	coordinates := func(size int) []float32 {
		x := d.floats(n, kind == "wild")
		for i := range x {
			switch kind {
			case "inside":
				x[i] = d.Float32() * float32(size-1)
			case "around":
				x[i] = float32(size)*0.5 + x[i]*float32(size)
			case "whole":
				x[i] = float32(d.IntN(size+6) - 3)
			}
		}
		return x
	}
	pairs := unsafe.Slice((*uint16)(unsafe.Pointer(&d.allocate(2 * WarpPairs(rows, cols))[0])), WarpPairs(rows, cols))
	for range 2 {
		src := byteMat(rows, cols, cols, d.bytes(rows*cols, 0.7))
		x, y := coordinates(cols), coordinates(rows)
		got := newFenced(make([]uint8, n), 99)
		want := got.copy()
		s.Warp(got.inside, src, pairs, x, y)
		reference.Warp(want.inside, src, pairs, x, y)
		same(t, fmt.Sprintf("%d x %d, %d points %s", rows, cols, n, kind), got, want)
	}
}
