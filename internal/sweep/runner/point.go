package runner

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// job is a point that is to be trained: to its end, or up to a rung.
type job struct {
	point space.Point
	rung  int // at which it pauses; the number of rungs: none

	trial *experiment.Trial // once it was checked
	text  string            // its experiment, as YAML
}

// checkpointName is what the names of the checkpoint of a rung begin with.
const checkpointName = "checkpoint"

// prepare checks the experiment of a job, unless that was done. An experiment that contradicts itself is a fault.Config.
func (r *run) prepare(j *job) error {
	if j.trial != nil {
		return nil
	}
	resolved, err := r.sweep.Resolve(j.point)
	if err != nil {
		return err
	}
	j.text = resolved.Reproducible().Settings()
	j.trial, err = r.trials.Trial(resolved)
	return err
}

// last reports whether the job trains its point to the end.
func (r *run) last(j job) bool { return j.rung >= len(r.rungs) }

// train trains the point of a job, and leaves what it gave in the folder. trained is called when the point needs no
// threads any more, and tell with an error after which the point begins anew.
func (r *run) train(
	ctx context.Context, j job, how experiment.TrialRun, trained func(), tell func(error),
) (folder.Result, error) {
	draft, err := r.draft(j)
	if err != nil {
		trained()
		return folder.Result{}, err
	}
	defer draft.Discard() // does nothing after Commit
	if !r.last(j) {
		how.Pause, how.To = r.rungs[j.rung], filepath.Join(draft.Path, checkpointName)
	}
	if j.rung > 0 {
		how.From = filepath.Join(r.folder.RungPath(j.rung-1, j.point.Number), checkpointName)
	}
	found, err := j.trial.Train(ctx, how)
	if how.From != "" && ctx.Err() == nil && fault.KindOf(err) == fault.Data {
		// The checkpoint is damaged, or was removed by another run that has gone on from it: the run begins anew.
		if fresh := (job{point: j.point, rung: j.rung}); r.prepare(&fresh) == nil {
			tell(err)
			how.From = ""
			found, err = fresh.trial.Train(ctx, how)
		}
	}
	trained()
	if ctx.Err() != nil && err != nil {
		return folder.Result{}, context.Cause(ctx)
	}
	if err != nil && fault.KindOf(err) != fault.Diverged {
		return folder.Result{}, r.named(j, err)
	}
	if !found.Paused && !r.last(j) { // it ended before the rung
		draft.Discard()
		ended, failed := r.folder.Draft(j.point.Number)
		if failed != nil {
			return folder.Result{}, failed
		}
		defer ended.Discard()
		draft = ended
	}
	return r.write(j, draft, found, err)
}

// learns checks that what a job learns from is what the points before it have learned from.
func (r *run) learns(from experiment.Learned) error { return r.folder.CheckLearned(from.Hashes) }

// draft makes the folder in which a job writes.
func (r *run) draft(j job) (*folder.Draft, error) {
	if r.last(j) {
		return r.folder.Draft(j.point.Number)
	}
	return r.folder.DraftRung(j.rung, j.point.Number)
}

// named returns an error that says which point it is of.
func (r *run) named(j job, err error) error {
	f, ok := err.(*fault.Error) //nolint:errorlint // only the error itself is reworded, not what it wraps
	if !ok || f.Kind == fault.Write {
		return err
	}
	named := *f
	named.Where = strings.TrimSuffix(j.point.String()+", "+f.Where, ", ")
	return &named
}

// write writes the files of a point, and makes its folder the point's. diverged is why its run has no model.
func (r *run) write(j job, draft *folder.Draft, found experiment.TrialResult, diverged error) (folder.Result, error) {
	result := r.result(j, found, diverged)
	files := map[string][]byte{folder.HistoryFile: []byte(found.History.CSV()), folder.ExperimentFile: []byte(j.text)}
	if result.Status == folder.Finished && !r.NoModels {
		var model bytes.Buffer
		var err error
		if result.Model, err = found.WriteModel(&model); fault.KindOf(err) == fault.Diverged {
			result = r.result(j, experiment.TrialResult{History: found.History}, err)
		} else if err != nil {
			return result, err
		} else {
			files[folder.ModelFile] = model.Bytes()
		}
	}
	for name, content := range files {
		if err := draft.Write(name, content); err != nil {
			return result, err
		}
	}
	if _, err := r.tracker.Commit(draft, result); err != nil {
		return result, err
	}
	if j.rung > 0 {
		r.dropCheckpoint(j.rung-1, j.point.Number)
	}
	return result, nil
}

// dropCheckpoint removes the checkpoint of a point at a rung, from which it has gone on. What cannot be removed stays.
func (r *run) dropCheckpoint(rung, point int) {
	path := r.folder.RungPath(rung, point)
	entries, err := os.ReadDir(path)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), checkpointName) {
			_ = os.Remove(filepath.Join(path, e.Name()))
		}
	}
}

// result returns the result of a run. diverged is why it has no metrics.
func (r *run) result(j job, found experiment.TrialResult, diverged error) folder.Result {
	result := r.blank(j.point)
	result.Status, result.Epochs = folder.Finished, len(found.History)
	for _, e := range found.History {
		result.Seconds += e.Seconds
	}
	result.Seconds = math.Round(result.Seconds*1e6) / 1e6
	result.Curve = r.curve(found.History)
	switch {
	case diverged != nil:
		result.Status, result.Exit, result.Error = folder.Diverged, int(fault.KindOf(diverged)), diverged.Error()
		return result
	case found.Paused:
		result.Status = folder.Paused
	}
	for _, name := range report.SeedMetrics() {
		v := found.Metric(name)
		if math.IsNaN(v) || math.IsInf(v, 0) || found.Paused && strings.HasPrefix(name, "test_") {
			continue
		}
		result.Metrics[name] = v
	}
	return result
}

// blank returns a result of a point that says only which point it is.
func (r *run) blank(p space.Point) folder.Result {
	result := folder.Result{
		Format: 1, Sweep: r.sweep.Hash, Point: p.Number, Setting: p.Setting, Seed: p.Seed, Metrics: map[string]float64{},
	}
	for _, v := range p.Values {
		result.Parameters = append(result.Parameters, folder.Parameter{Key: v.Key, Value: v.Text})
	}
	return result
}

// curve returns the sweep's metric after each epoch, up to the first that is not finite.
func (r *run) curve(h history.Epochs) []float64 {
	if !slices.Contains(history.Metrics(), r.sweep.Metric.Name) {
		return nil
	}
	var curve []float64
	for _, e := range h {
		v := e.Metric(r.sweep.Metric.Name)
		if math.IsNaN(v) || math.IsInf(v, 0) || !e.Validated && strings.HasPrefix(r.sweep.Metric.Name, "val_") {
			break
		}
		curve = append(curve, v)
	}
	return curve
}

// fail leaves the result of a point that cannot be trained, since its experiment contradicts itself.
func (r *run) fail(j job, why error) (folder.Result, error) {
	result := r.blank(j.point)
	result.Status, result.Exit, result.Error = folder.Failed, int(fault.KindOf(why)), why.Error()
	draft, err := r.folder.Draft(j.point.Number)
	if err != nil {
		return result, err
	}
	defer draft.Discard()
	_, err = r.tracker.Commit(draft, result)
	return result, err
}

// stopAll leaves the results of points that early stopping ended at a rung, and tells them. Those that have a result stay
// as they are.
func (r *run) stopAll(rung int, points []folder.Result) error {
	const writers = 16 // at once: each waits for the disk
	points = slices.DeleteFunc(points, func(at folder.Result) bool { _, ok := r.done[at.Point]; return ok })
	failed := make([]error, len(points))
	var all sync.WaitGroup
	for first := range writers {
		all.Go(func() {
			for i := first; i < len(points); i += writers {
				points[i], failed[i] = r.stop(rung, points[i])
			}
		})
	}
	all.Wait()
	for i, one := range points {
		if failed[i] != nil {
			return failed[i]
		}
		if err := r.take(one); err != nil {
			return err
		}
	}
	return nil
}

// stop leaves the result of a point that early stopping ended at a rung.
func (r *run) stop(rung int, at folder.Result) (folder.Result, error) {
	at.Status = folder.Stopped
	draft, err := r.folder.Draft(at.Point)
	if err != nil {
		return at, err
	}
	defer draft.Discard()
	for _, name := range []string{folder.HistoryFile, folder.ExperimentFile} {
		content, err := r.folder.RungFile(rung, at.Point, name)
		if err != nil {
			return at, err
		}
		if content == nil {
			continue
		}
		if err := draft.Write(name, content); err != nil {
			return at, err
		}
	}
	if _, err := r.tracker.Commit(draft, at); err != nil {
		return at, err
	}
	r.dropCheckpoint(rung, at.Point)
	return at, nil
}
