// Package augment distorts training images at random, anew in every epoch: it shifts, rotates, scales, shears, bends
// and flips them (Simard, Steinkraus and Platt, ICDAR 2003) and erases parts of them. It works on bytes. The result
// depends only on the seed, the epoch, and the index of the image in the data set. The package knows no data sets and
// no networks.
//
// There are two kinds of distortions. Movers determine where in the original the pixels of the distorted image come
// from; all movers together cost one interpolation. After that, painters change pixels.
//
// # How it is fast
//
// The pixel at column c and row r of a distorted image has the value of the original at some point (x, y). Let u and v
// be the distances of c and r from the center. An affine map is x = a + b u + d v. An elastic displacement is a sum of
// bumps: Gaussians around knots, each the product of a function of c and a function of r. Both are sums over i and j of
//
//	By[r, i] C[i, j] Bx[j, c]
//
// where the columns of By are 1, v and the bumps as functions of r, and the rows of Bx are 1, u and the bumps as
// functions of c. So the points of an image are a product of three small matrices, of which only C is random: for a
// Gaussian of 6 pixels it has about fifty random numbers, where noise at each pixel would take about 1,500.
package augment

import (
	"fmt"
	"math/rand/v2"

	"dnn/internal/nn/kernel"
	"dnn/internal/random"
)

// Augmenter distorts images of one size. It is a batch.Transform.
type Augmenter struct {
	movers     []mover
	moves      random.Key // of the movers' random numbers in the current epoch
	painters   []keyedPainter
	rows, cols int // of an image
	seed       uint64
	down       int          // number of functions of the row
	across     int          // number of functions of the column
	by         []float32    // [rows, down]
	bx         []float32    // [across, cols]
	workspaces []*workspace // one for each worker
}

// keyedPainter is a painter with the key of its random streams in the current epoch.
type keyedPainter struct {
	painter
	key random.Key
}

// workspace is the memory in which a worker distorts an image.
type workspace struct {
	stream  rand.PCG  // of a painter
	numbers pairs     // of the movers
	c       []float32 // [2 down, across]: C of x, then C of y
	half    []float32 // [2 down, cols]: C Bx
	x, y    []float32 // [rows, cols]: where each pixel comes from
	pairs   []uint16  // memory of the kernel Warp
}

// New returns an Augmenter for images of rows x cols pixels, which the given number of workers can use at once. It
// panics if the distortions are not valid.
func New(all Distortions, rows, cols int, seed uint64, workers int) *Augmenter {
	if err := all.validate(); err != nil {
		panic(fmt.Sprintf("augment: %v", err))
	}
	down, across := newBasis(rows, all), newBasis(cols, all)
	a := &Augmenter{rows: rows, cols: cols, seed: seed, down: len(down), across: len(across)}
	for _, d := range all {
		if isOff(d) {
			continue
		}
		switch d := d.(type) {
		case mover:
			a.movers = append(a.movers, d)
		case painter:
			a.painters = append(a.painters, keyedPainter{painter: d})
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
		a.workspaces = append(a.workspaces, &workspace{
			numbers: make(pairs, 2*(affinePairs+(a.down-firstBump)*(a.across-firstBump))),
			c:       kernel.Floats(2 * a.down * a.across),
			half:    kernel.Floats(2 * a.down * cols),
			x:       kernel.Floats(rows * cols),
			y:       kernel.Floats(rows * cols),
			pairs:   make([]uint16, kernel.WarpPairs(rows, cols)),
		})
	}
	a.Begin(0)
	return a
}

// Begin starts an epoch: it changes the keys of all random streams.
func (a *Augmenter) Begin(epoch int) {
	a.moves = random.NewKey(a.seed, moves, epoch)
	for i, p := range a.painters {
		a.painters[i].key = random.NewKey(a.seed, p.purpose(), epoch)
	}
}

// Apply distorts the image src[rows, cols] and writes the result to dst. sample is the index of the image in the data
// set. Calls that run at the same time must have different workers, numbered from 0.
func (a *Augmenter) Apply(k *kernel.Set, worker int, dst, src []uint8, sample int) {
	w := a.workspaces[worker]
	a.draw(w, sample)
	a.points(k, w)
	k.Warp(dst, kernel.Bytes{Rows: a.rows, Cols: a.cols, Stride: a.cols, Data: src}, w.pairs, w.x, w.y)
	for _, p := range a.painters {
		p.key.At(sample).Seed(&w.stream)
		p.paint(&w.stream, dst, a.rows, a.cols)
	}
}

// Epochs returns an image, followed by what Apply makes of it in each of the first epochs.
func (a *Augmenter) Epochs(k *kernel.Set, image []uint8, sample, epochs int) [][]uint8 {
	all := [][]uint8{image}
	for epoch := 1; epoch <= epochs; epoch++ {
		distorted := make([]uint8, len(image))
		a.Begin(epoch)
		a.Apply(k, 0, distorted, image, sample)
		all = append(all, distorted)
	}
	return all
}

// coefficients are the matrices C of x and of y, [down, across] each.
type coefficients struct {
	x, y   []float32
	across int
}

// draw sets C to the identity map, and lets each mover change it.
func (a *Augmenter) draw(w *workspace, sample int) {
	c := coefficients{w.c[:a.down*a.across], w.c[a.down*a.across:], a.across}
	c.x[0], c.x[1], c.x[a.across] = center(a.cols), 1, 0
	c.y[0], c.y[1], c.y[a.across] = center(a.rows), 0, 1
	a.moves.At(sample).Bits(w.numbers)
	for _, d := range a.movers {
		d.move(w.numbers, c)
	}
}

// points computes where each pixel comes from: By C Bx, for x and for y.
func (a *Augmenter) points(k *kernel.Set, w *workspace) {
	x, y := w.half[:a.down*a.cols], w.half[a.down*a.cols:]
	k.SmallProduct(w.half, w.c, a.bx, 2*a.down, a.across, a.cols)
	k.SmallProduct(w.x, a.by, x, a.rows, a.down, a.cols)
	k.SmallProduct(w.y, a.by, y, a.rows, a.down, a.cols)
}
