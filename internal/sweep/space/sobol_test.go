package space

import (
	"encoding/csv"
	"math"
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
			if found := sobol(uint32(n), dimension); strconv.FormatUint(uint64(found), 10) != want {
				t.Fatalf("point %d, dimension %d: %d, wanted %s", n, dimension, found, want)
			}
		}
	}
	if len(lines[0])-1 != len(directions()) {
		t.Errorf("%d dimensions, wanted %d", len(directions()), len(lines[0])-1)
	}
}

// Each block of 2^m points is a net: in every dimension each of 2^m equal parts has one point; and in the first two, so has
// each of 2^m rectangles of any shape. Scrambling keeps that.
func TestSobolIsANet(t *testing.T) {
	const m = 8
	plain := func(x uint32, _ int) uint32 { return x }
	shuffled := func(x uint32, dimension int) uint32 {
		return scrambled(x, random.NewKey(7, "sobol", dimension))
	}
	for name, change := range map[string]func(uint32, int) uint32{"plain": plain, "scrambled": shuffled} {
		for block := range uint32(4) {
			for dimension := range directions() {
				seen := map[uint32]bool{}
				for i := range uint32(1) << m {
					seen[change(sobol(block<<m+i, dimension), dimension)>>(sobolBits-m)] = true
				}
				if len(seen) != 1<<m {
					t.Errorf("%s: block %d, dimension %d: %d parts have points", name, block, dimension, len(seen))
				}
			}
			for k := 0; k <= m; k++ { // 2^k columns of 2^(m-k) rows
				seen := map[[2]uint32]bool{}
				for i := range uint32(1) << m {
					x, y := change(sobol(block<<m+i, 0), 0), change(sobol(block<<m+i, 1), 1)
					seen[[2]uint32{uint32(uint64(x) >> (sobolBits - k)), uint32(uint64(y) >> (sobolBits - (m - k)))}] = true
				}
				if len(seen) != 1<<m {
					t.Errorf("%s: block %d: %d rectangles of 1/%d have points", name, block, len(seen), 1<<k)
				}
			}
		}
	}
}

// Points of the method sobol are spread more evenly than random ones: their centered L2 discrepancy (Hickernell,
// Mathematics of Computation 67, 1998) is smaller.
func TestSobolIsEven(t *testing.T) {
	text := "\nrun_cap: 64\nparameters: {label_smoothing: {min: 0.0, max: 0.99}, validation_split: {min: 0.01, max: 0.99}, " +
		"optimizer.beta_1: {min: 0.0, max: 0.99}}\n"
	spread := func(method string) float64 {
		s := load(t, "method: "+method+text)
		points := make([][]float64, s.Settings)
		for n := range points {
			p, err := s.Point(n)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range p.Values {
				for _, x := range s.axes {
					if x.key == p.Values[i].Key {
						u, _ := x.cell(v.Text)
						points[n] = append(points[n], u)
					}
				}
			}
		}
		return discrepancy(points)
	}
	if sobol, random := spread("sobol"), spread("random"); sobol > random/2 {
		t.Errorf("discrepancies: sobol %v, random %v", sobol, random)
	}
}

// discrepancy returns the centered L2 discrepancy of points.
func discrepancy(points [][]float64) float64 {
	n := float64(len(points))
	sum, sums := 0.0, 0.0
	for _, x := range points {
		product := 1.0
		for _, v := range x {
			d := math.Abs(v - 0.5)
			product *= 1 + d/2 - d*d/2
		}
		sum += product
		for _, y := range points {
			product := 1.0
			for i := range x {
				product *= 1 + math.Abs(x[i]-0.5)/2 + math.Abs(y[i]-0.5)/2 - math.Abs(x[i]-y[i])/2
			}
			sums += product
		}
	}
	return math.Sqrt(math.Pow(13.0/12, float64(len(points[0]))) - 2/n*sum + sums/n/n)
}
