package kernel

// Gemm's blocks, in the terms of Goto and van de Geijn (ACM TOMS 34(3), 2008): all tiles of a block of A, up to blockM
// rows and blockK columns, pass over a panel of B of as many rows and TileCols columns. The block of A is half of a
// second-level cache of 1 MB and stays in it; a tile takes its part of the panel and of the block from there or from the
// first-level cache, which is fast enough, and the longer k, the fewer times its sums go to memory and back.
const (
	blockK = 512
	blockM = 256
	blockN = 2048

	// unpackedB is how large a block of B may be, in float32 and with what lies between its rows, to be read where it lies.
	unpackedB = 128 << 10
)

// Scratch is the memory in which Gemm packs panels. It grows to the largest product seen and is reused; the zero value is
// ready. One goroutine uses it at a time.
type Scratch struct {
	a, b []float32

	// Stop, if there is one, is asked between blocks. Once it says so, the rest of a product is left out: nobody will use it.
	Stop func() bool
}

// Stopped tells whether Stop says so.
func (s *Scratch) Stopped() bool { return s.Stop != nil && s.Stop() }

// Operand is a matrix as a factor of a product: row-major with Stride elements from one row to the next, and taken as its
// transpose if Transposed is set.
type Operand struct {
	Data       []float32
	Stride     int
	Transposed bool
}

// Gemm computes C[m, n] = A[m, k] B[k, n], or C += A B if accumulate is set. C is row-major with rows ldc apart and shares
// no memory with A and B.
func (s *Set) Gemm(scratch *Scratch, m, n, k int, a, b Operand, c []float32, ldc int, accumulate bool) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		s.gemmBlock(scratch, m, n, 0, Operand{}, Operand{}, c, ldc, accumulate)
		return
	}
	// Blocks of like sizes: a short last one would cost as much in packing and in sums as a long one.
	stepK, stepN := even(k, blockK, 1), even(n, blockN, s.TileCols)
	for j := 0; j < n; j += stepN {
		for p := 0; p < k; p += stepK {
			s.gemmBlock(scratch, m, min(stepN, n-j), min(stepK, k-p), a.At(0, p), b.At(p, j), c[j:], ldc, accumulate || p > 0)
		}
	}
}

// even returns how long blocks are if size is cut into as few as possible, none of them longer than most (rounded up to a
// multiple of unit). All are that long, a multiple of unit, but the last one, which may be shorter.
func even(size, most, unit int) int {
	blocks := (size + most - 1) / most
	return ((size+blocks-1)/blocks + unit - 1) / unit * unit
}

// At returns the operand whose element (0, 0) is this one's (row, col).
func (o Operand) At(row, col int) Operand {
	if o.Transposed {
		row, col = col, row
	}
	o.Data = o.Data[row*o.Stride+col:]
	return o
}

// transpose returns the transposed operand.
func (o Operand) transpose() Operand {
	o.Transposed = !o.Transposed
	return o
}

// strides returns how far apart the operand's rows and columns are in memory.
func (o Operand) strides() (row, col int) {
	if o.Transposed {
		return 1, o.Stride
	}
	return o.Stride, 1
}

// gemmBlock is Gemm for k <= blockK, n <= blockN.
func (s *Set) gemmBlock(scratch *Scratch, m, n, k int, a, b Operand, c []float32, ldc int, accumulate bool) {
	// Packing B costs as much as a few rows of C. It pays if more rows than that use it and B does not stay in the
	// second-level cache as it is; and it is the only way to have the rows of a transposed B.
	packB := b.Transposed || m >= 4*s.TileRows && k*b.Stride > unpackedB
	if packB {
		scratch.b = grow(scratch.b, panels(n, s.TileCols)*k)
		s.packPanels(scratch.b, s.TileCols, k, n, b)
	}
	// A is read where it lies, unless so many columns of C use it that packing is worth it, or the distance of its rows is
	// one that makes them fight for the same few places of the cache. What a tile takes of a transposed A in a step of k
	// lies together already, so that packing pays later.
	packA := n >= 16*s.TileCols || !a.Transposed && (n >= 8*s.TileCols || a.Stride%512 == 0 && n > s.TileCols)
	stepM := even(m, blockM, s.TileRows)
	for i := 0; i < m && !scratch.Stopped(); i += stepM {
		rows := min(stepM, m-i)
		block := a.At(i, 0)
		if packA {
			scratch.a = grow(scratch.a, panels(rows, s.TileRows)*k)
			s.packPanels(scratch.a, s.TileRows, k, rows, block.transpose())
		}
		for j := 0; j < n; j += s.TileCols {
			cols := min(s.TileCols, n-j)
			panelB, ldb := b.Data[min(j, len(b.Data)):], b.Stride
			if packB {
				panelB, ldb = scratch.b[j*k:], s.TileCols
			}
			if !packA {
				rs, cs := block.strides()
				s.GemmTile(rows, cols, k, block.Data, rs, cs, panelB, ldb, c[i*ldc+j:], ldc, accumulate)
				continue
			}
			for r := 0; r < rows; r += s.TileRows {
				s.GemmTile(min(s.TileRows, rows-r), cols, k, scratch.a[r*k:], 1, s.TileRows, panelB, ldb, c[(i+r)*ldc+j:], ldc, accumulate)
			}
		}
	}
}

// panels returns how many columns n of them take in panels of width.
func panels(n, width int) int { return (n + width - 1) / width * width }

// packPanels writes X[k, n] as panels of width columns, each stored row by row: panel j/width begins at dst[j*k].
func (s *Set) packPanels(dst []float32, width, k, n int, x Operand) {
	for j := 0; j < n; j += width {
		cols, panel, from := min(width, n-j), dst[j*k:], x.At(0, j)
		if x.Transposed {
			s.Transpose(cols, k, from.Data, x.Stride, panel, width)
			continue
		}
		for p := range k {
			copy(panel[p*width:], from.Data[p*x.Stride:p*x.Stride+cols])
		}
	}
}

func grow(buffer []float32, n int) []float32 {
	if cap(buffer) < n {
		return make([]float32, n)
	}
	return buffer[:n]
}
