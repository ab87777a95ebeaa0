package batch

import "math/rand/v2"

// randomBytes returns samples of bytes, about one in five of which is not zero, with labels below classes.
func randomBytes(count, features, classes int, seed uint64) *Samples {
	rng := rand.New(rand.NewPCG(seed, 2))
	s := &Samples{
		Count: count, Features: features, Table: PixelTable(),
		Bytes: make([]uint8, count*features), Labels: make([]uint8, count),
	}
	for i := range s.Bytes {
		if rng.IntN(5) == 0 {
			s.Bytes[i] = uint8(1 + rng.IntN(255))
		}
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(rng.IntN(classes))
	}
	return s
}

// randomFloats returns samples of floats between -1 and 1, with labels below classes.
func randomFloats(count, features, classes int, seed uint64) *Samples {
	rng := rand.New(rand.NewPCG(seed, 3))
	s := &Samples{
		Count: count, Features: features, Floats: make([]float32, count*features), Labels: make([]uint8, count),
	}
	for i := range s.Floats {
		s.Floats[i] = 2*rng.Float32() - 1
	}
	for i := range s.Labels {
		s.Labels[i] = uint8(rng.IntN(classes))
	}
	return s
}

// counting returns 0, 1, …, n-1.
func counting(n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	return order
}

// sample returns the features of one sample.
func sample(s *Samples, i int) []float64 {
	x := make([]float64, s.Features)
	for f := range x {
		if s.Bytes != nil {
			x[f] = float64(s.Table[s.Bytes[i*s.Features+f]])
		} else {
			x[f] = float64(s.Floats[i*s.Features+f])
		}
	}
	return x
}
