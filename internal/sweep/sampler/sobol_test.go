package sampler

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"dnn/internal/random"
)

// The sequence is SciPy's (scripts/sweep/fixtures.py), in all dimensions.
func TestSobolIsThatOfSciPy(t *testing.T) {
	f, err := os.Open("testdata/sobol.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		n, _ := strconv.Atoi(line[0])
		for dimension, want := range line[1:] {
			if found := Sobol(uint32(n), dimension); strconv.FormatUint(uint64(found), 10) != want {
				t.Fatalf("point %d, dimension %d: %d, wanted %s", n, dimension, found, want)
			}
		}
	}
	if len(directions()) != Dimensions || len(lines[0])-1 != Dimensions {
		t.Errorf("%d dimensions, %d compared, wanted %d", len(directions()), len(lines[0])-1, Dimensions)
	}
}

// Each block of 2^m points is a net: in every dimension each of 2^m equal parts has one point; and in the first two, so has
// each of 2^m rectangles of any shape. Scrambling keeps that.
func TestSobolIsANet(t *testing.T) {
	const m = 8
	plain := func(x uint32, _ int) uint32 { return x }
	shuffled := func(x uint32, dimension int) uint32 {
		return Scrambled(x, random.NewKey(7, "sobol", dimension))
	}
	for name, change := range map[string]func(uint32, int) uint32{"plain": plain, "scrambled": shuffled} {
		for block := range uint32(4) {
			for dimension := range directions() {
				seen := map[uint32]bool{}
				for i := range uint32(1) << m {
					seen[change(Sobol(block<<m+i, dimension), dimension)>>(sobolBits-m)] = true
				}
				if len(seen) != 1<<m {
					t.Errorf("%s: block %d, dimension %d: %d parts have points", name, block, dimension, len(seen))
				}
			}
			for k := 0; k <= m; k++ { // 2^k columns of 2^(m-k) rows
				seen := map[[2]uint32]bool{}
				for i := range uint32(1) << m {
					x, y := change(Sobol(block<<m+i, 0), 0), change(Sobol(block<<m+i, 1), 1)
					seen[[2]uint32{uint32(uint64(x) >> (sobolBits - k)), uint32(uint64(y) >> (sobolBits - (m - k)))}] = true
				}
				if len(seen) != 1<<m {
					t.Errorf("%s: block %d: %d rectangles of 1/%d have points", name, block, len(seen), 1<<k)
				}
			}
		}
	}
}
