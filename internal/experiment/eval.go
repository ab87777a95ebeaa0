package experiment

import (
	"cmp"
	"context"
	"fmt"

	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/merge"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/step"
	"dnn/internal/report"
	"dnn/internal/world"
)

// EvalOptions say which model to evaluate, and on what.
type EvalOptions struct {
	Models      []string // at least one; of several, the mean of their logits is evaluated, as Merge would write it
	Views       []string // how each model sees the images besides as they are; see MergeOptions
	Split       string   // test, validation or train; empty: test
	Confusion   bool     // include the confusion table
	MinAccuracy float64  // a lower accuracy is an error
	Report      string   // path of an HTML page to write; empty: none
	Data        string   // a CSV file or IDX folder instead of the model's own data set
	DataDir     string   // folder of the data sets; empty: from the environment
	Threads     int      // 0: all cores

	Listener Listener
}

// Evaluate evaluates a model on one split of its data set, or on another data set, and reports the result. An accuracy
// below MinAccuracy is an error of kind fault.BelowMinimum.
func Evaluate(ctx context.Context, system *System, o EvalOptions) (err error) {
	defer panicOnReadFault()()
	o.Split = cmp.Or(o.Split, "test")
	file, err := await.Do(ctx, func() (*modelfile.Model, error) { return o.read(system) })
	if err != nil {
		return err
	}
	trained, err := config.Stored(o.name(), file.Config)
	if err != nil {
		return err
	}
	if err := o.checkReport(system, trained.Dataset); err != nil {
		return err
	}
	src, err := await.Do(ctx, func() (*dataset.Source, error) { return evalSource(o, file, trained.Dataset) })
	if err != nil {
		return err
	}
	how := loadOptions(system, trained, o.DataDir)
	how.TestOnly = o.Split == "test"
	data, err := load(ctx, system, src, how, !o.Listener.Verbose)
	if err != nil {
		return err
	}
	defer func() { _ = data.Close() }() // read-only: nothing can be lost
	defer data.Recover(&err)
	if o.Data == "" {
		if err := file.Fits(o.name(), src.Features, data.Hash); err != nil {
			return err
		}
	}
	samples, err := o.samples(data)
	if err != nil {
		return err
	}
	model, err := file.Network(o.name())
	if err != nil {
		return err
	}
	engine, err := newEngine(system, o.Threads)
	if err != nil {
		return err
	}
	defer engine.Close()
	evaluator := step.NewEvaluator(engine, model, samples)
	evaluator.StopIf(func() bool { return ctx.Err() != nil })
	result := evaluator.Evaluate()
	if ctx.Err() != nil { // the result may lack samples
		return context.Cause(ctx)
	}
	if err := data.CheckSizes(); err != nil {
		return err
	}
	if len(file.Merged) > 1 && len(o.Models)+len(o.Views) > 1 && o.Listener.Verbose {
		report.Message(system.Stderr, "tested the mean of %d networks: %s", len(file.Merged), o.name())
	}
	if o.Data != "" && o.Listener.Verbose {
		report.Message(system.Stderr, "%s", testedMessage(o, trained, data, samples.Count))
	}
	if err := o.tell(result, evaluator.Predicted(), samples.Labels, src.Classes); err != nil {
		return err
	}
	if o.Report != "" {
		e := evaluated{
			model: file, source: src, dataset: o.datasetName(trained.Dataset, file.Dataset), dataHash: data.Hash,
			split: o.Split, samples: samples, result: result, evaluator: evaluator, settings: trained.Settings(),
		}
		if err := e.report(ctx, system, o); err != nil {
			return err
		}
	}
	if accuracy := result.Accuracy(); accuracy < float32(o.MinAccuracy) { // float32(0.9) < 0.9
		return fault.New(fault.BelowMinimum, o.name(), "the accuracy is %s, wanted at least %v",
			report.FormatFloat32(accuracy), o.MinAccuracy)
	}
	return nil
}

// read reads the model, or merges several.
func (o EvalOptions) read(system *System) (*modelfile.Model, error) {
	if len(o.Models) == 1 && len(o.Views) == 0 {
		return modelfile.Read(o.Models[0])
	}
	mean, err := readMean(system, o.Models, o.Views)
	if err != nil {
		return nil, err
	}
	if note := mean.ValidationNote(); note != "" && o.Split == "validation" {
		report.Note(system.Stderr, note)
	}
	return mean.Model(Version)
}

// name returns the name of what is evaluated.
func (o EvalOptions) name() string { return merge.Name(o.Models, o.Views) }

// samples returns the samples to evaluate on.
func (o EvalOptions) samples(data *dataset.Data) (*batch.Samples, error) {
	splits := map[string]*batch.Samples{"test": data.Test, "validation": data.Validation, "train": data.Train}
	samples := splits[o.Split]
	switch {
	case samples != nil:
		return samples, nil
	case data.Train == nil:
		return nil, fault.New(fault.Usage, "--split",
			"wanted test, found %s: the model was not trained on this file, so all of its rows are for testing",
			o.Split)
	case o.Split == "test":
		return nil, fault.New(fault.Usage, "--data",
			"wanted a file with rows for testing, found %s: the model was trained on all of its rows", o.Data).
			WithHint("--split train and --split validation take them")
	}
	return nil, fault.New(fault.Usage, "--split", "the model was trained without validation data")
}

// datasetName returns the name of the data set to evaluate on. name is that of the data set of the training.
func (o EvalOptions) datasetName(trained config.Dataset, name string) string {
	if o.Split == "test" {
		name = cmp.Or(trained.Test, name)
	}
	return cmp.Or(o.Data, name)
}

// testedMessage says which samples of the data set at --data were used, and how many.
func testedMessage(o EvalOptions, trained *config.Resolved, data *dataset.Data, count int) string {
	switch {
	case !trained.Dataset.IsTable():
		return fmt.Sprintf("tested the %s of %s", fault.Count(count, o.Split+" image"), o.Data)
	case data.Train == nil:
		return fmt.Sprintf("tested all %s of %s", fault.Count(count, "row"), o.Data)
	}
	rows := 0
	for _, split := range []*batch.Samples{data.Train, data.Validation, data.Test} {
		if split != nil {
			rows += split.Count
		}
	}
	return fmt.Sprintf("tested %d of %s of %s: the %s split of the training "+
		"(the file is the one that the model was trained on)", count, fault.Count(rows, "row"), o.Data, o.Split)
}

// checkReport returns an error if the report would overwrite the model or its data.
func (o EvalOptions) checkReport(system *System, trained config.Dataset) error {
	if o.Data != "" {
		trained = dataset.At(o.Data, trained)
	}
	inputs := append(dataFiles(system, trained, o.DataDir), modelFiles(o.Models)...)
	return world.CheckDistinct([]world.File{{Role: "the report", Path: o.Report}}, inputs)
}

// evalSource returns the data set to evaluate on: the one of the training, or the one at --data.
func evalSource(o EvalOptions, file *modelfile.Model, trained config.Dataset) (*dataset.Source, error) {
	if o.Data == "" {
		s, err := dataset.New(trained, o.name(), learned(file, o.name()))
		return s, fault.HintMissing(err, "the model was trained on it; --data PATH says where it is as seen from here")
	}
	s, err := sourceAt(o, file, trained)
	if err != nil {
		return nil, err
	}
	known := file.Architecture.Classes()
	switch {
	case s.Features != file.Architecture.Input:
		return nil, fault.New(fault.Data, o.Data, "has %s a sample, %s takes %d",
			fault.Count(s.Features, "feature"), o.name(), file.Architecture.Input)
	case len(s.Classes) > known:
		return nil, fault.New(fault.Data, o.Data, "has %s, %s knows %d",
			fault.Count(len(s.Classes), "class"), o.name(), known)
	case len(file.Classes) == known: // use the model's names: samples of some classes may be missing here
		s.Classes = file.Classes
	}
	return s, nil
}

// sourceAt returns the data set at --data. In a folder, only the files of the split that is evaluated have to exist.
func sourceAt(o EvalOptions, file *modelfile.Model, trained config.Dataset) (*dataset.Source, error) {
	d := dataset.At(o.Data, trained)
	if d.CSV != "" {
		s, err := dataset.New(d, o.name(), learned(file, o.name()))
		return s, fault.HintMissing(err, "--data wants a CSV file with the columns of %s", trained.CSV)
	}
	wanted := mnist.TrainOnly
	if o.Split == "test" {
		wanted = mnist.TestOnly
	}
	s, err := dataset.Folder(d, wanted)
	return s, fault.HintMissing(err, "--data wants a folder with %s", wanted.Files())
}

// tell tells the listener the result.
func (o EvalOptions) tell(r step.Result, predicted, labels []uint8, classes []string) error {
	found := report.Evaluation{
		Models: o.Models, Views: o.Views, Split: o.Split, Samples: r.Count, Loss: r.MeanLoss(), Accuracy: r.Accuracy(),
	}
	if o.Confusion {
		var err error
		if found.Confusion, err = report.NewConfusion(labels, predicted, classes); err != nil {
			return err
		}
	}
	return tell(o.Listener.Evaluated, found)
}
