// Package augment distorts images on their way into training: each one is shifted, turned, scaled, sheared, bent and
// flipped at random, anew in every epoch (Simard, Steinkraus and Platt, ICDAR 2003). It works on bytes, and what becomes of an
// image depends on the seed, the epoch and the image's place in the data set alone. It knows no data set and no network.
//
// Distortions are of two sorts. Movers say where the pixels of an image come from; the image is interpolated once, however
// many there are. Then painters change pixels.
//
// # How it is fast
//
// The pixel at column c and row r of a distorted image is the original's value at some point (x, y). With u and v, the
// distances of c and r from the center, an affine map is x = a + b u + d v. An elastic displacement is a sum of bumps:
// Gaussians around knots, each the product of one along the row and one along the column. Both are sums over i and j of
//
//	By[r, i] C[i, j] Bx[j, c]
//
// where the columns of By are the functions 1, v and the bumps of r, and the rows of Bx are 1, u and the bumps of c. So the
// points of an image are a product of three small matrices, of which only C is drawn: for a Gaussian of 6 pixels fifty
// numbers, where noise at each pixel takes one and a half thousand.
package augment

import (
	"fmt"
	"math/rand/v2"

	"dnn/internal/nn/kernel"
	"dnn/internal/random"
)

// Augmenter distorts images of one size. It is an nn.Transform.
type Augmenter struct {
	movers     []keyed[mover]
	painters   []keyed[painter]
	rows, cols int
	seed       uint64
	down       int       // functions of the row
	across     int       // functions of the column
	by         []float32 // [rows, down]
	bx         []float32 // [across, cols]
	memory     []*memory // one a worker
}

// keyed is a distortion with the key of its streams in the epoch.
type keyed[D Distortion] struct {
	distortion D
	key        random.Key
}

// memory is what a worker distorts an image in.
type memory struct {
	stream rand.PCG
	c      []float32 // [2 down, across]: of x, then of y
	half   []float32 // [2 down, cols]: C Bx
	x, y   []float32 // [rows, cols]: where each pixel comes from
	pairs  []uint16  // for the kernel
}

// New returns an Augmenter of images of rows x cols pixels, which that many workers can use at once. The ranges must be
// valid.
func New(r Ranges, rows, cols int, seed uint64, workers int) *Augmenter {
	if err := r.Validate(); err != nil {
		panic(fmt.Sprintf("augment: %v", err))
	}
	down, across := newBasis(rows, r), newBasis(cols, r)
	a := &Augmenter{rows: rows, cols: cols, seed: seed, down: len(down), across: len(across)}
	for _, d := range r {
		if isOff(d) {
			continue
		}
		switch d := d.(type) {
		case mover:
			a.movers = append(a.movers, keyed[mover]{distortion: d})
		case painter:
			a.painters = append(a.painters, keyed[painter]{distortion: d})
		}
	}
	a.by = make([]float32, rows*a.down)
	for i, f := range down {
		for row, v := range f {
			a.by[row*a.down+i] = v
		}
	}
	for _, f := range across {
		a.bx = append(a.bx, f...)
	}
	for range workers {
		a.memory = append(a.memory, &memory{
			c:     kernel.Floats(2 * a.down * a.across),
			half:  kernel.Floats(2 * a.down * cols),
			x:     kernel.Floats(rows * cols),
			y:     kernel.Floats(rows * cols),
			pairs: make([]uint16, kernel.WarpPairs(rows, cols)),
		})
	}
	a.Begin(0)
	return a
}

// Begin starts an epoch.
func (a *Augmenter) Begin(epoch int) {
	for i := range a.movers {
		a.movers[i].begin(a.seed, epoch)
	}
	for i := range a.painters {
		a.painters[i].begin(a.seed, epoch)
	}
}

func (k *keyed[D]) begin(seed uint64, epoch int) {
	k.key = random.NewKey(seed, k.distortion.purpose(), epoch)
}

// Apply writes the image src[rows, cols] to dst, distorted. sample is its place in the data set; worker, from 0 on, says
// whose memory to use.
func (a *Augmenter) Apply(k *kernel.Set, worker int, dst, src []uint8, sample int) {
	m := a.memory[worker]
	a.draw(m, sample)
	a.points(k, m)
	k.Warp(dst, kernel.Bytes{Rows: a.rows, Cols: a.cols, Stride: a.cols, Data: src}, m.pairs, m.x, m.y)
	for _, p := range a.painters {
		p.key.At(sample).Seed(&m.stream)
		p.distortion.paint(&m.stream, dst, a.rows, a.cols)
	}
}

// coefficients are C of x and of y, [down, across] each.
type coefficients struct {
	x, y   []float32
	across int
}

// draw makes up C for a sample.
func (a *Augmenter) draw(m *memory, sample int) {
	c := coefficients{m.c[:a.down*a.across], m.c[a.down*a.across:], a.across}
	c.x[0], c.x[1], c.x[a.across] = center(a.cols), 1, 0
	c.y[0], c.y[1], c.y[a.across] = center(a.rows), 0, 1
	for _, d := range a.movers {
		d.key.At(sample).Seed(&m.stream)
		d.distortion.move(&m.stream, c)
	}
}

// points computes where each pixel comes from: By C Bx, of x and of y.
func (a *Augmenter) points(k *kernel.Set, m *memory) {
	half := a.down * a.cols
	by, bx := matrix(a.rows, a.down, a.by), matrix(a.across, a.cols, a.bx)
	multiply(k, matrix(2*a.down, a.cols, m.half), matrix(2*a.down, a.across, m.c), bx)
	multiply(k, matrix(a.rows, a.cols, m.x), by, matrix(a.down, a.cols, m.half[:half]))
	multiply(k, matrix(a.rows, a.cols, m.y), by, matrix(a.down, a.cols, m.half[half:]))
}

// matrix returns a matrix that has nothing between its rows.
func matrix(rows, cols int, data []float32) kernel.Matrix {
	return kernel.Matrix{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// multiply computes C = A B. These are too small for what kernel.Set.Gemm does for large ones.
func multiply(s *kernel.Set, c, a, b kernel.Matrix) {
	for j := 0; j < c.Cols; j += s.TileCols {
		end := min(j+s.TileCols, c.Cols)
		s.GemmTile(c.Columns(j, end), a.Operand(), b.Columns(j, end), false)
	}
}
