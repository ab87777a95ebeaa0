// Package runner trains the points of a sweep on this machine: Run is dnn sweep run. Points share nothing with each
// other but read-only data, so many go side by side, and each gives the same bytes as alone, whatever else runs, on
// however many threads, in whatever order.
//
// An agenda says which points are to be trained next, and is told what they gave: all of them at once, or those that
// early stopping lets go on. A pool starts as many as the threads and the memory allow, and finds out how many threads
// each should have. What a point leaves is written by package folder.
package runner

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/ranking"
	"dnn/internal/sweep/share"
	"dnn/internal/sweep/space"
	"dnn/internal/sweep/track"
	"dnn/internal/world"
)

// Options say which sweep to run, and how.
type Options struct {
	Path     string        // the sweep file
	Output   string        // the folder; empty: named after the sweep file
	Flags    []config.Flag // override the base experiment
	Seeds    int           // overrides seeds; 0: does not
	Shard    string        // I/N: only these points; empty: all, or as the environment says
	Index    *int          // only this point; nil: all
	Rung     *int          // of early stopping, only this rung; nil: all
	ASHA     bool          // early stopping does not wait for all points of a rung
	NoModels bool          // leave no models
	DryRun   bool          // check everything, say how much there is to do, and stop
	DataDir  string        // folder of the data sets; empty: from the environment
	Threads  int           // 0: all cores
	JSON     bool          // print one object a point, and one at the end
	Quiet    bool          // print only the best point
}

// run is a call of Run.
type run struct {
	Options
	system  *world.System
	sweep   *space.Sweep
	folder  *folder.Folder
	trials  *experiment.Pool
	ranking ranking.Ranking
	share   share.Share
	rungs   []int // epochs; empty: without early stopping
	show    *display
	tracker *track.Tracker

	done   map[int]folder.Result // the points of the share that have a result
	before int                   // how many of them had it before
	left   []string              // points that need more memory than there is
}

// Run trains the points of a sweep that have no result yet, and prints the best. Points that diverged have a result; only
// with Index is that an error. If ctx ends, the error is its cause, and the same call goes on later.
func Run(ctx context.Context, system *world.System, o Options) error {
	r := &run{Options: o, system: system, done: map[int]folder.Result{}}
	var err error
	if r.share, err = share.Of(o.Shard, o.Index, system.Env); err != nil {
		return err
	}
	if r.sweep, err = await.Do(ctx, r.read); err != nil {
		return err
	}
	r.ranking = ranking.Ranking{Sweep: r.sweep}
	if err := r.check(); err != nil {
		return err
	}
	for _, note := range r.sweep.Notes {
		report.Note(system.Stderr, note)
	}
	if r.Threads == 0 {
		r.Threads = runtime.GOMAXPROCS(0)
	}
	r.show = newDisplay(r)
	r.trials = experiment.NewPool(system, experiment.Options{
		DataDir: o.DataDir,
		Listener: experiment.Listener{
			Note: func(text string) error { r.show.note(text); return nil }, Verbose: !o.JSON && !o.Quiet,
		},
	})
	defer r.trials.Close()
	if o.DryRun {
		return r.dryRun(ctx)
	}
	if r.folder, err = folder.Create(r.Output, r.identity()); err != nil {
		return err
	}
	if was := r.folder.Before(); was != "" && was != experiment.Version {
		report.Note(system.Stderr, fmt.Sprintf("dnn %s has written in %s: its points may differ from those of dnn %s", was, r.Output,
			experiment.Version))
	}
	if !r.share.Single && r.share.Index == 0 { // of many tasks, one
		r.folder.RemoveAbandoned()
	}
	if err := r.findDone(); err != nil {
		return err
	}
	r.tracker = track.Start(ctx, system, track.Options{
		Sweep: r.sweep, Folder: r.folder, Version: experiment.Version, Done: r.counted(),
	})
	defer r.tracker.End(r.show.note)
	if err := r.trainAll(ctx); err != nil {
		return err
	}
	return r.end()
}

// read reads the sweep file. Of the many tasks of an array, none checks all points: the command that made the array did.
func (r *run) read() (*space.Sweep, error) {
	return space.Load(space.Options{
		Path: r.Path, Env: r.system.Env, Environ: r.system.Environ, Flags: r.Flags, Seeds: r.Seeds,
		Unchecked: !r.share.IsWhole(),
	})
}

// check returns an error if the options do not go with the sweep.
func (r *run) check() error {
	s := r.sweep
	if r.Output == "" {
		r.Output = folder.Default(r.Path)
	}
	if s.Early != nil {
		r.rungs = s.Early.Rungs
	}
	switch {
	case r.share.Single && r.share.Index >= s.Points():
		return fault.New(fault.Usage, r.share.Why, "wanted a point from 0 to %d, found %d", s.Points()-1, r.share.Index)
	case !r.share.IsWhole() && s.Method == space.Bayes:
		return fault.New(fault.Usage, r.share.Why, "does not go with method: bayes, whose points depend on the results before").
			WithHint("method: random or sobol can be run in parts, in any order")
	case r.Rung == nil && !r.ASHA && !r.share.IsWhole() && len(r.rungs) > 0:
		return fault.New(fault.Usage, r.share.Why, "wanted --rung beside it: which points early stopping ends depends on all").
			WithHint("run all shards with --rung 0, then all with --rung 1, up to --rung %d", len(r.rungs))
	case r.Rung != nil && len(r.rungs) == 0:
		return fault.New(fault.Usage, "--rung", "wanted early_terminate in %s, found none", r.Path)
	case r.Rung != nil && (*r.Rung < 0 || *r.Rung > len(r.rungs)):
		return fault.New(fault.Usage, "--rung", "wanted 0 to %d, the last of which trains to the end, found %d", len(r.rungs), *r.Rung)
	case r.ASHA && len(r.rungs) == 0:
		return fault.New(fault.Usage, "--asha", "wanted early_terminate in %s, found none", r.Path)
	case r.ASHA && (r.Rung != nil || !r.share.IsWhole()):
		return fault.New(fault.Usage, "--asha", "wanted all points and rungs in one command, found a part of them").
			WithHint("without --asha, rungs can be run in parts")
	case len(r.rungs) > 0 && s.Method == space.Bayes:
		return fault.New(fault.Config, r.Path, "wanted method: bayes or early_terminate, found both").
			WithHint("take method: random or sobol beside early_terminate")
	}
	return s.Experiment().CheckNoLog()
}

// identity says which sweep the folder is of.
func (r *run) identity() folder.Identity {
	s := r.sweep
	id := folder.Identity{
		Hash: s.Hash, Name: s.Name, Method: string(s.Method), Metric: s.Metric.Name, Maximize: s.Metric.Maximize,
		Seeds: s.Seeds, Settings: s.Settings, Rungs: r.rungs, Base: s.Experiment().Settings(), Sweep: s.Text,
		Version: experiment.Version, Validation: s.Experiment().ValidationSplit > 0,
	}
	id.Keys = r.keys()
	return id
}

// keys returns the names of the parameters.
func (r *run) keys() []string {
	var keys []string
	for _, p := range r.sweep.Parameters {
		keys = append(keys, p.Key)
	}
	return keys
}

// findDone finds the points that have a result. A damaged one is set aside, so that the point is done again.
func (r *run) findDone() error {
	if !r.share.IsWhole() && len(r.rungs) == 0 { // one of many tasks does not read what all others have left
		for _, n := range r.numbers() {
			found, ok, err := r.folder.Result(n)
			if err != nil {
				if err := r.aside(n, err); err != nil {
					return err
				}
			} else if ok {
				r.done[n] = found
			}
		}
		r.before = r.count()
		return nil
	}
	all, damaged, err := r.folder.Results()
	if err != nil {
		return err
	}
	for _, found := range all {
		if found.Point < r.sweep.Points() {
			r.done[found.Point] = found
		}
	}
	for n := range r.sweep.Points() {
		if len(damaged) == 0 {
			break
		}
		if _, ok := r.done[n]; ok {
			continue
		}
		if _, _, err := r.folder.Result(n); err != nil {
			if err := r.aside(n, err); err != nil {
				return err
			}
		}
	}
	r.before = r.count()
	return nil
}

// count returns how many points of the share have a result.
func (r *run) count() int { return len(r.counted()) }

// counted returns the points of the share that have a result.
func (r *run) counted() []int {
	var all []int
	for point := range r.done {
		if r.share.Has(point) {
			all = append(all, point)
		}
	}
	return all
}

// aside sets a point's damaged result aside, and says so.
func (r *run) aside(n int, damaged error) error {
	where, err := r.folder.SetAside(n)
	if err != nil {
		return err
	}
	if where != "" {
		report.Note(r.system.Stderr, fmt.Sprintf("%v: it is now in %s, and point %d is done again", damaged, where, n))
	}
	return nil
}

// numbers returns the points of the share.
func (r *run) numbers() []int {
	if r.share.Single {
		return []int{r.share.Index}
	}
	var all []int
	for n := r.share.Index; n < r.sweep.Points(); n += r.share.Count {
		all = append(all, n)
	}
	return all
}

// end prints what there is, and returns an error if the points were not all trained or, with Index, about the point.
func (r *run) end() error {
	if err := r.show.end(); err != nil {
		return err
	}
	if len(r.left) > 0 {
		return fault.New(fault.Resources, r.Path, "%s need more memory than there is: %s",
			fault.Count(len(r.left), "point"), strings.Join(r.left, "; ")).WithHint("the same command on a larger machine trains them")
	}
	if found, ok := r.done[r.share.Index]; r.share.Single && ok && found.Exit != 0 {
		return fault.New(fault.Kind(found.Exit), fmt.Sprintf("point %d", found.Point), "%s", found.Error)
	}
	return nil
}
