package nn

// Samples is a set of labeled inputs, one a row, held either as bytes (pixels), which mean Table[byte], or as floats.
type Samples struct {
	Count    int
	Features int
	Bytes    []uint8       // [Count, Features], or nil
	Table    *[256]float32 // what a byte means; Table[0] is 0
	Floats   []float32     // [Count, Features], if Bytes is nil
	Labels   []uint8       // [Count]: the class of each
}

// PixelTable returns the table under which a byte means byte/255, rounded once: Keras's x / 255.0.
func PixelTable() *[256]float32 {
	var table [256]float32
	for i := range table {
		table[i] = float32(i) / 255
	}
	return &table
}

// Slice returns the samples [lo, hi), which share memory with s.
func (s *Samples) Slice(lo, hi int) *Samples {
	part := *s
	part.Count = hi - lo
	part.Labels = s.Labels[lo:hi]
	if s.Bytes != nil {
		part.Bytes = s.Bytes[lo*s.Features : hi*s.Features]
	} else {
		part.Floats = s.Floats[lo*s.Features : hi*s.Features]
	}
	return &part
}

// sparseBelow is the density from which on the dense product is faster than the one that visits nonzeros only.
const sparseBelow = 0.4

// sparse tells whether the input layer should visit the nonzero features only. It looks at about a thousand samples.
func (s *Samples) sparse() bool {
	if s.Bytes == nil || s.Count == 0 {
		return false
	}
	stride := max(1, s.Count/1000)
	nonzero, seen := 0, 0
	for i := 0; i < s.Count; i += stride {
		for _, b := range s.Bytes[i*s.Features : (i+1)*s.Features] {
			if b != 0 {
				nonzero++
			}
		}
		seen += s.Features
	}
	return float64(nonzero) < sparseBelow*float64(seen)
}
