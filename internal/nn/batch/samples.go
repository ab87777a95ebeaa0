package batch

import (
	"encoding/binary"
	"math"

	"dnn/internal/nn/kernel"
)

// Samples is inputs, one in each row, with their labels. The inputs are either bytes (pixels), where a byte stands for
// Table[byte], or floats.
type Samples struct {
	Count    int
	Features int
	Bytes    []uint8       // [Count, Features], or nil
	Table    *[256]float32 // what each byte stands for; Table[0] is 0
	Floats   []float32     // [Count, Features], if Bytes is nil
	Labels   []uint8       // [Count]: the class of each sample; nil: unknown, which is enough for a prediction

	rows []int32 // [Count]: the row of Bytes or Floats that each sample is; nil: sample i is row i

	shared *shared // what several networks that read these samples share; nil: nothing
}

// MaxClasses is the largest number of classes: labels are bytes.
const MaxClasses = 256

// PixelTable returns the table in which a byte stands for byte/255, rounded once: Keras's x / 255.0.
func PixelTable() *[256]float32 {
	var table [256]float32
	for i := range table {
		table[i] = float32(i) / 255
	}
	return &table
}

// Transpose copies images whose pixels src has column by column, as EMNIST has them, to images of height x width in dst,
// row by row.
func Transpose(dst, src []uint8, height, width int) {
	for at := 0; at < len(src); at += height * width {
		from, to := src[at:at+height*width], dst[at:at+height*width]
		for y := range height {
			for x := range width {
				to[y*width+x] = from[x*height+y]
			}
		}
	}
}

// Pixels returns the bytes of sample i. The samples must be bytes.
func (s *Samples) Pixels(i int) []uint8 {
	at := s.row(i) * s.Features
	return s.Bytes[at : at+s.Features]
}

// Numbers returns the floats of sample i. The samples must be floats.
func (s *Samples) Numbers(i int) []float32 {
	at := s.row(i) * s.Features
	return s.Floats[at : at+s.Features]
}

func (s *Samples) row(i int) int {
	if s.rows != nil {
		return int(s.rows[i])
	}
	return i
}

// Select returns the samples order, which use the same memory as s for their features. Unlike those of a Slice they
// need not be neighbors; each has a label and an index in memory of its own.
func (s *Samples) Select(order []int32) *Samples {
	selected := *s
	selected.Count = len(order)
	selected.rows = make([]int32, len(order))
	for i, o := range order {
		selected.rows[i] = int32(s.row(int(o)))
	}
	if s.Labels != nil {
		selected.Labels = make([]uint8, len(order))
		for i, o := range order {
			selected.Labels[i] = s.Labels[o]
		}
	}
	return &selected
}

// Slice returns the samples [lo, hi), which use the same memory as s.
func (s *Samples) Slice(lo, hi int) *Samples {
	slice := *s
	slice.Count = hi - lo
	if s.Labels != nil {
		slice.Labels = s.Labels[lo:hi]
	}
	if s.rows != nil {
		slice.rows = s.rows[lo:hi]
		return &slice
	}
	if s.Bytes != nil {
		slice.Bytes = s.Bytes[lo*s.Features : hi*s.Features]
	} else {
		slice.Floats = s.Floats[lo*s.Features : hi*s.Features]
	}
	return &slice
}

// sparseBelow is the fraction of nonzeros below which the sparse product is faster than the dense one.
const sparseBelow = 0.4

// Sparse reports whether the first layer should visit the nonzero features only. Floats are never sparse.
func (s *Samples) Sparse() bool { return sparse(s.nonzeros()) }

// sparse reports whether the nonzeros counted in so many samples are few enough.
func sparse(nonzeros []int, seen int) bool {
	total := 0
	for _, n := range nonzeros {
		total += n
	}
	return seen > 0 && float64(total) < sparseBelow*float64(seen)*float64(len(nonzeros))
}

// nonzeros looks at up to about a thousand samples, once if they are shared. It returns, for each feature, in how many of
// them it is not zero, and how many samples it has seen: none if they are floats.
func (s *Samples) nonzeros() (nonzeros []int, seen int) {
	if s.Shared() {
		shared := s.shared
		shared.look.Do(func() { shared.nonzeros, shared.seen = s.countAll() })
		return shared.nonzeros, shared.seen
	}
	return s.countAll()
}

func (s *Samples) countAll() (nonzeros []int, seen int) {
	if s.Bytes == nil || s.Count == 0 {
		return nil, 0
	}
	nonzeros = make([]int, s.Features)
	counts := make([]uint64, s.Features/8) // of the features, eight in a word; since the last carry
	stride := max(1, s.Count/1000)
	for i := 0; i < s.Count; i += stride {
		countNonzeros(counts, nonzeros, s.Pixels(i))
		if seen++; seen%math.MaxUint8 == 0 {
			carry(nonzeros, counts)
		}
	}
	carry(nonzeros, counts)
	return nonzeros, seen
}

// countNonzeros counts each byte that is not zero: in the byte of counts that is for its feature, or in nonzeros if
// there are too few features left for a word. A look at each byte would take four times as long.
func countNonzeros(counts []uint64, nonzeros []int, pixels []uint8) {
	const ones, low = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f // the lowest bit of each byte, and all but the highest
	for i := range counts {
		x := binary.LittleEndian.Uint64(pixels[8*i:])
		counts[i] += (x&low + low | x) >> 7 & ones // bit 7 of a byte of the sum: whether one of its bits 0 to 6 is set
	}
	for f := 8 * len(counts); f < len(pixels); f++ {
		nonzeros[f] += int(min(pixels[f], 1))
	}
}

// carry adds the counts of features to nonzeros and begins them anew, before one exceeds a byte.
func carry(nonzeros []int, counts []uint64) {
	for i, c := range counts {
		for j := range 8 {
			nonzeros[8*i+j] += int(uint8(c >> (8 * j)))
		}
		counts[i] = 0
	}
}

// OptimizerEntries is the cost of the optimizer's step of one row of the kernel, in entries of a sparse batch.
const OptimizerEntries = 15

// Shares cuts the features of sparse samples into n shares, one for each worker, so that all workers need about the
// same time for a training step on a batch of that size: for their share and for their other work. otherWork is the
// cost of the latter for each worker, in entries of a sparse batch; nil: none has any. It returns nil if the samples
// are not sparse, or the lists of such a batch would be too long for kernel.Sparse.
func (s *Samples) Shares(n, batch int, otherWork []int) []kernel.Span {
	nonzeros, seen := s.nonzeros()
	if !sparse(nonzeros, seen) || (s.Features+kernel.GatherSlack)*(batch+kernel.GatherSlack) > math.MaxInt32 {
		return nil
	}
	const align = 16                                                             // features; a cut is at a multiple
	cost := func(f int) int { return nonzeros[f]*batch + OptimizerEntries*seen } // of a feature, in entries times seen
	features := 0                                                                // the cost of all features
	for f := range nonzeros {
		features += cost(f)
	}
	block := features * align / len(nonzeros) // the mean cost of align features
	total := features
	for _, work := range otherWork {
		total += work * seen
	}
	end := make([]int, n+1) // the cost of the features before the end of each share, if all workers need the same time
	for i := range n {
		end[i+1] = total * (i + 1) / n
		for _, work := range otherWork[:min(i+1, len(otherWork))] {
			end[i+1] -= work * seen
		}
	}
	shares := make([]kernel.Span, 1, n)
	done := 0 // the cost of the features before f
	for f := range nonzeros {
		if last := len(shares); last < n && f%align == 0 && done+block/2 > end[last] {
			shares[last-1].Hi = f
			shares = append(shares, kernel.Span{Lo: f, Hi: f})
		}
		done += cost(f)
	}
	shares[len(shares)-1].Hi = s.Features
	for len(shares) < n { // there are more workers than multiples of align
		shares = append(shares, kernel.Span{Lo: s.Features, Hi: s.Features})
	}
	return shares
}

// Counts returns the number of samples of each class.
func (s *Samples) Counts(classes int) []int {
	counts := make([]int, classes)
	for _, label := range s.Labels {
		counts[label]++
	}
	return counts
}
