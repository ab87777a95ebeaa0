package kernel

// Gemm works in blocks, as Goto and van de Geijn describe (ACM TOMS 34(3), 2008). A block of A has up to blockM rows
// and blockK columns. A panel of B has TileCols columns and a row for each column of the block. The tiles of the block
// are multiplied by one panel after the other. The block of A fills half of a second-level cache of 1 MB and stays
// there. The longer k, the less often the sums of a tile go to memory and back. C is computed at most blockN columns at
// a time.
const (
	blockK = 512
	blockM = 256
	blockN = 2048

	// streamK is the depth of the blocks if C has fewer rows than a tile and B does not fit into the cache, so that the
	// time is that of reading B. So many rows of B are read from left to right at once, and the processor fetches them
	// ahead.
	streamK = 32
)

// CacheElements is how many float32 a second-level cache holds beside what else is in use. A block of B up to this
// size, with the gaps between its rows, is read in place.
const CacheElements = 128 << 10

// Scratch is the memory into which Gemm packs panels. It grows as needed and is reused; the zero value is ready. Only
// one goroutine may use it at a time.
type Scratch struct {
	a, b []float32

	// stop, if not nil, is called between blocks. Once it returns true, the rest of a product is left out: nobody will
	// use the result.
	stop func() bool
}

// stopped reports whether the result will not be used.
func (s *Scratch) stopped() bool { return s.stop != nil && s.stop() }

// Operand is a factor of a product: a matrix or, if Transposed is set, its transpose.
type Operand struct {
	Matrix     // as it lies in memory
	Transposed bool
}

// Size returns the numbers of rows and columns of the factor.
func (o Operand) Size() (rows, cols int) {
	if o.Transposed {
		return o.Cols, o.Rows
	}
	return o.Rows, o.Cols
}

// Block returns the rows x cols elements of the factor from (top, left) on.
func (o Operand) Block(top, left, rows, cols int) Operand {
	if o.Transposed {
		return Operand{o.Matrix.Block(left, top, cols, rows), true}
	}
	return Operand{o.Matrix.Block(top, left, rows, cols), false}
}

// strides returns the distances in memory between the factor's rows and between its columns.
func (o Operand) strides() (row, col int) {
	if o.Transposed {
		return 1, o.Stride
	}
	return o.Stride, 1
}

// require panics unless the factor is rows x cols and its memory holds that.
func (o *Operand) require(kernel, operand string, rows, cols int) {
	if o.Transposed {
		rows, cols = cols, rows
	}
	require(kernel, operand, o.shape(), rows, cols)
}

// Gemm computes C[m, n] = A[m, k] B[k, n], or C += A B if accumulate is set; k may be 0. C must not share memory with A
// or B.
func (s *Set) Gemm(scratch *Scratch, c Matrix, a, b Operand, accumulate bool) {
	m, n := c.Rows, c.Cols
	_, k := a.Size()
	require("Gemm", "c", c.shape(), m, n)
	a.require("Gemm", "a", m, k)
	b.require("Gemm", "b", k, n)
	if m == 0 || n == 0 {
		return
	}
	streams := m < s.TileRows && !b.Transposed && k*b.Stride > CacheElements
	if k <= blockK && n <= blockN && !streams {
		s.gemmBlock(scratch, &c, &a, &b, accumulate)
		return
	}
	// Blocks of similar sizes: a short last one would cost as much in packing and in sums as a long one.
	stepK, stepN := even(k, blockK, 1), even(n, blockN, s.TileCols)
	if streams {
		stepK = streamK
	}
	for j := 0; j < n; j += stepN {
		cols := min(stepN, n-j)
		for p := 0; p < k; p += stepK {
			depth := min(stepK, k-p)
			out, left, right := c.Block(0, j, m, cols), a.Block(0, p, m, depth), b.Block(p, j, depth, cols)
			s.gemmBlock(scratch, &out, &left, &right, accumulate || p > 0)
		}
	}
}

// even returns the length of the blocks if size is cut into as few as possible of at most most, rounded up to a
// multiple of unit. All have that length but the last, which may be shorter.
func even(size, most, unit int) int {
	blocks := (size + most - 1) / most
	return ((size+blocks-1)/blocks + unit - 1) / unit * unit
}

// gemmBlock is Gemm for k <= blockK, n <= blockN.
func (s *Set) gemmBlock(scratch *Scratch, c *Matrix, a, b *Operand, accumulate bool) {
	m, n := c.Rows, c.Cols
	_, k := a.Size()
	// Packing B costs as much as a few rows of C. It pays if more rows than that use B, and B would not stay in the
	// second-level cache as it is. A transposed B must be packed: a tile needs its rows.
	packB := b.Transposed || m >= 4*s.TileRows && k*b.Stride > CacheElements
	if packB {
		resized(&scratch.b, panels(n, s.TileCols)*k)
		s.packPanels(scratch.b, s.TileCols, *b)
	}
	// Packing A pays if many columns of C use it, or if the stride makes its rows compete for the same few places of
	// the cache. A transposed A needs it later, since the elements that a tile reads in one step of k are adjacent
	// already.
	packA := n >= 16*s.TileCols || !a.Transposed && (n >= 8*s.TileCols || a.Stride%512 == 0 && n > s.TileCols)
	stepM := even(m, blockM, s.TileRows)
	for i := 0; i < m && !scratch.stopped(); i += stepM {
		rows := min(stepM, m-i)
		block := a.Block(i, 0, rows, k)
		if packA {
			resized(&scratch.a, panels(rows, s.TileRows)*k)
			s.packPanels(scratch.a, s.TileRows, Operand{block.Matrix, !block.Transposed})
		}
		for j := 0; j < n; j += s.TileCols {
			cols := min(s.TileCols, n-j)
			panelB, ldb := b.Data[min(j, len(b.Data)):], b.Stride
			if packB {
				panelB, ldb = scratch.b[j*k:], s.TileCols
			}
			if !packA {
				rs, cs := block.strides()
				s.gemmTile(rows, cols, k, block.Data, rs, cs, panelB, ldb, c.Data[i*c.Stride+j:], c.Stride, accumulate)
				continue
			}
			for r := 0; r < rows; r += s.TileRows {
				panelA, at := scratch.a[r*k:], (i+r)*c.Stride+j
				rows := min(s.TileRows, rows-r)
				s.gemmTile(rows, cols, k, panelA, 1, s.TileRows, panelB, ldb, c.Data[at:], c.Stride, accumulate)
			}
		}
	}
}

// panels returns the number of columns that n columns take in panels of the given width.
func panels(n, width int) int { return (n + width - 1) / width * width }

// packPanels writes X[k, n] as panels of width columns, each in row-major order: panel j/width begins at dst[j*k].
func (s *Set) packPanels(dst []float32, width int, x Operand) {
	k, n := x.Size()
	if k == 0 {
		return
	}
	if x.Transposed {
		for j := 0; j < n; j += width {
			cols := min(width, n-j)
			s.transpose(Matrix{Rows: k, Cols: cols, Stride: width, Data: dst[j*k:]}, x.Block(0, j, k, cols).Matrix)
		}
		return
	}
	// A row goes to all panels at once: the processor fetches ahead what follows in memory.
	whole := n / width
	for p := range k {
		row, to := x.Row(p), dst[p*width:]
		if whole > 0 {
			s.copyRows(Matrix{Rows: whole, Cols: width, Stride: k * width, Data: to}, Matrix{whole, width, width, row})
		}
		copy(to[min(whole*k*width, len(to)):], row[whole*width:])
	}
}
