package space

import (
	"strings"

	"dnn/internal/sweep/sampler"
)

// distinct remembers which combinations were drawn, where there are so few of them that one may be drawn twice.
type distinct struct {
	texts [][]string     // of each setting so far
	taken map[string]int // the setting that has each combination
	next  int            // the next index of Sobol's sequence
	free  uint64         // no combination of the grid before it is free
}

// newDistinct returns what a sweep remembers of its settings; nil: nothing, since no combination comes twice.
func newDistinct(s *Sweep) *distinct {
	if s.Method == Grid || s.Method == List || sampler.Combinations(s.axes) == 0 {
		return nil
	}
	return &distinct{taken: map[string]int{}}
}

// maxDraws is how often a combination is drawn again before the first free one of the grid is taken.
const maxDraws = 100

// distinctTexts returns the combination of a setting of the methods random and sobol, and of the first ones of bayes.
func (s *Sweep) distinctTexts(setting int) []string {
	d := s.drawn
	if d == nil {
		if s.Method == Sobol {
			return s.even(setting)
		}
		return s.draw(setting, 0)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for len(d.texts) <= setting {
		n := len(d.texts)
		d.take(n, s.fresh(n, func(texts []string) bool { _, found := d.taken[joined(texts)]; return found }))
	}
	return d.texts[setting]
}

// fresh returns a combination for a setting that is not taken.
func (s *Sweep) fresh(setting int, taken func(texts []string) bool) []string {
	for again := range maxDraws {
		texts := s.draw(setting, again)
		if s.Method == Sobol {
			texts = s.even(s.drawn.next)
			s.drawn.next++
		}
		if !taken(texts) {
			return texts
		}
	}
	for ; ; s.drawn.free++ {
		if texts := sampler.Grid(s.axes, s.drawn.free); !taken(texts) {
			return texts
		}
	}
}

func (d *distinct) take(setting int, texts []string) {
	d.texts = append(d.texts, texts)
	d.taken[joined(texts)] = setting
}

// joined returns a combination as one text. No value has a line break.
func joined(texts []string) string { return strings.Join(texts, "\n") }
