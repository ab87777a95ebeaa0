package experiment

import (
	"fmt"
	"path/filepath"
	"time"

	"dnn/internal/augment"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/obtain"
	"dnn/internal/report"
	"dnn/internal/train"
	"dnn/internal/train/callback"
	"dnn/internal/train/schedule"
)

// experiment is a config that was checked to fit its data set and this machine.
type experiment struct {
	*config.Resolved
	source   *dataset.Source
	arch     nn.Architecture
	teachers []*modelfile.Model
	writes   outputs
	history  *callback.CSV    // nil: no history is written
	from     *modelfile.Model // the model whose weights the run starts from; nil: they are random
	start    string           // SHA-256 of that model
	name     string           // of the run, for others; empty: that of its output
}

// newExperiment checks a config against its data set and this machine.
func newExperiment(system *System, o Options, resolved *config.Resolved) (x *experiment, err error) {
	x = &experiment{Resolved: resolved, writes: outputsOf(o, resolved.Output)}
	if o.From == "" {
		x.source, err = dataset.New(x.Dataset, "dataset", nil)
	} else if x.from, err = obtain.Model(system, o.From); err == nil {
		x.start = x.from.SHA256
		x.source, err = startSource(x.Dataset, x.SplitSeed(), x.from, o.From)
	}
	if err != nil {
		return nil, err
	}
	err = x.check(system, o)
	return x, err
}

// check checks an experiment that has its source against it and this machine.
func (x *experiment) check(system *System, o Options) (err error) {
	if x.arch, err = x.Architecture(x.source.Features, len(x.source.Classes)); err != nil {
		return err
	}
	if held := train.ValidationSamples(x.source.Count, x.ValidationSplit); held == x.source.Count {
		return fault.New(fault.Config, "validation_split", "%v of %s leaves none to train on",
			x.ValidationSplit, fault.Count(held, "sample"))
	}
	if x.Distill != nil {
		if x.teachers, err = readTeachers(system, x.Distill.Teacher, x.arch, x.source, x.Dataset.String()); err != nil {
			return err
		}
	}
	if err := x.noteExperiment(system, o); err != nil {
		return err
	}
	return x.fitsMemory(system)
}

// readTeachers reads the models that teach a network of the given architecture, and checks that they fit its data set
// s, which is called set.
func readTeachers(
	system *System, paths []string, student nn.Architecture, s *dataset.Source, set string,
) ([]*modelfile.Model, error) {
	var teachers []*modelfile.Model
	for _, path := range paths {
		teacher, err := obtain.Model(system, path)
		if err != nil {
			return nil, err
		}
		if err := nn.CheckTeacher(teacher.Architecture, student); err != nil {
			return nil, fault.New(fault.Data, path, "cannot teach this network: %w", err)
		}
		for _, err := range []error{
			teacher.MatchesInput(path, set, s.Shape(), s.Columns), teacher.MatchesClasses(path, set, s.Classes),
			teacher.MatchesOrder(path, set, s.Columns, s.Classes), // since it gets the same samples as the student
		} {
			if err != nil {
				return nil, err
			}
		}
		teachers = append(teachers, teacher.Rescaled(s.Scale()))
	}
	return teachers, nil
}

// newRun returns the run of the experiment, without the callbacks that report its progress.
func (x *experiment) newRun(
	system *System, engine *step.Engine, model *nn.Sequential, data *dataset.Data,
) (*train.Run, error) {
	optimizer, err := optimizer.New(x.Optimizer, model.Params())
	if err != nil {
		return nil, fault.New(fault.Config, "optimizer", "%w", err)
	}
	run := &train.Run{
		Engine: engine, Model: model, Optimizer: optimizer,
		Train: data.Train, Validation: data.Validation,
		Epochs: x.Epochs, BatchSize: x.BatchSize,
		Shuffle: x.Shuffle, Seed: x.Seed, Now: system.Now,
	}
	if x.Augment != nil {
		run.Transform = augment.New(x.Augment, x.source.Height, x.source.Width, x.Seed, engine.Threads())
	}
	if x.Distill != nil {
		d := step.Distillation{Temperature: x.Distill.Temperature, Weight: x.Distill.Weight}
		for i, teacher := range x.teachers {
			network, err := teacher.Restandardized(data.Standard.Mean, data.Standard.Std).Network(x.Distill.Teacher[i])
			if err != nil {
				return nil, err
			}
			d.Teachers = append(d.Teachers, network)
		}
		run.Distillation = &d
	}
	run.Schedule = x.Schedule.For(schedule.Run{
		Rate: x.Optimizer.LearningRate, Epochs: run.Epochs, Steps: run.Plan().Steps,
	})
	if x.writes.history {
		x.history = callback.NewCSV(modelfile.ReplaceExtension(x.Output, ".history.csv"))
		run.Callbacks = append(run.Callbacks, x.history.Callback())
	}
	for _, c := range x.Callbacks {
		c.Add(run)
	}
	return run, nil
}

// checkpointPath returns the path with which the names of all checkpoints begin.
func (x *experiment) checkpointPath() string { return modelfile.ReplaceExtension(x.Output, ".ckpt") }

// checkpoints returns where and when the run writes checkpoints.
func (x *experiment) checkpoints(data *dataset.Data, settings []byte) *train.Checkpoints {
	c := &train.Checkpoints{
		Path: x.checkpointPath(), Config: settings, Inputs: map[string]string{"data set": data.Hash},
		Start: x.start, EpochsFixedBy: x.epochsFixedBy(),
	}
	for i, teacher := range x.teachers {
		c.Inputs[fmt.Sprintf("teacher %d (%s)", i+1, filepath.Base(x.Distill.Teacher[i]))] = teacher.SHA256
	}
	if x.Checkpoint != nil {
		c.EveryEpochs = x.Checkpoint.EveryEpochs
		c.KeepLast = x.Checkpoint.KeepLast
		c.Every = time.Duration(x.Checkpoint.EveryMinutes * float64(time.Minute))
	}
	return c
}

// plan returns the size of the run, without reading the samples.
func (x *experiment) plan() train.Plan {
	held := train.ValidationSamples(x.source.Count, x.ValidationSplit)
	return train.NewPlan(x.Epochs, x.BatchSize, x.source.Count-held, held)
}

// startCallback returns a callback that tells a listener of the start of the run.
func (x *experiment) startCallback(
	listener func(report.StartEvent) error, engine *step.Engine, data *dataset.Data,
) train.Callback {
	return train.Callback{
		TrainBegin: func(p train.Plan) error {
			return listener(report.StartEvent{
				Dataset: x.Dataset.String(), TrainSamples: p.TrainSamples, ValidationSamples: p.ValidationSamples,
				TestSamples: data.Test.Count, StepsPerEpoch: p.Steps, Epochs: p.Epochs, BatchSize: p.BatchSize,
				Seed: x.Seed, Threads: engine.Threads(), SIMD: engine.Kernels(), Parameters: x.arch.Parameters(),
				Version: Version,
			})
		},
	}
}
