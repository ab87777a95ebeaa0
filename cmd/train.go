package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dnn/internal/atomicfile"
	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/mnist"
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
	quiet   bool
	json    bool
	dryRun  bool
	profile string
}

func newTrain(system *System, run func(context.Context, *System, trainOptions) error) *cobra.Command {
	var o trainOptions
	c := &cobra.Command{
		Use:   "train",
		Short: "Train a network and test it",
		Long: `Train the network that an experiment file describes, then test it once. Without a file it is the course's: 784-100-50-10,
10 epochs. The data set is downloaded first if it is not there.

Results go to standard output, progress to standard error. Beside the model (model.bin) it writes the figures of each
epoch (model.history.csv) and their curves (model.history.png).`,
		Example: `  dnn train
  dnn train --config mlp.yaml -o first.bin
  dnn train --layers 300,100 --epochs 5 --set optimizer.beta_1=0.95
  dnn train --json | jq 'select(.event == "epoch").val_accuracy'`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.quiet && o.json {
				return fault.New(fault.Usage, "--quiet", "does not go with --json")
			}
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.config, "config", "", "experiment `file` (default: the built-in mlp.yaml)")
	addKeys(f, &o.flags)
	addSet(f, &o.flags)
	f.StringVar(&o.from, "from", "", "start from the weights of this `model`")
	addDataDir(f, &o.dataDir)
	f.BoolVar(&o.quiet, "quiet", false, "print the last line only")
	f.BoolVar(&o.json, "json", false, "print one JSON object a line instead")
	f.BoolVar(&o.dryRun, "dry-run", false, "check everything, print the summary and the steps an epoch, and stop")
	f.StringVar(&o.profile, "profile", "", "write a CPU profile for go tool pprof to this `file`")
	return c
}

// runTrain is the story of a training run: experiment, data, network, loop, test, files.
func runTrain(ctx context.Context, system *System, o trainOptions) error {
	err := profile(o.profile, func() error { return trainRun(ctx, system, o) })
	return tellJSON(system, o.json, err)
}

func trainRun(ctx context.Context, system *System, o trainOptions) error {
	x, err := newExperiment(system, o)
	if err != nil {
		return err
	}
	model, err := newNetwork(x.arch, x.Seed, o.from)
	if err != nil {
		return err
	}
	plain := !o.json && !o.quiet
	if !o.dryRun {
		if err := atomicfile.Probe(x.Output); err != nil {
			return cannotWrite(x.Output, err)
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
	data, err := load(ctx, system, x.set, loadOptions{dataDir: o.dataDir, quiet: !plain})
	if err != nil {
		return err
	}
	defer func() { _ = data.Close() }() // read-only: nothing can be lost
	engine, err := newEngine(system, x.Threads)
	if err != nil {
		return err
	}
	defer engine.Close()

	run := x.newRun(system, engine, model, samples(data.Train))
	run.Callbacks = append(run.Callbacks, train.CSV(modelfile.Beside(x.Output, ".history.csv")))
	switch {
	case plain:
		run.Callbacks = append(run.Callbacks, report.TrainProgress(system.Stderr, system.Screen(), system.Now))
	case o.json:
		run.Callbacks = append(run.Callbacks, x.events(report.NewEvents(system.Stdout), engine, data))
	}
	begun := system.Now()
	history, stopped := run.Do(ctx)
	seconds := system.Now().Sub(begun).Seconds()
	if stopped != nil && !interrupted(stopped) {
		return stopped
	}
	return finish(system, o, finished{
		experiment: x, data: data, engine: engine, model: model, history: history, seconds: seconds, stopped: stopped,
	})
}

// experiment is a config that has been found to fit its data set and this machine.
type experiment struct {
	*config.Resolved
	set  mnist.Set
	arch nn.Architecture
	held int // training samples that validate
}

func newExperiment(system *System, o trainOptions) (*experiment, error) {
	resolved, err := config.Load(config.Options{Path: o.config, Env: system.Env, Flags: o.flags})
	if err != nil {
		return nil, err
	}
	x := &experiment{Resolved: resolved}
	if x.set, err = findSet("dataset", x.Dataset, fault.Config); err != nil {
		return nil, err
	}
	if x.arch, err = x.Architecture(x.set.Features(), len(x.set.Classes)); err != nil {
		return nil, err
	}
	count := x.set.TrainCount()
	if x.held = train.ValidationSamples(count, x.ValidationSplit); x.held == count {
		return nil, fault.New(fault.Config, "validation_split", "%v of %d samples leaves none to train on", x.ValidationSplit, count)
	}
	return x, fitsMemory(system, x.arch, min(x.BatchSize, count))
}

// newNetwork returns the network with weights drawn from the seed, or with those of the model file from.
func newNetwork(arch nn.Architecture, seed uint64, from string) (*nn.Sequential, error) {
	model, err := nn.New(arch, seed)
	if err != nil {
		return nil, fault.New(fault.Config, "", "%w", err)
	}
	if from == "" {
		return model, nil
	}
	file, err := modelfile.Read(from)
	if err != nil {
		return nil, err
	}
	return model, file.Load(model, from)
}

// newRun returns the run of the experiment: the last held samples of all validate, the others train.
func (x *experiment) newRun(system *System, engine *nn.Engine, model *nn.Sequential, all *nn.Samples) *train.Run {
	run := &train.Run{
		Engine: engine, Model: model, Optimizer: newOptimizer(x.Optimizer, model),
		Train:  all.Slice(0, all.Count-x.held),
		Epochs: x.Epochs, BatchSize: x.BatchSize, LearningRate: x.Optimizer.LearningRate,
		Shuffle: x.Shuffle, Seed: x.Seed, Now: system.Now,
	}
	if x.held > 0 {
		run.Validation = all.Slice(all.Count-x.held, all.Count)
	}
	return run
}

func newOptimizer(o config.Optimizer, model *nn.Sequential) nn.Optimizer {
	if o.Name == "sgd" {
		return nn.NewSGD()
	}
	return nn.NewAdam(model.Params(), o.Beta1, o.Beta2, o.Epsilon)
}

// dryRun says what would be trained.
func (x *experiment) dryRun(system *System, plain bool) error {
	if !plain {
		return nil
	}
	run := train.Run{Train: &nn.Samples{Count: x.set.TrainCount() - x.held}, BatchSize: x.BatchSize}
	plan := run.Plan()
	_, err := fmt.Fprintf(system.Stdout, "%d epochs of %d steps, batch size %d: %d training samples, %d validation samples\n",
		x.Epochs, plan.Steps, plan.BatchSize, plan.TrainSamples, x.held)
	return err
}

// events prints the run's start and epochs as JSON lines.
func (x *experiment) events(events *report.Events, engine *nn.Engine, data *mnist.Dataset) train.Callback {
	return train.Callback{
		TrainBegin: func(p train.Plan) error {
			return events.Start(report.StartEvent{
				Dataset: data.Name, TrainSamples: p.TrainSamples, ValidationSamples: p.ValidationSamples,
				TestSamples: data.Test.Count, StepsPerEpoch: p.Steps, Epochs: p.Epochs, BatchSize: p.BatchSize, Seed: x.Seed,
				Threads: engine.Threads(), SIMD: engine.Kernels(), Parameters: x.arch.Parameters(), Version: Version,
			})
		},
		EpochEnd: func(e train.Epoch) error { return events.Epoch(e, e.Phases) },
	}
}

// interrupted tells whether a run was stopped from outside.
func interrupted(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Interrupted || kind == fault.Terminated || errors.Is(err, context.Canceled)
}
