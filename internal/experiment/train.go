package experiment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/obtain"
	"dnn/internal/train"
	"dnn/internal/train/callback"
)

// Options say which experiment to run, and how.
type Options struct {
	Config  string        // the experiment file; empty: the built-in one; -: standard input
	Flags   []config.Flag // override the experiment file; the last one for a key counts
	DataDir string        // folder of the data sets; empty: from the environment
	From    string        // the model whose weights the run starts from; empty: random weights
	Resume  bool          // go on from the newest checkpoint
	DryRun  bool          // only check, and report what would be trained
	LRFind  string        // only run a range test, and draw its result to this path
	Preview string        // only draw augmented images to this path
	Profile string        // path of a CPU profile; empty: none

	NoModel, NoHistory, NoPicture bool // files that are not written

	// Attach may add to the run before it begins: callbacks, or another clock. like is the model that it would leave without
	// a single epoch. nil: nothing is added.
	Attach func(run *train.Run, like *modelfile.Model)

	wholeOnly bool   // a run that is stopped leaves no model
	trained   func() // is called when the run needs its threads no more; nil: nothing is

	Listener Listener
}

// trains reports whether the run trains a model, rather than only testing rates or drawing images.
func (o Options) trains() bool { return o.LRFind == "" && o.Preview == "" }

// Train runs an experiment from its config to its output files: data, network, training loop, test. If ctx ends before
// the run does, it leaves what Resume needs to go on, and returns the cause. It trains one run, whatever seeds says: see
// Prepare for several.
func Train(ctx context.Context, system *System, o Options) error {
	p, err := Prepare(ctx, system, o)
	if err == nil {
		err = p.Run(ctx)
	}
	return err
}

// trainRun runs an experiment that was checked.
func (x *experiment) trainRun(ctx context.Context, system *System, o Options) (err error) {
	if !o.DryRun && o.trains() {
		unlock, err := x.lock(system, o)
		if err != nil {
			return err
		}
		defer unlock()
	}
	model, err := x.newNetwork(o.From)
	if err != nil {
		return err
	}
	if o.trains() {
		if err := x.probe(o); err != nil {
			return err
		}
	}
	if err := Tell(o.Listener.Network, SummaryOf(x.arch)); err != nil {
		return err
	}
	if o.DryRun {
		return Tell(o.Listener.Planned, x.plan())
	}
	data, err := obtain.Data(ctx, system, x.source, obtain.How(system, x.Resolved, o.DataDir), !o.Listener.Verbose)
	if err != nil {
		return err
	}
	defer func() { _ = data.Close() }() // read-only: nothing can be lost
	defer data.Recover(&err)
	engine, err := NewEngine(system, x.Threads)
	if err != nil {
		return err
	}
	defer engine.Close()
	run, err := x.newRun(system, engine, model, data)
	switch {
	case err != nil:
		return err
	case o.Preview != "":
		return x.preview(ctx, system, engine, data, o.Preview)
	case o.LRFind != "":
		return findRate(ctx, system, run, o.LRFind, !o.Listener.Verbose)
	}
	if untrained := x.source.Untrained(data, x.Validation == "stratified"); untrained != "" {
		if err := o.note(system, "%s", untrained); err != nil {
			return err
		}
	}
	_, err = x.train(ctx, system, o, run, data)
	return err
}

// train runs the training loop, or resumes it, then writes the files and reports the result, which it returns.
func (x *experiment) train(
	ctx context.Context, system *System, o Options, run *train.Run, data *dataset.Data,
) (f finished, err error) {
	settings, err := json.Marshal(x.Reproducible())
	if err != nil {
		return f, err
	}
	f = finished{experiment: x, data: data, run: run, settings: settings}
	if x.writes.checkpoints {
		run.Checkpoints = x.checkpoints(data, settings)
	}
	switch {
	case o.wholeOnly && run.Checkpoints != nil && x.goesOn(run, o.Resume): // and is no shorter for a model that is there
	case o.Resume && !o.wholeOnly:
		if over, err := x.resume(system, run, data, settings); over || err != nil {
			return f, err
		}
	case run.Checkpoints != nil:
		aside, err := run.Checkpoints.SetAside()
		if err != nil {
			return f, err
		}
		if aside != "" {
			err := o.note(system, "an earlier run's checkpoint is now %s; to go on with it: mv %s %s, "+
				"then --resume with its settings, and more epochs if it was finished",
				aside, aside, run.Checkpoints.OriginalPath(aside))
			if err != nil {
				return f, err
			}
		}
	}
	if run.Checkpoints != nil {
		x.start = run.Checkpoints.Start // of the checkpoint, if the run goes on
	}
	if c := x.Checkpoint; c != nil && c.Best != "" && run.Checkpoints != nil {
		path := modelfile.ReplaceExtension(x.Output, ".best.bin")
		run.Callbacks = append([]train.Callback{callback.ModelCheckpoint(c.Best, func(h history.Epochs) error {
			_, err := f.writeModel(path, h)
			return err
		})}, run.Callbacks...)
	}
	if o.Listener.Start != nil {
		run.Callbacks = append(run.Callbacks, x.startCallback(o.Listener.Start, run.Engine, data))
	}
	if o.Listener.Run != nil {
		run.Callbacks = append(run.Callbacks, o.Listener.Run())
	}
	over, err := x.track(ctx, system, o, run)
	if err != nil {
		return f, err
	}
	defer func() { err = cmp.Or(err, over(f, err)) }()
	if o.Attach != nil {
		o.Attach(run, f.file(nil))
	}
	begun := run.Now()
	f.history, f.stopped = run.Do(ctx)
	f.seconds = run.Now().Sub(begun).Seconds()
	interrupted := ctx.Err() != nil && errors.Is(f.stopped, context.Cause(ctx))
	if f.stopped != nil && (!interrupted || o.wholeOnly) {
		return f, f.stopped
	}
	if err := data.CheckSizes(); err != nil {
		return f, err
	}
	if changed := run.RateChanges.Note(); changed != "" {
		if err := o.note(system, "%s", changed); err != nil {
			return f, err
		}
	}
	if run.Ended != "" && o.Listener.Ended != nil {
		o.Listener.Ended(run.Ended)
	}
	if err := finish(ctx, system, o, &f); err != nil || run.Checkpoints == nil {
		return f, err
	}
	return f, run.Checkpoints.Finish()
}

// newNetwork returns the network with weights drawn from the seed, or with those of the model at the path from.
func (x *experiment) newNetwork(from string) (*nn.Sequential, error) {
	build := nn.New
	if x.from != nil {
		build = nn.NewUnset
	}
	model, err := build(x.arch, x.Seed)
	if err != nil {
		return nil, fault.New(fault.Config, "", "%w", err)
	}
	if x.from != nil {
		err = x.from.Rescaled(x.source.Scale()).Load(model, from)
	}
	return model, err
}
