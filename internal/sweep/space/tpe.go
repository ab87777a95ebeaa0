package space

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/random"
	"dnn/internal/sweep/sampler"
)

// The method bayes is the tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, NIPS 2011). It divides
// the settings so far into few good ones and the rest, estimates how both are distributed, l and g, draws some settings
// of l, and takes the one with the largest l/g.
const (
	// Generation is how many settings of the method bayes are chosen at once: each knows the results of the generations
	// before its own. So they are the same whichever of its generation ends first.
	Generation = 4

	startup    = 10   // results that it wants before it chooses by them; until then settings are drawn at random
	good       = 0.15 // the fraction of the settings that are good ones
	mostGood   = 25
	candidates = 24
)

// Observed is what a setting has given.
type Observed struct {
	Setting int
	Values  []Value
	Score   float64 // the mean of the metric over the seeds; NaN: it diverged
}

// Propose returns the values of a setting of the method bayes, one for each parameter in their order. seen must have
// all settings of the generations before; others are ignored, and so is the order.
func (s *Sweep) Propose(setting int, seen []Observed) ([]Value, error) {
	if s.Method != Bayes || setting < 0 || setting >= s.Settings {
		return nil, fault.New(fault.Usage, s.Path, "wanted a setting from 0 to %d of method: bayes, found %d of %s",
			s.Settings-1, setting, s.Method)
	}
	begin := setting / Generation * Generation
	known, err := s.ranked(begin, seen)
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(known, func(o observed) bool { return math.IsNaN(o.score) })
	if n < 0 {
		n = len(known)
	}
	if begin < startup || n == 0 {
		return s.values(setting), nil
	}
	n = min(int(math.Ceil(good*float64(len(known)))), mostGood, n)
	t := tpe{sweep: s, good: known[:n], rest: slices.Clone(known[n:]), taken: map[string]bool{}}
	for _, o := range known {
		t.taken[joined(o.texts)] = true
	}
	for i := begin; ; i++ {
		texts := t.propose(i)
		if i == setting {
			return s.inOrder(texts), nil
		}
		// What is still running counts as bad, so that the others of its generation look elsewhere.
		t.rest = append(t.rest, observed{texts: texts})
		t.taken[joined(texts)] = true
	}
}

// observed is a setting with its result.
type observed struct {
	setting int
	texts   []string // of each axis
	score   float64
}

// ranked returns the settings before begin, the best one first.
func (s *Sweep) ranked(begin int, seen []Observed) ([]observed, error) {
	known := make([]observed, begin)
	for _, o := range seen {
		if o.Setting < 0 || o.Setting >= begin {
			continue
		}
		texts := make([]string, len(s.axes))
		for i, x := range s.axes {
			at := slices.IndexFunc(o.Values, func(v Value) bool { return v.Key == x.Key })
			if at < 0 {
				return nil, fmt.Errorf("space: setting %d has no value of %s", o.Setting, x.Key)
			}
			texts[i] = o.Values[at].Text
		}
		known[o.Setting] = observed{o.Setting, texts, o.Score}
	}
	if i := slices.IndexFunc(known, func(o observed) bool { return o.texts == nil }); i >= 0 {
		return nil, fmt.Errorf("space: the result of setting %d is missing, which comes before setting %d", i, begin)
	}
	slices.SortFunc(known, func(a, b observed) int {
		switch {
		case s.Metric.Better(a.score, b.score):
			return -1
		case s.Metric.Better(b.score, a.score):
			return 1
		}
		return cmp.Compare(a.setting, b.setting)
	})
	return known, nil
}

// tpe is what is known when a setting is proposed.
type tpe struct {
	sweep      *Sweep
	good, rest []observed
	taken      map[string]bool // combinations that are there already
}

// propose returns a combination for a setting: of some that are drawn of l, the one with the largest l/g. If there are
// finitely many combinations, it is one that is not taken.
func (t *tpe) propose(setting int) []string {
	s := t.sweep
	l, g := sampler.NewParzen(s.axes, textsOf(t.good)), sampler.NewParzen(s.axes, textsOf(t.rest))
	finite := sampler.Combinations(s.axes) != 0
	var best []string
	ratio := -1.0
	for again := 0; again < maxDraws && best == nil; again++ {
		key := random.NewKey(s.seed(), "tpe", again).At(setting)
		for i := range candidates {
			texts := l.Draw(key.At(i))
			if finite && t.taken[joined(texts)] {
				continue
			}
			at := sampler.PlaceOf(s.axes, texts)
			if r := l.Density(at) / g.Density(at); r > ratio {
				ratio, best = r, texts
			}
		}
	}
	for i := uint64(0); best == nil; i++ {
		if texts := sampler.Grid(s.axes, i); !t.taken[joined(texts)] {
			best = texts
		}
	}
	return best
}

// textsOf returns the combinations of settings.
func textsOf(all []observed) [][]string {
	texts := make([][]string, len(all))
	for i, o := range all {
		texts[i] = o.texts
	}
	return texts
}
