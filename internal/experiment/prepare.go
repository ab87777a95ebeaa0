package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"

	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/cpuprofile"
	"dnn/internal/dataset"
	"dnn/internal/nn/step"
	"dnn/internal/obtain"
	"dnn/internal/recipe"
	"dnn/internal/report"
	"dnn/internal/train"
	"dnn/internal/train/callback"
	"dnn/internal/world"
)

// Prepared is an experiment that was checked and can be run: once, as Train runs it, or with many seeds, side by side,
// on one copy of the data. A run with a seed gives the same bytes as one of that seed alone.
type Prepared struct {
	*experiment
	system  *System
	options Options
	read    func(path string) ([]byte, error) // the experiment file, which is read once

	loading sync.Mutex
	data    *dataset.Data // nil until Load
}

// Prepare loads the experiment that the options name, and checks it against its data set and this machine.
func Prepare(ctx context.Context, system *System, o Options) (*Prepared, error) {
	p := &Prepared{system: system, options: o}
	text := sync.OnceValues(func() ([]byte, error) { return recipe.ReadFrom(system)(o.Config) })
	p.read = func(string) ([]byte, error) { return text() }
	var err error
	p.experiment, err = await.Do(ctx, func() (*experiment, error) {
		resolved, err := p.resolve()
		if err != nil {
			return nil, err
		}
		return newExperiment(system, o, resolved)
	})
	if err == nil {
		err = p.checkFiles(system, o)
	}
	return p, err
}

// resolve returns the config under more flags.
func (p *Prepared) resolve(more ...config.Flag) (*config.Resolved, error) {
	return config.Load(config.Options{
		Path: p.options.Config, Read: p.read, Env: p.system.Env, Environ: p.system.Environ,
		Flags: slices.Concat(p.options.Flags, more),
	})
}

// Run runs the experiment once, as the options say.
func (p *Prepared) Run(ctx context.Context) error {
	defer obtain.PanicOnReadFault()()
	return p.Profiled(func() error { return p.trainRun(ctx, p.system, p.options) })
}

// Inputs returns the files that a run reads.
func (p *Prepared) Inputs() []world.File {
	return append(p.inputs(p.system, p.options), obtain.ModelFiles("the starting model", p.options.From)...)
}

// Profiled calls f, and writes a profile of it if the options ask for one. A dry run leaves no files.
func (p *Prepared) Profiled(f func() error) error {
	profile := p.options.Profile
	if p.options.DryRun {
		profile = ""
	}
	return cpuprofile.During(profile, f)
}

// Lock prevents other runs from writing the output, and the files next to it, until unlock is called.
func (p *Prepared) Lock() (unlock func(), err error) {
	x := *p.experiment
	x.writes.model = true // as good as: something is written next to it
	return x.lock(p.system, p.options)
}

// Note reports something that the user may want to know, on standard error and to the listener.
func (p *Prepared) Note(text string) error { return p.options.note(p.system, "%s", text) }

// Announce tells the listener the network, and in a dry run the size of a run.
func (p *Prepared) Announce() error {
	if err := Tell(p.options.Listener.Network, SummaryOf(p.arch)); err != nil || !p.options.DryRun {
		return err
	}
	return Tell(p.options.Listener.Planned, p.plan())
}

// Load reads the data set, for Data to return.
func (p *Prepared) Load(ctx context.Context) (err error) {
	how := obtain.How(p.system, p.Resolved, p.options.DataDir)
	p.data, err = obtain.Data(ctx, p.system, p.source, how, !p.options.Listener.Verbose)
	if err != nil {
		return err
	}
	p.data.Share()
	if untrained := p.source.Untrained(p.data, p.Validation == "stratified"); untrained != "" {
		return p.options.note(p.system, "%s", untrained)
	}
	return nil
}

// Data returns the data set that Load has read. The caller closes it.
func (p *Prepared) Data() *dataset.Data { return p.data }

// Settings returns what a model of the experiment stores of it, without the seed: equal settings are one experiment.
func (p *Prepared) Settings() (string, error) {
	settings, err := json.Marshal(p.Reproducible().Without("seed"))
	return string(settings), err
}

// seeded returns the experiment with a seed, and the data of its run. The experiment shares with p what no run changes.
func (p *Prepared) seeded(ctx context.Context, seed uint64, output string) (*experiment, *dataset.Data, error) {
	flags := []config.Flag{
		{Name: "--seed", Key: "seed", Value: strconv.FormatUint(seed, 10)}, {Name: "--seeds", Key: "seeds", Value: "1"},
	}
	if output != "" {
		flags = append(flags, config.Flag{Name: "--output", Key: "output", Value: output})
	}
	resolved, err := p.resolve(flags...)
	if err != nil {
		return nil, nil, err
	}
	x := *p.experiment
	x.Resolved, x.name = resolved, fmt.Sprintf("seed-%d", seed)
	x.writes = outputs{model: output != "", checkpoints: output != "" && x.Checkpoint != nil}
	if resolved.SplitSeed() == p.SplitSeed() || !x.seedSplits() {
		return &x, p.data, nil
	}
	p.loading.Lock() // the seed splits the data: this run has its own
	defer p.loading.Unlock()
	if x.from != nil {
		if x.source, err = startSource(x.Dataset, x.SplitSeed(), x.from, p.options.From); err != nil {
			return nil, nil, err
		}
	}
	data, err := obtain.Data(ctx, p.system, x.source, obtain.How(p.system, resolved, p.options.DataDir), true)
	return &x, data, err
}

// SeedRun says which run of a Prepared to do.
type SeedRun struct {
	Seed    uint64
	Output  string // the model file; empty: none
	Threads int    // at least 1

	Note    func(text string) error // is told notes about the run; nil: none
	Trained func()                  // is called when only files are left to be written; nil: nothing is
}

// Train trains the experiment with a seed and tests it. A model of this very run that is at the output already is only
// tested, in a fraction of the time. Several runs may go on at once. If ctx ends, the error is its cause, and there is
// no model; with checkpoints, the next call goes on from the last one.
func (p *Prepared) Train(ctx context.Context, r SeedRun) (_ report.Seed, err error) {
	defer obtain.PanicOnReadFault()()
	x, data, err := p.seeded(ctx, r.Seed, r.Output)
	if err != nil {
		return report.Seed{}, err
	}
	if data != p.data {
		defer func() { _ = data.Close() }() // read-only: nothing can be lost
	}
	defer data.Recover(&err)
	engine, err := NewEngine(p.system, r.Threads)
	if err != nil {
		return report.Seed{}, err
	}
	defer engine.Close()
	if r.Output != "" {
		if f, ok := x.again(engine, data, p.options.Resume); ok {
			return f.seed(true), nil
		}
	}
	model, err := x.newNetwork(p.options.From)
	if err != nil {
		return report.Seed{}, err
	}
	quiet := *p.system
	quiet.Stderr = io.Discard // many runs at once have no progress of their own
	run, err := x.newRun(&quiet, engine, model, data)
	if err != nil {
		return report.Seed{}, err
	}
	o := Options{
		Resume: p.options.Resume, NoModel: r.Output == "", wholeOnly: true, trained: r.Trained, Listener: Listener{Note: r.Note},
	}
	f, err := x.train(ctx, &quiet, o, run, data)
	if err != nil {
		return report.Seed{}, err
	}
	return f.seed(false), nil
}

// again returns the run that has left its model at the output, if it is the run of this experiment, and tests it. With
// resume it need not have started from the model that this one does.
func (x *experiment) again(engine *step.Engine, data *dataset.Data, resume bool) (f finished, ok bool) {
	file, ok := readFinished(x.Output)
	if !ok || file.Version != Version || file.RateChanges != nil || !resume && file.Start != x.start {
		return f, false
	}
	settings, err := json.Marshal(x.Reproducible())
	if err != nil {
		return f, false
	}
	if o, ok := x.outcomeOf(file, data, settings, x.plan()); !ok || o.epochs != x.Epochs {
		return f, false
	}
	model, err := file.Network(x.Output)
	if err != nil {
		return f, false
	}
	run := &train.Run{Engine: engine, Model: model}
	f = finished{experiment: x, data: data, run: run, history: file.History, sum: file.SHA256}
	f.tested = step.NewEvaluator(engine, model, data.Test).Evaluate()
	return f, true
}

// seed returns the result of the run as one of several seeds.
func (f finished) seed(before bool) report.Seed {
	s := report.Seed{
		Seed: f.Seed, Epochs: len(f.history), Seconds: f.seconds, Before: before, SHA256: f.sum,
		TestLoss: f.tested.MeanLoss(), TestAccuracy: f.tested.Accuracy(),
	}
	if f.writes.model {
		s.Model = f.Output
	}
	if len(f.history) == 0 {
		return s
	}
	last := f.history[len(f.history)-1]
	s.Loss, s.Accuracy = float32(last.Loss), float32(last.Accuracy)
	if s.Validated = last.Validated; s.Validated {
		s.ValLoss, s.ValAccuracy = f.validation(float32(last.ValLoss), float32(last.ValAccuracy))
	}
	return s
}

// validation returns the loss and accuracy of the model on the validation samples. They are those of the last epoch
// unless early stopping went back to another one.
func (f finished) validation(lastLoss, lastAccuracy float32) (loss, accuracy float32) {
	if !callback.RestoreBest(f.Callbacks) {
		return lastLoss, lastAccuracy
	}
	result := step.NewEvaluator(f.run.Engine, f.run.Model, f.data.Validation).Evaluate()
	return result.MeanLoss(), result.Accuracy()
}

// CheckSeeds returns an error if several seeds would write to one log.
func (p *Prepared) CheckSeeds() error {
	for _, c := range p.Callbacks {
		if _, ok := c.Log(); ok {
			return p.Fault(c.Name, "wanted no log beside several seeds, which would all write to it").
				WithHint("take it out: only one run, as with --seeds 1, can have it")
		}
	}
	return nil
}
