package cmd

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/report"
	"dnn/internal/train"
)

type trainOptions struct {
	config  string
	flags   []config.Flag // over the experiment file, in the order of the command line
	dataDir string
	from    string
	resume  bool
	quiet   bool
	json    bool
	dryRun  bool
	lrFind  string // picture of a range test, which is then all that is done
	preview string // picture of distorted images, likewise
	profile string

	noModel, noHistory, noPicture bool // what not to leave
}

// trains tells whether the network is trained in earnest, and not only tried.
func (o trainOptions) trains() bool { return o.lrFind == "" && o.preview == "" }

func newTrain(system *System, run func(context.Context, *System, trainOptions) error) *cobra.Command {
	var o trainOptions
	c := &cobra.Command{
		Use:   "train",
		Short: "Train a network and test it",
		Long: `Train the network that an experiment file describes, then test it once. Without a file it is the course's: 784-100-50-10,
10 epochs. The data set is downloaded first if it is not there.

Results go to standard output, progress to standard error. Beside the model (model.bin) it writes the figures of each
epoch (model.history.csv) and their curves (model.history.png). A run that is stopped leaves a checkpoint (model.ckpt-…),
from which --resume goes on to the very same result, or to another number of --epochs; with --keep-checkpoint a finished run
leaves one too. --no-model, --no-history and --no-picture leave these files out; beside a device or a FIFO (-o /dev/null)
nothing is put.`,
		Example: `  dnn train
  dnn train --config mlp.yaml -o first.bin
  dnn train --layers 300,100 --epochs 5 --set optimizer.beta_1=0.95
  dnn train --config mlp.yaml --resume
  dnn train --keep-checkpoint && dnn train --resume --epochs 20
  dnn train --json | jq 'select(.event == "epoch").val_accuracy'`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.quiet && o.json:
				return fault.New(fault.Usage, "--quiet", "does not go with --json")
			case o.lrFind != "" && o.preview != "":
				return fault.New(fault.Usage, "--lr-find", "does not go with --preview-augmentation")
			case o.lrFind != "" && o.json:
				return fault.New(fault.Usage, "--lr-find", "does not go with --json")
			case o.resume && (o.lrFind != "" || o.preview != ""):
				return fault.New(fault.Usage, "--resume", "does not go with --lr-find or --preview-augmentation, which train nothing")
			case o.resume && o.noModel:
				return fault.New(fault.Usage, "--resume", "does not go with --no-model: such a run leaves no checkpoint")
			case o.dryRun && (o.lrFind != "" || o.preview != ""):
				return fault.New(fault.Usage, "--dry-run", "does not go with --lr-find or --preview-augmentation")
			}
			if err := errors.Join(checkPicture("--lr-find", o.lrFind, "png", "svg"), checkPicture("--preview-augmentation", o.preview, "png")); err != nil {
				return err
			}
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.config, "config", "", "experiment `file` (default: the built-in mlp.yaml)")
	addKeys(f, &o.flags)
	addSet(f, &o.flags)
	f.BoolVar(&o.resume, "resume", false, "go on from the newest checkpoint of this run, if there is one")
	f.StringVar(&o.from, "from", "", "start from the weights of this `model`")
	addDataDir(f, &o.dataDir)
	f.BoolVar(&o.quiet, "quiet", false, "print the last line only")
	f.BoolVar(&o.json, "json", false, "print one JSON object a line instead")
	f.BoolVar(&o.dryRun, "dry-run", false, "check everything, print the summary and the steps an epoch, and stop")
	f.StringVar(&o.lrFind, "lr-find", "", "only find a learning rate: draw the loss over rising rates into this `picture` (.png, .svg)")
	f.StringVar(&o.preview, "preview-augmentation", "", "only draw distorted images into this `picture` (.png)")
	f.BoolVar(&o.noModel, "no-model", false, "leave no model, and no checkpoint")
	f.BoolVar(&o.noHistory, "no-history", false, "leave no history, the figures of each epoch")
	f.BoolVar(&o.noPicture, "no-picture", false, "leave no picture of the curves")
	f.StringVar(&o.profile, "profile", "", "write a CPU profile for go tool pprof to this `file`")
	return c
}

// runTrain is the story of a training run: experiment, data, network, loop, test, files.
func runTrain(ctx context.Context, system *System, o trainOptions) error {
	x, err := await(ctx, func() (*experiment, error) { return newExperiment(system, o) })
	if err == nil {
		err = x.checkFiles(system, o)
	}
	profiled := o.profile
	if o.dryRun {
		profiled = "" // nothing is left behind
	}
	if err == nil {
		err = profile(profiled, func() error { return x.trainRun(ctx, system, o) })
	}
	return tellJSON(system, o.json, err)
}

func (x *experiment) trainRun(ctx context.Context, system *System, o trainOptions) (err error) {
	if !o.dryRun && o.trains() {
		unlock, err := x.lock(system, o)
		if err != nil {
			return err
		}
		defer unlock()
	}
	model, err := x.newNetwork(o.from)
	if err != nil {
		return err
	}
	plain := !o.json && !o.quiet
	if o.trains() {
		if err := x.probe(o); err != nil {
			return err
		}
	}
	if plain {
		if err := summary(x.arch).Write(system.Stdout); err != nil {
			return err
		}
	}
	if o.dryRun {
		return x.dryRun(system, plain)
	}
	data, err := x.source.load(ctx, system, x.loadOptions(o, !plain))
	if err != nil {
		return err
	}
	defer func() { _ = data.close() }() // read-only: nothing can be lost
	defer data.recovered(&err)
	engine, err := newEngine(system, x.Threads)
	if err != nil {
		return err
	}
	defer engine.Close()
	run, err := x.newRun(system, engine, model, data)
	switch {
	case err != nil:
		return err
	case o.preview != "":
		return x.preview(ctx, system, engine, data, o.preview)
	case o.lrFind != "":
		return findRate(ctx, system, run, o.lrFind, o.quiet)
	}
	if err := x.noteUntrained(system, o, data); err != nil {
		return err
	}
	return x.train(ctx, system, o, run, data)
}

// train runs the run, and writes and tells what it gave.
func (x *experiment) train(ctx context.Context, system *System, o trainOptions, run *train.Run, data *dataset) error {
	settings, err := json.Marshal(x.Reproducible())
	if err != nil {
		return err
	}
	f := finished{experiment: x, data: data, engine: run.Engine, model: run.Model, settings: settings}
	if x.keep.checkpoints {
		run.Checkpoints = x.checkpoints(data, settings)
	}
	switch {
	case o.resume:
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
				aside, aside, run.Checkpoints.Before(aside))
			if err != nil {
				return err
			}
		}
	}
	if c := x.Checkpoint; c != nil && c.Best != "" && run.Checkpoints != nil {
		path := modelfile.Beside(x.Output, ".best.bin")
		run.Callbacks = append([]train.Callback{train.ModelCheckpoint(c.Best, func(h history.Epochs) error {
			_, err := f.writeModel(path, h)
			return err
		})}, run.Callbacks...)
	}
	switch {
	case o.json:
		run.Callbacks = append(run.Callbacks, x.events(report.NewEvents(system.Stdout), run.Engine, data))
	case !o.quiet:
		run.Callbacks = append(run.Callbacks, report.TrainProgress(system.Stderr, system.Screen(), system.Now))
	}
	begun := system.Now()
	f.history, f.stopped = run.Do(ctx)
	f.seconds = system.Now().Sub(begun).Seconds()
	if f.stopped != nil && !interrupted(f.stopped) {
		return f.stopped
	}
	if err := data.whole(); err != nil {
		return err
	}
	if run.Ended != "" && !o.quiet {
		report.Message(system.Stderr, "%s", run.Ended)
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
