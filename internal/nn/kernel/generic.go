package kernel

import (
	"math"

	"dnn/internal/exact"
)

// generic returns the portable kernels: the meaning of every other set, and what runs where there is none.
func generic() *Set {
	return &Set{
		Name:           "generic",
		TileRows:       2,
		TileCols:       4,
		GemmTile:       gemmTile,
		PanelCols:      128,
		SparseMul:      sparseMul,
		Gather:         gather,
		Pack:           pack,
		Unpack:         unpack,
		TransposeBytes: transposeBytes,
		Transpose:      transpose,
		Warp:           warp,
		Bias:           bias,
		BiasRelu:       biasRelu,
		ReluGrad:       reluGrad,
		ColumnSums:     columnSums,
		Exp:            expSlice,
		Softmax:        softmaxBy(expSlice),
		Adam:           adam,
		SparseAdam:     sparseAdam,
		SGD:            sgd,
		Decay:          decayRows,
		Lerp:           lerp,
	}
}

// gemmTile keeps tiles of 2x4 sums in registers. Smaller ones at the edges take the plain loop.
func gemmTile(rows, cols, k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	i := 0
	for ; cols == 4 && rows-i >= 2; i += 2 {
		gemmTile2x4(k, a[min(i*rs, len(a)):], rs, cs, b, ldb, c[i*ldc:], ldc, accumulate)
	}
	for ; i < rows; i++ {
		for j := range cols {
			var sum float32
			if accumulate {
				sum = c[i*ldc+j]
			}
			for p := range k {
				sum = exact.FMA(a[i*rs+p*cs], b[p*ldb+j], sum)
			}
			c[i*ldc+j] = sum
		}
	}
}

func gemmTile2x4(k int, a []float32, rs, cs int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	c0, c1 := c[:4], c[ldc:ldc+4]
	var s [8]float32
	if accumulate {
		copy(s[:4], c0)
		copy(s[4:], c1)
	}
	for p := range k {
		x, y, w := a[p*cs], a[rs+p*cs], b[p*ldb:p*ldb+4]
		s[0], s[4] = exact.FMA(x, w[0], s[0]), exact.FMA(y, w[0], s[4])
		s[1], s[5] = exact.FMA(x, w[1], s[1]), exact.FMA(y, w[1], s[5])
		s[2], s[6] = exact.FMA(x, w[2], s[2]), exact.FMA(y, w[2], s[6])
		s[3], s[7] = exact.FMA(x, w[3], s[3]), exact.FMA(y, w[3], s[7])
	}
	copy(c0, s[:4])
	copy(c1, s[4:])
}

func sparseMul(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, y []float32, ldy int, accumulate bool) {
	for r := range rows {
		out := y[r*ldy : r*ldy+cols]
		if !accumulate {
			clear(out)
		}
		for _, e := range entries[start[r*step]:start[r*step+1]] {
			x := table[e&0xff]
			row := b[int(e>>8)*ldb:]
			row = row[:len(out)]
			for c, w := range row {
				out[c] = exact.FMA(x, w, out[c])
			}
		}
	}
}

func gather(dst []uint32, src []uint8, base uint32) int {
	n := 0
	for i, v := range src {
		if v != 0 {
			dst[n] = (base+uint32(i))<<8 | uint32(v)
			n++
		}
	}
	return n
}

func transposeBytes(rows, cols int, src []uint8, lds int, dst []uint8, ldd int) {
	transposeAny(rows, cols, src, lds, dst, ldd)
}

func transpose(rows, cols int, src []float32, lds int, dst []float32, ldd int) {
	transposeAny(rows, cols, src, lds, dst, ldd)
}

func transposeAny[T any](rows, cols int, src []T, lds int, dst []T, ldd int) {
	for r := range rows {
		for c, v := range src[r*lds : r*lds+cols] {
			dst[c*ldd+r] = v
		}
	}
}

func bias(rows, cols int, y []float32, ldy int, bias []float32) {
	bias = bias[:cols]
	for r := range rows {
		row := y[r*ldy : r*ldy+cols]
		for c, b := range bias {
			row[c] += b
		}
	}
}

func biasRelu(rows, cols int, y []float32, ldy int, bias []float32) {
	bias = bias[:cols]
	for r := range rows {
		row := y[r*ldy : r*ldy+cols]
		for c, b := range bias {
			row[c] = Relu(row[c] + b)
		}
	}
}

// Relu returns +0 for x < 0 and x otherwise, NaN too.
func Relu(x float32) float32 {
	if x < 0 {
		return 0
	}
	return x
}

func reluGrad(rows, cols int, y []float32, ldy int, d []float32, ldd int) {
	for r := range rows {
		grad := d[r*ldd : r*ldd+cols]
		for c, v := range y[r*ldy : r*ldy+cols] {
			if !(v > 0) {
				grad[c] = 0
			}
		}
	}
}

func columnSums(rows, cols int, x []float32, ldx int, dst []float32) {
	dst = dst[:cols]
	clear(dst)
	for r := range rows {
		for c, v := range x[r*ldx : r*ldx+cols] {
			dst[c] += v
		}
	}
}

func expSlice(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = exact.Exp(x)
	}
}

// softmaxBy returns Softmax, given Exp.
func softmaxBy(exp func(dst, src []float32)) func(rows, cols int, z []float32, ldz int, largest, sums []float32, best []int32) {
	return func(rows, cols int, z []float32, ldz int, largest, sums []float32, best []int32) {
		largest, sums, best = largest[:cols], sums[:cols], best[:cols]
		for c := range largest {
			largest[c], sums[c], best[c] = float32(math.NaN()), 0, 0
		}
		for r := range rows {
			for c, v := range z[r*ldz : r*ldz+cols] {
				if v == v && !(v <= largest[c]) {
					largest[c], best[c] = v, int32(r)
				}
			}
		}
		for r := range rows {
			row := z[r*ldz : r*ldz+cols]
			for c := range row {
				row[c] -= largest[c]
			}
			exp(row, row)
			for c, e := range row {
				sums[c] += e
			}
		}
		for r := range rows {
			row := z[r*ldz : r*ldz+cols]
			for c := range row {
				row[c] /= sums[c]
			}
		}
	}
}

func adam(rows, cols int, p, m, v []float32, ldp int, g []float32, ldg int, a AdamStep) {
	for r := range rows {
		i := r * ldp
		p, m, v := p[i:i+cols], m[i:i+cols], v[i:i+cols]
		for c, gc := range g[r*ldg : r*ldg+cols] {
			m[c] = exact.FMA(gc-m[c], a.C1, m[c])
			v[c] = exact.FMA(float32(gc*gc)-v[c], a.C2, v[c])
			p[c] -= float32(m[c]*a.Alpha) / (exact.Sqrt(v[c]) + a.Epsilon)
		}
	}
}

// sparseAdam keeps the gradient of a few columns of a row at a time.
func sparseAdam(rows, cols int, entries []uint32, start []int32, step int, table *[256]float32, b []float32, ldb int, p, m, v []float32, ldp int, a AdamStep, which Rows) {
	var g [64]float32
	for r := range rows {
		rowIs := FilledRows
		if start[r*step] >= start[r*step+1] {
			rowIs = EmptyRows
		}
		if which&rowIs == 0 {
			continue
		}
		for c := 0; c < cols; c += len(g) {
			n, at := min(len(g), cols-c), r*ldp+c
			sparseMul(1, n, entries, start[r*step:], 0, table, b[min(c, len(b)):], ldb, g[:], 0, false)
			adam(1, n, p[at:], m[at:], v[at:], 0, g[:], 0, a)
		}
	}
}

func sgd(rows, cols int, p []float32, ldp int, g []float32, ldg int, rate float32) {
	for r := range rows {
		row := p[r*ldp : r*ldp+cols]
		for c, gc := range g[r*ldg : r*ldg+cols] {
			row[c] = exact.FMA(-rate, gc, row[c])
		}
	}
}

func decayRows(rows, cols int, p []float32, ldp int, decay, rate float32) {
	for r := range rows {
		row := p[r*ldp : r*ldp+cols]
		for c, v := range row {
			row[c] = v - float32(float32(v*decay)*rate)
		}
	}
}

func lerp(rows, cols int, dst []float32, ldd int, src []float32, lds int, share float32) {
	for r := range rows {
		row := dst[r*ldd : r*ldd+cols]
		for c, v := range src[r*lds : r*lds+cols] {
			row[c] = exact.FMA(share, v-row[c], row[c])
		}
	}
}
