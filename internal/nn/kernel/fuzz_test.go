package kernel

import (
	"math/rand/v2"
	"testing"
)

// fuzzSets runs test for every set except the reference. The fuzzer chooses the shapes, and by seed the contents.
func fuzzSets(t *testing.T, seed uint64, test func(s, reference *Set, d *data)) {
	sets := Available()
	reference := generic()
	for _, s := range sets[:len(sets)-1] {
		test(s, reference, &data{rand.New(rand.NewPCG(seed, 1)), nil})
	}
}

func FuzzSparseMul(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint16(100), uint8(50), uint8(1), 0.2, false)
	f.Add(uint64(2), uint8(1), uint16(257), uint8(5), uint8(2), 1.0, true)
	f.Fuzz(func(t *testing.T, seed uint64, rows uint8, cols uint16, inputs, step uint8, density float64, wild bool) {
		fuzzSets(t, seed, func(s, reference *Set, d *data) {
			compareSparseMul(t, s, reference, d, int(rows)%20, int(cols)%600, int(inputs), 1+int(step)%4, density, wild)
		})
	})
}

func FuzzSparseAdam(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint16(100), uint8(50), 0.2, false)
	f.Add(uint64(2), uint8(1), uint16(257), uint8(5), 1.0, true)
	f.Fuzz(func(t *testing.T, seed uint64, rows uint8, cols uint16, inputs uint8, density float64, wild bool) {
		fuzzSets(t, seed, func(s, reference *Set, d *data) {
			if s.FusesAdam() {
				compareSparseAdam(t, s, reference, d, int(rows)%20, int(cols)%600, int(inputs), density, wild)
			}
		})
	})
}

func FuzzGemmTile(f *testing.F) {
	f.Add(uint64(1), uint8(7), uint8(31), uint8(50), false)
	f.Add(uint64(2), uint8(2), uint8(10), uint8(0), true)
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols, k uint8, wild bool) {
		fuzzSets(t, seed, func(s, _ *Set, d *data) {
			compareGemmTile(t, s, d, 1+int(rows)%(3*s.TileRows), 1+int(cols)%s.TileCols, int(k), wild)
		})
	})
}

func FuzzGather(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 0, 255}, uint32(784))
	f.Add(make([]byte, 200), uint32(0))
	f.Fuzz(func(t *testing.T, src []byte, base uint32) {
		fuzzSets(t, 0, func(s, _ *Set, _ *data) { compareGather(t, s, src, base%(1<<20)) })
	})
}

func FuzzExp(f *testing.F) {
	f.Add(float32(1), float32(88.4), float32(-87.4), uint8(20))
	f.Fuzz(func(t *testing.T, x, y, z float32, n uint8) {
		fuzzSets(t, 0, func(s, reference *Set, _ *data) {
			all := make([]float32, n)
			for i := range all {
				all[i] = [...]float32{x, y, z, x * y}[i%4]
			}
			compareExp(t, s, reference, all)
		})
	})
}

func FuzzPacked(f *testing.F) {
	f.Add(uint64(1), []byte{112, 112, 16}, uint8(20), 0.2)
	f.Add(uint64(2), []byte{128, 0, 1}, uint8(1), 1.0)
	f.Fuzz(func(t *testing.T, seed uint64, widths []byte, samples uint8, density float64) {
		var blocks []int
		for _, w := range widths[:min(len(widths), 20)] {
			blocks = append(blocks, int(w)%(PackedBlock+1))
		}
		fuzzSets(t, seed, func(s, reference *Set, d *data) {
			if s.Packs() {
				comparePacked(t, s, reference, d, blocks, 1+int(samples), density)
			}
		})
	})
}

func FuzzSoftmax(f *testing.F) {
	f.Add(uint64(1), uint8(10), uint8(100), false)
	f.Add(uint64(2), uint8(3), uint8(17), true)
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols uint8, wild bool) {
		fuzzSets(t, seed, func(s, reference *Set, d *data) {
			compareSoftmax(t, s, reference, d, 1+int(rows)%40, int(cols), wild)
		})
	})
}

func FuzzAdam(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(100), float32(1e-3))
	f.Add(uint64(2), uint8(1), uint8(17), float32(0))
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols uint8, scale float32) {
		fuzzSets(t, seed, func(s, reference *Set, d *data) {
			compareAdam(t, s, reference, d, int(rows)%5, int(cols), scale)
		})
	})
}
