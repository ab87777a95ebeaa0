package batch

import "dnn/internal/nn/kernel"

// Samples is a set of inputs, one a row, with their labels, held either as bytes (pixels), which mean Table[byte], or as floats.
type Samples struct {
	Count    int
	Features int
	Bytes    []uint8       // [Count, Features], or nil
	Table    *[256]float32 // what a byte means; Table[0] is 0
	Floats   []float32     // [Count, Features], if Bytes is nil
	Labels   []uint8       // [Count]: the class of each; nil: unknown, so that they can be predicted and nothing else

	rows []int32 // [Count]: which row of Bytes or Floats each sample is; nil: they follow one another
}

// MaxClasses is how many classes there can be: labels are bytes.
const MaxClasses = 256

// PixelTable returns the table under which a byte means byte/255, rounded once: Keras's x / 255.0.
func PixelTable() *[256]float32 {
	var table [256]float32
	for i := range table {
		table[i] = float32(i) / 255
	}
	return &table
}

// Pixels returns the bytes of sample i, of samples that are held as bytes.
func (s *Samples) Pixels(i int) []uint8 {
	at := s.row(i) * s.Features
	return s.Bytes[at : at+s.Features]
}

// numbers returns the floats of sample i, of samples that are held as floats.
func (s *Samples) numbers(i int) []float32 {
	at := s.row(i) * s.Features
	return s.Floats[at : at+s.Features]
}

func (s *Samples) row(i int) int {
	if s.rows != nil {
		return int(s.rows[i])
	}
	return i
}

// Select returns the samples order, which share the memory of their features with s. Unlike those of a Slice they need not
// be neighbors; for each there is an index and a label of its own.
func (s *Samples) Select(order []int32) *Samples {
	part := *s
	part.Count = len(order)
	part.rows = make([]int32, len(order))
	for i, o := range order {
		part.rows[i] = int32(s.row(int(o)))
	}
	if s.Labels != nil {
		part.Labels = make([]uint8, len(order))
		for i, o := range order {
			part.Labels[i] = s.Labels[o]
		}
	}
	return &part
}

// Slice returns the samples [lo, hi), which share memory with s.
func (s *Samples) Slice(lo, hi int) *Samples {
	part := *s
	part.Count = hi - lo
	if s.Labels != nil {
		part.Labels = s.Labels[lo:hi]
	}
	if s.rows != nil {
		part.rows = s.rows[lo:hi]
		return &part
	}
	if s.Bytes != nil {
		part.Bytes = s.Bytes[lo*s.Features : hi*s.Features]
	} else {
		part.Floats = s.Floats[lo*s.Features : hi*s.Features]
	}
	return &part
}

// sparseBelow is the density from which on the dense product is faster than the one that visits nonzeros only.
const sparseBelow = 0.4

// Sparse tells whether the input layer should visit the nonzero features only.
func (s *Samples) Sparse() bool { return sparse(s.nonzeros()) }

// sparse tells whether features that are not zero in so many of the samples seen are few enough.
func sparse(set []int, seen int) bool {
	total := 0
	for _, n := range set {
		total += n
	}
	return seen > 0 && float64(total) < sparseBelow*float64(seen)*float64(len(set))
}

// nonzeros counts for each feature in how many of about a thousand samples it is not zero, and the samples. Samples of
// floats are not looked at.
func (s *Samples) nonzeros() (set []int, seen int) {
	if s.Bytes == nil || s.Count == 0 {
		return nil, 0
	}
	set = make([]int, s.Features)
	stride := max(1, s.Count/1000)
	for i := 0; i < s.Count; i += stride {
		for f, b := range s.Pixels(i) {
			if b != 0 {
				set[f]++
			}
		}
		seen++
	}
	return set, seen
}

// OptimizerEntries is how many entries take as long as the optimizer's step of a row of the kernel.
const OptimizerEntries = 15

// Shares cuts the features of sparse samples into n spans, one for each worker, such that all workers need about the same time for a
// training step of the given batch: for their span and for what they have to do besides, which is given in entries (nil: nothing). It
// is nil if the samples are not sparse.
func (s *Samples) Shares(n, batch int, besides []int) []kernel.Span {
	set, seen := s.nonzeros()
	if !sparse(set, seen) {
		return nil
	}
	const align = 16
	cost := func(f int) int { return set[f]*batch + OptimizerEntries*seen } // of a feature, in so many batches
	total := 0
	for f := range set {
		total += cost(f)
	}
	block := total * align / len(set) // the cost of so many features, on average
	all := total
	for _, b := range besides {
		all += b * seen
	}
	due := make([]int, n+1) // what lies before the end of each share
	for i := range n {
		due[i+1] = all * (i + 1) / n
		for _, b := range besides[:min(i+1, len(besides))] {
			due[i+1] -= b * seen
		}
	}
	shares := make([]kernel.Span, 1, n)
	done := 0
	for f := range set {
		// A cut is where what lies before it costs as nearly its part as whole blocks allow.
		if last := len(shares); last < n && f%align == 0 && done+block/2 > due[last] {
			shares[last-1].Hi = f
			shares = append(shares, kernel.Span{Lo: f, Hi: f})
		}
		done += cost(f)
	}
	shares[len(shares)-1].Hi = s.Features
	for len(shares) < n { // more workers than blocks
		shares = append(shares, kernel.Span{Lo: s.Features, Hi: s.Features})
	}
	return shares
}

// Counts returns how many samples there are of each of so many classes.
func (s *Samples) Counts(classes int) []int {
	counts := make([]int, classes)
	for _, label := range s.Labels {
		counts[label]++
	}
	return counts
}
