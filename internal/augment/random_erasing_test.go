package augment

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"dnn/internal/nn/kernel"
	"dnn/internal/random"
)

// tally counts what is drawn, and what is wanted of each outcome.
type tally struct{ found, wanted map[int]float64 }

func newTally() tally { return tally{map[int]float64{}, map[int]float64{}} }

// check compares the counts by Pearson's chi-square, which is within five standard deviations of what chance gives.
// What is wanted fewer than ten times is one outcome together.
func (c tally) check(t *testing.T, what string) {
	t.Helper()
	square, freedom, rareFound, rareWanted := 0.0, -1.0, 0.0, 0.0
	for outcome, found := range c.found {
		if c.wanted[outcome] == 0 {
			t.Errorf("%s: wanted no outcome %d, found %v", what, outcome, found)
		}
	}
	for outcome, wanted := range c.wanted {
		if found := c.found[outcome]; wanted < 10 {
			rareFound, rareWanted = rareFound+found, rareWanted+wanted
		} else {
			square += (found - wanted) * (found - wanted) / wanted
			freedom++
		}
	}
	if rareWanted > 10 {
		square += (rareFound - rareWanted) * (rareFound - rareWanted) / rareWanted
		freedom++
	}
	if most := freedom + 5*math.Sqrt(2*freedom); freedom < 1 || square > most {
		t.Errorf("%s: wanted a chi-square of at most %.1f with %v degrees of freedom, found %.1f",
			what, most, freedom, square)
	}
}

// Height and width have the distribution that algorithm 1 of the paper gives to whole pixels, and the place of a
// rectangle is uniform over all that are within the image.
func TestRectangles(t *testing.T) {
	const n, steps = 100_000, 2000
	for _, c := range []struct {
		rows, cols int
		e          RandomErasing
	}{
		{28, 28, *newRandomErasing()},
		{20, 33, *newRandomErasing()},
		{28, 28, RandomErasing{ScaleMin: 0.2, ScaleMax: 0.8, Ratio: 0.9}},
		{5, 9, RandomErasing{ScaleMin: 0.01, ScaleMax: 0.5, Ratio: 0.2}},
	} {
		sizes, tops, lefts := newTally(), newTally(), newTally()
		stream := rand.NewPCG(1, 2)
		for range n {
			r, ok := c.e.draw(stream, c.rows, c.cols)
			if !ok {
				t.Fatalf("%d x %d, %+v: found no rectangle", c.rows, c.cols, c.e)
			}
			sizes.found[r.height*100+r.width]++
			tops.found[r.height*100+r.top]++
			lefts.found[r.width*100+r.left]++
			for top := range c.rows - r.height + 1 {
				tops.wanted[r.height*100+top] += 1 / float64(c.rows-r.height+1)
			}
			for left := range c.cols - r.width + 1 {
				lefts.wanted[r.width*100+left] += 1 / float64(c.cols-r.width+1)
			}
		}
		// By integration over area and ratio: how many of the places of a corner leave room for that size.
		all := 0.0
		for i := range steps {
			area := (c.e.ScaleMin + (c.e.ScaleMax-c.e.ScaleMin)*(float64(i)+0.5)/steps) * float64(c.rows*c.cols)
			for j := range steps {
				ratio := c.e.Ratio + (1/c.e.Ratio-c.e.Ratio)*(float64(j)+0.5)/steps
				height, width := max(1, math.Round(math.Sqrt(area*ratio))), max(1, math.Round(math.Sqrt(area/ratio)))
				down, across := max(0, float64(c.rows)-height+1), max(0, float64(c.cols)-width+1)
				if room := down * across; room > 0 {
					sizes.wanted[int(height)*100+int(width)] += room
					all += room
				}
			}
		}
		for size := range sizes.wanted {
			sizes.wanted[size] *= n / all
		}
		sizes.check(t, "sizes")
		tops.check(t, "tops")
		lefts.check(t, "lefts")
	}
}

// As many images as wanted lose one rectangle, whose bytes are uniform; outside of it they are as they would be
// without.
func TestRandomErasing(t *testing.T) {
	const rows, cols, n = 12, 17, 5000
	k := kernel.Available()[0]
	pixels := strokes(n, rows, cols)
	without := distort(New(all, rows, cols, 3, 1), k, 0, 1, pixels)
	for _, fill := range []string{fillRandom, fillZero} {
		const probability = 0.3
		e := &RandomErasing{probability, 0.1, 0.5, 0.3, fill}
		with := distort(New(append(Distortions{e}, all...), rows, cols, 3, 1), k, 0, 1, pixels)
		stream, erased, values := rand.PCG{}, 0.0, newTally()
		a := New(Distortions{e}, rows, cols, 3, 1)
		a.Begin(1)
		for sample := range n {
			got, want := with[sample*rows*cols:][:rows*cols], without[sample*rows*cols:][:rows*cols]
			a.painters[0].key.At(sample).Seed(&stream)
			if random.Uniform(&stream) >= probability {
				if !bytes.Equal(got, want) {
					t.Fatalf("%s: sample %d changes", fill, sample)
				}
				continue
			}
			erased++
			r, _ := e.draw(&stream, rows, cols)
			for i, v := range got {
				row, col := i/cols, i%cols
				switch inside := row >= r.top && row < r.top+r.height && col >= r.left && col < r.left+r.width; {
				case inside:
					values.found[int(v)]++
				case v != want[i]:
					t.Fatalf("%s: sample %d changes outside of %v", fill, sample, r)
				}
			}
		}
		if off := math.Abs(erased - n*probability); off > 5*math.Sqrt(n*probability*(1-probability)) {
			t.Errorf("wanted %v of %d images erased, found %v", n*probability, n, erased)
		}
		if fill == fillZero {
			if len(values.found) != 1 || values.found[0] == 0 {
				t.Errorf("wanted zeros, found %d values", len(values.found))
			}
			continue
		}
		count := 0.0
		for _, found := range values.found {
			count += found
		}
		for v := range 256 {
			values.wanted[v] = count / 256
		}
		values.check(t, "bytes")
	}
}

// A rectangle that never fits leaves the image as it is.
func TestNoRoomToErase(t *testing.T) {
	pixels := strokes(50, 28, 28)
	e := &RandomErasing{1, 1, 1, 0.01, fillRandom} // of the whole area, and hardly ever a square
	got := distort(New(Distortions{e}, 28, 28, 1, 1), kernel.Available()[0], 0, 1, pixels)
	if !bytes.Equal(got, pixels) {
		t.Error("wanted images that stay as they are")
	}
}
