package step

import (
	"slices"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// The rows of each worker's stage, and the number of shares. A tile has 8 rows.
func TestDivision(t *testing.T) {
	for _, c := range []struct {
		workers, batch int
		shares         int
		stages         []kernel.Span
	}{
		{1, 100, 1, []kernel.Span{{Lo: 0, Hi: 100}}},
		{2, 100, 2, []kernel.Span{{Lo: 0, Hi: 48}, {Lo: 48, Hi: 100}}},
		{2, 1, 2, []kernel.Span{{}, {Lo: 0, Hi: 1}}},
		{4, 17, 4, []kernel.Span{{}, {Lo: 0, Hi: 8}, {Lo: 8, Hi: 16}, {Lo: 16, Hi: 17}}},
		{5, 79, 5,
			[]kernel.Span{{Lo: 0, Hi: 16}, {Lo: 16, Hi: 32}, {Lo: 32, Hi: 48}, {Lo: 48, Hi: 64}, {Lo: 64, Hi: 79}}},
		{9, 143, 1, []kernel.Span{{Lo: 0, Hi: 16}, {Lo: 16, Hi: 32}, {Lo: 32, Hi: 48}, {Lo: 48, Hi: 64},
			{Lo: 64, Hi: 80}, {Lo: 80, Hi: 96}, {Lo: 96, Hi: 112}, {Lo: 112, Hi: 128}, {Lo: 128, Hi: 143}}},
		{9, 144, 9, []kernel.Span{{Lo: 0, Hi: 16}, {Lo: 16, Hi: 32}, {Lo: 32, Hi: 48}, {Lo: 48, Hi: 64},
			{Lo: 64, Hi: 80}, {Lo: 80, Hi: 96}, {Lo: 96, Hi: 112}, {Lo: 112, Hi: 128}, {Lo: 128, Hi: 144}}},
	} {
		d := division{workers: c.workers, batch: c.batch, tile: 8}
		if got := d.shares(); got != c.shares {
			t.Errorf("%d workers, batches of %d: wanted %d shares, found %d", c.workers, c.batch, c.shares, got)
		}
		var stages []kernel.Span
		for w := range c.workers {
			stages = append(stages, d.stage(w))
		}
		if !slices.Equal(stages, c.stages) {
			t.Errorf("%d workers, batches of %d: wanted the stages %v, found %v", c.workers, c.batch, c.stages, stages)
		}
		for w := range c.workers {
			if got, want := d.hasRows(w), c.stages[w].Lo < c.stages[w].Hi; got != want {
				t.Errorf("%d workers, batches of %d: worker %d has rows: wanted %t, found %t",
					c.workers, c.batch, w, want, got)
			}
		}
	}
}

// Workers that have rows of a small batch do all that follows the first layer, unless that is too much.
func TestOtherWork(t *testing.T) {
	network := func(hidden int) *nn.Sequential {
		relu := nntest.Dense(hidden, "relu")
		arch := nntest.Network(784, nn.CategoricalCrossentropy, relu, relu, nntest.Dense(10, "softmax"))
		return nntest.RandomModel(t, arch, 1)
	}
	for _, c := range []struct {
		workers, batch, hidden int
		updating               []int
	}{
		{2, 100, 50, []int{0, 1}}, // both workers have rows
		{2, 1, 50, []int{1}},
		{4, 17, 50, []int{1, 2, 3}},
		{2, 1, 1000, []int{0, 1}}, // too much for one
		{8, 1, 50, []int{0, 1, 2, 3, 4, 5, 6, 7}},
		{9, 1, 50, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}},
	} {
		d := division{workers: c.workers, batch: c.batch, tile: 8}
		otherWork := d.otherWork(network(c.hidden))
		for w, work := range otherWork {
			if got := work > 0; got != d.hasRows(w) {
				t.Errorf("%+v: worker %d has rows: %t, but other work of %d", c, w, d.hasRows(w), work)
			}
		}
		if got := d.updating(otherWork != nil); !slices.Equal(got, c.updating) {
			t.Errorf("%+v: wanted updates by %v, found %v", c, c.updating, got)
		}
	}
}
