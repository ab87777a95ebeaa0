package runner

import (
	"slices"

	"dnn/internal/sweep/folder"
)

// asha is the agenda of asynchronous successive halving (Li et al., MLSys 2020, arXiv:1810.05934, algorithm 2): a
// setting goes on as soon as it is among the best of those that have come to its rung so far, and nobody waits. Which
// settings go on so depends on which are done first.
type asha struct {
	*run
	next     int             // the first setting that was not begun
	at       []map[int]bool  // the settings that have come to each rung
	promoted []map[int]bool  // those that were let go on from it
	results  []map[int]found // of points, at each rung
}

// found is the result of a point at a rung.
type found = folder.Result

func newASHA(r *run) *asha {
	a := &asha{run: r}
	for range r.rungs {
		a.at, a.promoted = append(a.at, map[int]bool{}), append(a.promoted, map[int]bool{})
		a.results = append(a.results, map[int]found{})
	}
	return a
}

// more promotes what can go on, from the highest rung down, or else begins new settings.
func (a *asha) more(idle bool) ([]job, error) {
	for k := len(a.rungs) - 1; k >= 0; k-- {
		if jobs, err := a.promote(k, len(a.at[k])/a.sweep.Early.Eta); err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	for a.next < a.sweep.Settings {
		a.next++
		if jobs, err := a.jobs(a.next-1, 0); err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	if !idle {
		return nil, nil
	}
	// Nothing more comes to a rung from below: the best of it go on, rounded up, as if all had waited.
	for k := range a.rungs {
		most := (len(a.at[k]) + a.sweep.Early.Eta - 1) / a.sweep.Early.Eta
		if jobs, err := a.promote(k, most); err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	return nil, a.stopRest()
}

// promote lets the best setting of a rung go on that has not, if it is among the first most of it.
func (a *asha) promote(k, most int) ([]job, error) {
	var here []int
	for setting := range a.at[k] {
		here = append(here, setting)
	}
	slices.Sort(here)
	for _, setting := range a.ranking.Order(here, a.results[k])[:min(most, len(here))] {
		if a.promoted[k][setting] {
			continue
		}
		a.promoted[k][setting] = true
		if jobs, err := a.jobs(setting, k+1); err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	return nil, nil
}

// jobs returns what is to be done of a setting at a rung. What an earlier call has left is taken from there.
func (a *asha) jobs(setting, rung int) ([]job, error) {
	var jobs []job
	for _, n := range a.ranking.Points(setting) {
		if found, ok := a.done[n]; ok && found.Status != folder.Stopped {
			a.arrive(rung, found)
			continue
		}
		if rung < len(a.rungs) {
			found, ok, err := a.folder.RungResult(rung, n)
			if err != nil {
				if _, err := a.folder.SetAsideRung(rung, n); err != nil {
					return nil, err
				}
			}
			if ok && err == nil {
				a.arrive(rung, found)
				continue
			}
		}
		if _, stopped := a.done[n]; stopped {
			continue // by an earlier call
		}
		p, err := a.sweep.Point(n)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job{point: p, rung: rung})
	}
	return jobs, nil
}

// ended is told of a result at a rung, or of a point.
func (a *asha) ended(j job, result folder.Result) error {
	a.arrive(j.rung, result)
	return nil
}

// arrive notes a result at a rung; a setting has come there once all its seeds have. A point that has ended before the
// last rung counts there too.
func (a *asha) arrive(rung int, result folder.Result) {
	if rung >= len(a.rungs) {
		return
	}
	a.results[rung][result.Point] = result
	if len(a.ranking.Missing([]int{result.Setting}, a.results[rung])) == 0 {
		a.at[rung][result.Setting] = true
	}
}

// stopRest leaves the results of the settings that do not go on.
func (a *asha) stopRest() error {
	for k := range a.rungs {
		var rest []folder.Result
		for _, setting := range sorted(a.at[k]) {
			if a.promoted[k][setting] {
				continue
			}
			for _, n := range a.ranking.Points(setting) {
				rest = append(rest, a.results[k][n])
			}
		}
		if err := a.stopAll(k, rest); err != nil {
			return err
		}
	}
	return nil
}

// sorted returns the settings of a set by number.
func sorted(set map[int]bool) []int {
	var all []int
	for setting := range set {
		all = append(all, setting)
	}
	slices.Sort(all)
	return all
}
