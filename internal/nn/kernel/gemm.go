package kernel

// Gemm's blocks, in the terms of Goto and van de Geijn (ACM TOMS 34(3), 2008): a panel of B of blockK rows and TileCols
// columns stays in the first-level cache while all tiles of a block of A, blockM rows, pass over it; that block stays in
// the second-level cache.
const (
	blockK = 192
	blockM = 512
	blockN = 2048
)

// Scratch is the memory in which Gemm packs panels. It grows to the largest product seen and is reused; the zero value is
// ready. One goroutine uses it at a time.
type Scratch struct {
	a, b []float32
}

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
		s.gemmBlock(scratch, m, n, 0, a, b, c, ldc, accumulate)
		return
	}
	for j := 0; j < n; j += blockN {
		for p := 0; p < k; p += blockK {
			bb, cc := b.at(p, j), c[j:]
			s.gemmBlock(scratch, m, min(blockN, n-j), min(blockK, k-p), a.at(0, p), bb, cc, ldc, accumulate || p > 0)
		}
	}
}

// at returns the operand whose element (0, 0) is this one's (row, col).
func (o Operand) at(row, col int) Operand {
	if o.Transposed {
		row, col = col, row
	}
	o.Data = o.Data[row*o.Stride+col:]
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
	// Packing B costs as much as a few rows of C. It pays if more rows than that use it, and it is the only way to have
	// the rows of a transposed B.
	packB := b.Transposed || m >= 4*s.TileRows
	if packB {
		scratch.b = grow(scratch.b, (n+s.TileCols-1)/s.TileCols*s.TileCols*k)
		s.packB(scratch.b, n, k, b)
	}
	// The rows of A are read where they lie, unless so many columns of C use them that packing is worth it, or their
	// distance is one that makes them fight for the same few places of the cache.
	packA := !a.Transposed && (n >= 8*s.TileCols || a.Stride%512 == 0 && n > s.TileCols)
	for i := 0; i < m; i += blockM {
		rows := min(blockM, m-i)
		block := a.at(i, 0)
		if packA {
			scratch.a = grow(scratch.a, (rows+s.TileRows-1)/s.TileRows*s.TileRows*k)
			s.packA(scratch.a, rows, k, block)
		}
		for j := 0; j < n; j += s.TileCols {
			cols := min(s.TileCols, n-j)
			panelB, ldb := b.Data[min(j, len(b.Data)):], b.Stride
			if packB {
				panelB, ldb = scratch.b[j*k:], s.TileCols
			}
			for r := 0; r < rows; r += s.TileRows {
				tileRows := min(s.TileRows, rows-r)
				tile := c[(i+r)*ldc+j:]
				if packA {
					s.GemmTile(tileRows, cols, k, scratch.a[r*k:], 1, s.TileRows, panelB, ldb, tile, ldc, accumulate)
					continue
				}
				panelA := block.at(min(r, rows), 0)
				rs, cs := block.strides()
				s.GemmTile(tileRows, cols, k, panelA.Data, rs, cs, panelB, ldb, tile, ldc, accumulate)
			}
		}
	}
}

// packA writes A[m, k] as panels of TileRows rows, each stored column by column: panel r/TileRows begins at dst[r*k].
func (s *Set) packA(dst []float32, m, k int, a Operand) {
	for r := 0; r < m; r += s.TileRows {
		s.Transpose(min(s.TileRows, m-r), k, a.at(r, 0).Data, a.Stride, dst[r*k:], s.TileRows)
	}
}

// packB writes B[k, n] as panels of TileCols columns, each stored row by row: panel j/TileCols begins at dst[j*k].
func (s *Set) packB(dst []float32, n, k int, b Operand) {
	for j := 0; j < n; j += s.TileCols {
		cols := min(s.TileCols, n-j)
		panel := dst[j*k:]
		if b.Transposed {
			s.Transpose(cols, k, b.at(0, j).Data, b.Stride, panel, s.TileCols)
			continue
		}
		for p := range k {
			copy(panel[p*s.TileCols:], b.Data[p*b.Stride+j:p*b.Stride+j+cols])
		}
	}
}

func grow(buffer []float32, n int) []float32 {
	if cap(buffer) < n {
		return make([]float32, n)
	}
	return buffer[:n]
}
