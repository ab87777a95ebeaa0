package experiment

import (
	"context"
	"encoding/json"
	"errors"

	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/train"
	"dnn/internal/train/callback"
)

// Options say what experiment to run, and how.
type Options struct {
	Config  string        // the experiment file; empty: the built-in one; -: standard input
	Flags   []config.Flag // over the experiment file; of two for a key, the last one counts
	DataDir string        // of the data sets; empty: where the environment says
	From    string        // the model whose weights the run starts from; empty: they are drawn
	Resume  bool          // go on from the newest checkpoint
	DryRun  bool          // only check and tell what would be trained
	LRFind  string        // picture of a range test, which is then all that is done
	Preview string        // picture of distorted images, likewise
	Profile string        // of the CPU; empty: none

	NoModel, NoHistory, NoPicture bool // what not to leave

	Listener Listener
}

// trains tells whether the network is trained in earnest, and not only tried.
func (o Options) trains() bool { return o.LRFind == "" && o.Preview == "" }

// Train is the story of a training run: experiment, data, network, loop, test, files. If ctx ends before the run does, it
// leaves what Resume needs to go on, and returns the cause.
func Train(ctx context.Context, system *System, o Options) error {
	defer mapped()()
	x, err := await.Do(ctx, func() (*experiment, error) { return newExperiment(system, o) })
	if err == nil {
		err = x.checkFiles(system, o)
	}
	profiled := o.Profile
	if o.DryRun {
		profiled = "" // nothing is left behind
	}
	if err == nil {
		err = profile(profiled, func() error { return x.trainRun(ctx, system, o) })
	}
	return err
}

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
	if err := tell(o.Listener.Network, summary(x.arch)); err != nil {
		return err
	}
	if o.DryRun {
		return tell(o.Listener.Planned, x.plan())
	}
	data, err := load(ctx, system, x.source, howToLoad(system, x.Resolved, o.DataDir), !o.Listener.Verbose)
	if err != nil {
		return err
	}
	defer func() { _ = data.Close() }() // read-only: nothing can be lost
	defer data.Recover(&err)
	engine, err := newEngine(system, x.Threads)
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
	return x.train(ctx, system, o, run, data)
}

// train runs the run, and writes and tells what it gave.
func (x *experiment) train(ctx context.Context, system *System, o Options, run *train.Run, data *dataset.Data) error {
	settings, err := json.Marshal(x.Reproducible())
	if err != nil {
		return err
	}
	f := finished{experiment: x, data: data, engine: run.Engine, model: run.Model, settings: settings}
	if x.writes.checkpoints {
		run.Checkpoints = x.checkpoints(data, settings)
	}
	switch {
	case o.Resume:
		if over, err := x.resume(system, run, data, settings); over || err != nil {
			return err
		}
	case run.Checkpoints != nil:
		aside, err := run.Checkpoints.SetAside()
		if err != nil {
			return err
		}
		if aside != "" {
			err := o.note(system, "an earlier run's checkpoint is now %s; to go on with it: mv %s %s, then --resume with its settings, and more epochs if it was finished",
				aside, aside, run.Checkpoints.OriginalPath(aside))
			if err != nil {
				return err
			}
		}
	}
	if c := x.Checkpoint; c != nil && c.Best != "" && run.Checkpoints != nil {
		path := modelfile.ReplaceExtension(x.Output, ".best.bin")
		run.Callbacks = append([]train.Callback{callback.ModelCheckpoint(c.Best, func(h history.Epochs) error {
			_, err := f.writeModel(path, h)
			return err
		})}, run.Callbacks...)
	}
	if o.Listener.Start != nil {
		run.Callbacks = append(run.Callbacks, x.begin(o.Listener.Start, run.Engine, data))
	}
	if o.Listener.Run != nil {
		run.Callbacks = append(run.Callbacks, o.Listener.Run())
	}
	begun := system.Now()
	f.history, f.stopped = run.Do(ctx)
	f.seconds = system.Now().Sub(begun).Seconds()
	interrupted := ctx.Err() != nil && errors.Is(f.stopped, context.Cause(ctx))
	if f.stopped != nil && !interrupted {
		return f.stopped
	}
	if err := data.CheckSizes(); err != nil {
		return err
	}
	if run.Ended != "" && o.Listener.Ended != nil {
		o.Listener.Ended(run.Ended)
	}
	if err := finish(ctx, system, o, f); err != nil {
		return err
	}
	if run.Checkpoints == nil {
		return nil
	}
	return run.Checkpoints.Finish()
}

// newNetwork returns the network with weights drawn from the seed, or with those of the model file from.
func (x *experiment) newNetwork(from string) (*nn.Sequential, error) {
	model, err := nn.New(x.arch, x.Seed)
	if err != nil {
		return nil, fault.New(fault.Config, "", "%w", err)
	}
	if x.from == nil {
		return model, nil
	}
	return model, x.from.Load(model, from)
}
