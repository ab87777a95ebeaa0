package runner

import (
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// agenda says which points are to be trained.
type agenda interface {
	// more returns jobs that can begin now, none of which it has returned before. idle says that none goes on. If it then
	// returns none, the sweep is over.
	more(idle bool) ([]job, error)

	// ended is told what a job has given.
	ended(j job, result folder.Result) error
}

// newAgenda returns the agenda of the run.
func (r *run) newAgenda() agenda {
	switch {
	case r.ASHA:
		return newASHA(r)
	case len(r.rungs) > 0:
		return &halving{run: r}
	case r.sweep.Method == space.Bayes:
		return &generations{run: r}
	}
	return &everything{run: r}
}

// everything is the agenda of a sweep whose points are all known.
type everything struct {
	*run
	given bool
}

func (a *everything) more(bool) ([]job, error) {
	if a.given {
		return nil, nil
	}
	a.given = true
	var jobs []job
	for _, n := range a.numbers() {
		if _, ok := a.done[n]; ok {
			continue
		}
		p, err := a.sweep.Point(n)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job{point: p})
	}
	if a.share.IsWhole() && a.sweep.Metric.Target == nil && a.folder.Busy() {
		slices.Reverse(jobs) // another command has begun with the first: both meet in the middle
	}
	return jobs, nil
}

func (a *everything) ended(job, folder.Result) error { return nil }

// generations is the agenda of the method bayes: a few settings at a time, which are chosen by what all before them have
// given. What a generation is does not depend on how many points go on at once, so the points are always the same.
type generations struct {
	*run
	seen []space.Observed // settings of earlier generations
}

func (a *generations) more(idle bool) ([]job, error) {
	if !idle || len(a.left) > 0 { // without a point that was left out, no generation after its own is known
		return nil, nil
	}
	s := a.sweep
	for first := len(a.seen); first < s.Settings; first = len(a.seen) {
		var jobs []job
		var found []space.Observed
		for setting := first; setting < min(first+space.Generation, s.Settings); setting++ {
			values, err := s.Propose(setting, a.seen)
			if err != nil {
				return nil, err
			}
			for _, n := range a.ranking.Points(setting) {
				if _, ok := a.done[n]; !ok {
					jobs = append(jobs, job{point: s.PointOf(n, values)})
				}
			}
			found = append(found, space.Observed{Setting: setting, Values: values, Score: a.ranking.Mean(setting, a.done)})
		}
		if len(jobs) > 0 {
			return jobs, nil
		}
		a.seen = append(a.seen, found...)
	}
	return nil, nil
}

func (a *generations) ended(job, folder.Result) error { return nil }

// halving is the agenda of synchronous successive halving: once all settings that are alive have come to a rung, the
// best of them go on to the next. Which do is a pure function of the results at the rung, so that every machine comes to
// the same.
type halving struct {
	*run
	rung int
	once bool
}

func (a *halving) more(idle bool) ([]job, error) {
	if !idle || len(a.left) > 0 { // without a point that was left out, no rung after its own can begin
		return nil, nil
	}
	if a.Rung != nil {
		if a.once {
			return nil, nil
		}
		a.once, a.rung = true, *a.Rung
		return a.jobs()
	}
	for ; a.rung <= len(a.rungs); a.rung++ {
		jobs, err := a.jobs()
		if err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	return nil, nil
}

func (a *halving) ended(job, folder.Result) error { return nil }

// jobs returns what is to be done of the rung, after it has stopped the points of the share that do not come to it.
func (a *halving) jobs() ([]job, error) {
	alive := make([]int, a.sweep.Settings)
	for i := range alive {
		alive[i] = i
	}
	for k := range a.rung {
		at, err := a.at(k)
		if err != nil {
			return nil, err
		}
		if missing := a.ranking.Missing(alive, at); len(missing) > 0 {
			return nil, fault.New(fault.Data, a.Output, "wanted all points that are alive at rung %d, found %s without a result: %s",
				k, fault.Count(len(missing), "point"), some(missing)).WithHint("run all shards with --rung %d first", k)
		}
		next := a.ranking.Best(alive, at)
		var rest []folder.Result
		for _, setting := range alive {
			if slices.Contains(next, setting) {
				continue
			}
			for _, n := range a.ranking.Points(setting) {
				if a.share.Has(n) {
					rest = append(rest, at[n])
				}
			}
		}
		if err := a.stopAll(k, rest); err != nil {
			return nil, err
		}
		alive = slices.DeleteFunc(next, func(setting int) bool { return a.stoppedBy(setting, a.rungs[k]) })
	}
	here, err := a.at(a.rung)
	if err != nil {
		return nil, err
	}
	var jobs []job
	total := 0
	for _, setting := range alive {
		for _, n := range a.ranking.Points(setting) {
			if !a.share.Has(n) {
				continue
			}
			total++
			if _, ok := here[n]; ok {
				continue
			}
			p, err := a.sweep.Point(n)
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, job{point: p, rung: a.rung})
		}
	}
	if a.show.toRung() {
		a.show.beginRung(total, total-len(jobs))
	}
	return jobs, nil
}

// stoppedBy reports whether a setting was stopped after so many epochs, or fewer. It stays so, though with a larger run_cap
// it may be among those that go on.
func (r *run) stoppedBy(setting, epochs int) bool {
	return slices.ContainsFunc(r.ranking.Points(setting), func(n int) bool {
		return r.done[n].Status == folder.Stopped && r.done[n].Epochs <= epochs
	})
}

// at returns what the points have given at a rung, or before it if they ended there. A damaged result is set aside.
func (r *run) at(rung int) (map[int]folder.Result, error) {
	found := map[int]folder.Result{}
	all, damaged, err := r.folder.RungResults(rung)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		found[one.Point] = one
	}
	if len(damaged) > 0 {
		if err := r.setRungAside(rung, found); err != nil {
			return nil, err
		}
	}
	for n, one := range r.done {
		if _, ok := found[n]; !ok && one.Status != folder.Stopped {
			found[n] = one
		}
	}
	return found, nil
}

// setRungAside sets the damaged results of a rung aside.
func (r *run) setRungAside(rung int, found map[int]folder.Result) error {
	for n := range r.sweep.Points() {
		if _, ok := found[n]; ok {
			continue
		}
		if _, _, damaged := r.folder.RungResult(rung, n); damaged != nil {
			where, err := r.folder.SetAsideRung(rung, n)
			if err != nil {
				return err
			}
			if where != "" {
				r.show.note(fmt.Sprintf("%v: it is now in %s, and done again", damaged, where))
			}
		}
	}
	return nil
}

// some lists a few numbers.
func some(numbers []int) string {
	const most = 5
	var text []string
	for _, n := range numbers[:min(len(numbers), most)] {
		text = append(text, fmt.Sprint(n))
	}
	if len(numbers) > most {
		text = append(text, "…")
	}
	return strings.Join(text, ", ")
}
