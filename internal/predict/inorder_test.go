package predict

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
)

// counting yields jobs 0 to n-1, each of which returns its number.
func counting(n int) iter.Seq[func(int) int] {
	return func(yield func(func(int) int) bool) {
		for i := range n {
			if !yield(func(int) int { return i }) {
				return
			}
		}
	}
}

func TestInOrder(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		for _, n := range []int{0, 1, 100} {
			var got, want []int
			for i := range n {
				want = append(want, i)
			}
			err := inOrder(t.Context(), workers, func() int { return 0 }, counting(n), func(i int) error {
				got = append(got, i)
				return nil
			})
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%d workers, %d jobs: found %v, %v", workers, n, got, err)
			}
		}
	}
}

// A job that is the last to begin but the first to end is told in its turn.
func TestInOrderWaits(t *testing.T) {
	second := make(chan struct{})
	jobs := func(yield func(func(int) int) bool) {
		_ = yield(func(int) int { <-second; return 1 }) && yield(func(int) int { close(second); return 2 })
	}
	var got []int
	err := inOrder(t.Context(), 2, func() int { return 0 }, jobs, func(i int) error {
		got = append(got, i)
		return nil
	})
	if err != nil || !slices.Equal(got, []int{1, 2}) {
		t.Errorf("found %v, %v", got, err)
	}
}

func TestInOrderEnds(t *testing.T) {
	full := errors.New("disk full")
	told := 0
	err := inOrder(t.Context(), 2, func() int { return 0 }, counting(1000), func(int) error {
		if told++; told == 3 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || told != 3 {
		t.Errorf("after an error: told %d, %v", told, err)
	}

	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	never := make(chan struct{})
	defer close(never)
	jobs := func(yield func(func(int) int) bool) {
		yield(func(int) int { cancel(stopped); <-never; return 0 }) // as a read of a terminal that nobody types in
	}
	err = inOrder(ctx, 1, func() int { return 0 }, jobs, func(int) error { return nil })
	if !errors.Is(err, stopped) {
		t.Errorf("after a signal: %v", err)
	}
}

func TestInOrderPanics(t *testing.T) {
	for name, jobs := range map[string]iter.Seq[func(int) int]{
		"a job": func(yield func(func(int) int) bool) { yield(func(int) int { panic("boom") }) },
		"jobs":  func(func(func(int) int) bool) { panic("boom") },
	} {
		func() {
			defer func() {
				if crash := recover(); crash != "boom" {
					t.Errorf("%s: recovered %v", name, crash)
				}
			}()
			err := inOrder(t.Context(), 2, func() int { return 0 }, jobs, func(int) error { return nil })
			t.Errorf("%s: wanted a panic, found %v", name, err)
		}()
	}
}
