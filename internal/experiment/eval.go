package experiment

import (
	"cmp"
	"context"
	"fmt"

	"dnn/internal/await"
	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/step"
	"dnn/internal/report"
)

// EvalOptions say which model to test, and on what.
type EvalOptions struct {
	Model       string
	Split       string // test, validation or train; empty: test
	Confusion   bool   // tell the confusion table too
	MinAccuracy float64
	Report      string // page to write; empty: none
	Data        string // a CSV file or IDX folder instead of the model's own data set
	DataDir     string // of the data sets; empty: where the environment says
	Threads     int    // 0: all cores

	Listener Listener
}

// Evaluate tests a model on a part of its data set, or on another one, and tells the result. An accuracy below MinAccuracy is
// an error of kind fault.BelowMinimum.
func Evaluate(ctx context.Context, system *System, o EvalOptions) (err error) {
	defer mapped()()
	o.Split = cmp.Or(o.Split, "test")
	file, err := await.Do(ctx, func() (*modelfile.Model, error) { return modelfile.Read(o.Model) })
	if err != nil {
		return err
	}
	trained, err := config.Stored(o.Model, file.Config)
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
	how := howToLoad(system, trained, o.DataDir)
	how.TestOnly = o.Split == "test"
	data, err := load(ctx, system, src, how, !o.Listener.Verbose)
	if err != nil {
		return err
	}
	defer func() { _ = data.Close() }() // read-only: nothing can be lost
	defer data.Recover(&err)
	if o.Data == "" {
		if err := file.Fits(o.Model, src.Features, data.Hash); err != nil {
			return err
		}
	}
	part, err := o.part(data)
	if err != nil {
		return err
	}
	model, err := file.Network(o.Model)
	if err != nil {
		return err
	}
	engine, err := newEngine(system, o.Threads)
	if err != nil {
		return err
	}
	defer engine.Close()
	evaluator := step.NewEvaluator(engine, model, part)
	evaluator.StopIf(func() bool { return ctx.Err() != nil })
	result := evaluator.Evaluate()
	if ctx.Err() != nil { // the result is of a part of the samples, or nobody waits for it
		return context.Cause(ctx)
	}
	if err := data.CheckSizes(); err != nil {
		return err
	}
	if o.Data != "" && o.Listener.Verbose {
		report.Message(system.Stderr, "%s", tested(o, trained, data, part.Count))
	}
	if err := o.tell(result, evaluator.Predicted(), part.Labels, src.Classes); err != nil {
		return err
	}
	if o.Report != "" {
		e := evaluated{
			model: file, source: src, dataset: o.tests(trained.Dataset, file.Dataset), dataHash: data.Hash, split: o.Split, samples: part,
			result: result, evaluator: evaluator, settings: trained.Settings(),
		}
		if err := e.report(ctx, system, o.Report, o.Model); err != nil {
			return err
		}
	}
	if accuracy := result.Accuracy(); accuracy < float32(o.MinAccuracy) { // float32(0.9) is less than 0.9
		return fault.New(fault.BelowMinimum, o.Model, "the accuracy is %s, wanted at least %v",
			report.FormatFloat32(accuracy), o.MinAccuracy)
	}
	return nil
}

// part returns the samples that are to be tested.
func (o EvalOptions) part(data *dataset.Data) (*batch.Samples, error) {
	part := map[string]*batch.Samples{"test": data.Test, "validation": data.Validation, "train": data.Train}[o.Split]
	switch {
	case part != nil:
		return part, nil
	case data.Train == nil:
		return nil, fault.New(fault.Usage, "--split", "wanted test, found %s: of a file that the model was not trained on, all rows test", o.Split)
	case o.Split == "test":
		return nil, fault.New(fault.Usage, "--data", "wanted a file that tests, found %s: the model was trained on all of its rows", o.Data).
			WithHint("--split train and --split validation take them")
	}
	return nil, fault.New(fault.Usage, "--split", "the model was trained without validation data")
}

// tests says what the data set is called that a model is tested on, which was trained on the one that is called name.
func (o EvalOptions) tests(trained config.Dataset, name string) string {
	if o.Split == "test" {
		name = cmp.Or(trained.Test, name)
	}
	return cmp.Or(o.Data, name)
}

// tested says which rows or images of the data set at --data were tested, and how many.
func tested(o EvalOptions, trained *config.Resolved, data *dataset.Data, count int) string {
	switch {
	case trained.Dataset.CSV == "":
		return fmt.Sprintf("tested the %s of %s", fault.Count(count, o.Split+" image"), o.Data)
	case data.Train == nil:
		return fmt.Sprintf("tested all %s of %s", fault.Count(count, "row"), o.Data)
	}
	rows := 0
	for _, part := range []*batch.Samples{data.Train, data.Validation, data.Test} {
		if part != nil {
			rows += part.Count
		}
	}
	return fmt.Sprintf("tested %d of %s of %s: the %s split of the training (the file is the one that the model was trained on)",
		count, fault.Count(rows, "row"), o.Data, o.Split)
}

// checkReport refuses a report that would be written over what it is about.
func (o EvalOptions) checkReport(system *System, trained config.Dataset) error {
	if o.Data != "" {
		trained = dataAt(o.Data, trained)
	}
	return checkDistinct([]file{{"the report", o.Report}}, append(dataFiles(system, trained, o.DataDir), file{"the model", o.Model}))
}

// dataAt is a data set at another path, of the kind that the model was trained on.
func dataAt(path string, trained config.Dataset) config.Dataset {
	if trained.CSV == "" {
		return config.Dataset{IDX: path}
	}
	trained.CSV, trained.Test = path, ""
	return trained
}

// evalSource returns the data set that a model is to be tested on: the one of its training, or the one at --data.
func evalSource(o EvalOptions, file *modelfile.Model, trained config.Dataset) (*dataset.Source, error) {
	if o.Data == "" {
		s, err := dataset.New(trained, o.Model, learned(file, o.Model))
		return s, fault.HintMissing(err, "the model was trained on it; --data PATH says where it is as seen from here")
	}
	s, err := sourceAt(o, file, trained)
	if err != nil {
		return nil, err
	}
	known := file.Architecture.Classes()
	switch {
	case s.Features != file.Architecture.Input:
		return nil, fault.New(fault.Data, o.Data, "has %s a sample, %s takes %d", fault.Count(s.Features, "feature"), o.Model, file.Architecture.Input)
	case len(s.Classes) > known:
		return nil, fault.New(fault.Data, o.Data, "has %s, %s knows %d", fault.Count(len(s.Classes), "class"), o.Model, known)
	case len(file.Classes) == known: // by their own names, and those that this data set has no sample of
		s.Classes = file.Classes
	}
	return s, nil
}

// sourceAt returns the data set at --data: a file or folder of the kind that the model was trained on. Of a folder only the files
// of the split that is tested need be there.
func sourceAt(o EvalOptions, file *modelfile.Model, trained config.Dataset) (*dataset.Source, error) {
	d := dataAt(o.Data, trained)
	if d.CSV != "" {
		s, err := dataset.New(d, o.Model, learned(file, o.Model))
		return s, fault.HintMissing(err, "--data wants a CSV file with the columns of %s", trained.CSV)
	}
	wanted := mnist.TrainOnly
	if o.Split == "test" {
		wanted = mnist.TestOnly
	}
	s, err := dataset.Folder(d.IDX, wanted)
	return s, fault.HintMissing(err, "--data wants a folder with %s", wanted.Files())
}

// tell tells the result.
func (o EvalOptions) tell(r step.Result, predicted, labels []uint8, classes []string) error {
	found := report.Evaluation{Model: o.Model, Split: o.Split, Samples: r.Count, Loss: r.MeanLoss(), Accuracy: r.Accuracy()}
	if o.Confusion {
		var err error
		if found.Confusion, err = report.NewConfusion(labels, predicted, classes); err != nil {
			return err
		}
	}
	return tell(o.Listener.Evaluated, found)
}
