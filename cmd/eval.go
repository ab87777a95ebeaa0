package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/report"
)

type evalOptions struct {
	model       string
	split       string
	confusion   bool
	minAccuracy float64
	json        bool
	report      string
	data        string // a CSV file or IDX folder instead of the model's own data set
	dataDir     string
	threads     int
}

var splits = []string{"test", "validation", "train"}

func newEval(system *System, run func(context.Context, *System, evalOptions) error) *cobra.Command {
	var o evalOptions
	c := &cobra.Command{
		Use:   "eval model.bin",
		Short: "Test a trained model",
		Example: `  dnn eval model.bin
  dnn eval model.bin --confusion
  dnn eval model.bin --min-accuracy 0.97 || echo "not good enough"
  dnn eval model.bin --report report.html
  dnn eval iris.bin --data measured-today.csv`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o.model = args[0]
			switch {
			case !slices.Contains(splits, o.split):
				return fault.New(fault.Usage, "--split", "wanted one of %s, found %q", strings.Join(splits, ", "), o.split)
			case !(o.minAccuracy >= 0 && o.minAccuracy <= 1):
				return fault.New(fault.Usage, "--min-accuracy", "wanted a number from 0 to 1, found %v", o.minAccuracy)
			case o.threads < 0:
				return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.threads)
			}
			return work(tellJSON(system, o.json, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.split, "split", "test", "`part` of the data: test, validation or train, as in the model's training")
	f.BoolVar(&o.confusion, "confusion", false, "print the confusion table, with each class's precision, recall and F1")
	f.Float64Var(&o.minAccuracy, "min-accuracy", 0, "exit with status 1 if the accuracy is below this `bar`")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.StringVar(&o.report, "report", "", "write a page with everything about the model to this HTML `file`")
	f.StringVar(&o.data, "data", "", "test on the CSV file or the folder of IDX files at this `path`, not on the data of the training")
	addDataDir(f, &o.dataDir)
	f.IntVar(&o.threads, "threads", 0, "threads (0: all cores)")
	return c
}

func runEval(ctx context.Context, system *System, o evalOptions) (err error) {
	file, err := await(ctx, func() (*modelfile.Model, error) { return modelfile.Read(o.model) })
	if err != nil {
		return err
	}
	trained, err := config.Stored(o.model, file.Config)
	if err != nil {
		return err
	}
	if err := o.checkReport(system, trained.Dataset); err != nil {
		return err
	}
	src, err := await(ctx, func() (*source, error) { return evalSource(o, file, trained.Dataset) })
	if err != nil {
		return err
	}
	data, err := src.load(ctx, system, loadOptions{
		dataDir: o.dataDir, quiet: o.json, testOnly: o.split == "test",
		validation: trained.ValidationSplit, stratified: trained.Validation == "stratified", seed: trained.SplitSeed(),
	})
	if err != nil {
		return err
	}
	defer func() { _ = data.close() }() // read-only: nothing can be lost
	defer data.recovered(&err)
	if o.data == "" {
		if err := file.Fits(o.model, src.features, data.hash); err != nil {
			return err
		}
	}
	part := map[string]*batch.Samples{"test": data.test, "validation": data.validation, "train": data.train}[o.split]
	switch {
	case part == nil && data.train == nil:
		return fault.New(fault.Usage, "--split", "wanted test, found %s: of a file that the model was not trained on, all rows test", o.split)
	case part == nil && o.split == "test":
		return fault.New(fault.Usage, "--data", "wanted a file that tests, found %s: the model was trained on all of its rows", o.data).
			WithHint("--split train and --split validation take them")
	case part == nil:
		return fault.New(fault.Usage, "--split", "the model was trained without validation data")
	}
	model, err := file.Network(o.model)
	if err != nil {
		return err
	}
	engine, err := newEngine(system, o.threads)
	if err != nil {
		return err
	}
	defer engine.Close()
	evaluator := nn.NewEvaluator(engine, model, part)
	evaluator.StopIf(func() bool { return ctx.Err() != nil })
	result := evaluator.Evaluate()
	if ctx.Err() != nil { // the result is of a part of the samples, or nobody waits for it
		return context.Cause(ctx)
	}
	if err := data.whole(); err != nil {
		return err
	}
	if o.data != "" && !o.json { // which has the number of samples
		report.Message(system.Stderr, "%s", tested(o, trained, data, part.Count))
	}
	if err := printEval(system, o, result, evaluator.Predicted(), part.Labels, src.classes); err != nil {
		return err
	}
	if o.report != "" {
		e := evaluated{
			model: file, source: src, dataset: o.tests(trained.Dataset, file.Dataset), dataHash: data.hash, split: o.split, samples: part,
			result: result, evaluator: evaluator, settings: trained.Settings(),
		}
		if err := e.report(ctx, system, o.report, o.model); err != nil {
			return err
		}
	}
	if accuracy := result.Accuracy(); accuracy < float32(o.minAccuracy) { // float32(0.9) is less than 0.9
		return fault.New(fault.Bar, o.model, "the accuracy is %s, wanted at least %v", report.FormatFloat32(accuracy), o.minAccuracy)
	}
	return nil
}

// tests says what the data set is called that a model is tested on, which was trained on the one that is called name.
func (o evalOptions) tests(trained config.Dataset, name string) string {
	if o.split == "test" {
		name = cmp.Or(trained.Test, name)
	}
	return cmp.Or(o.data, name)
}

// tested says which rows or images of the data set at --data were tested, and how many.
func tested(o evalOptions, trained *config.Resolved, data *dataset, count int) string {
	switch {
	case trained.Dataset.CSV == "":
		return fmt.Sprintf("tested the %s of %s", fault.Count(count, o.split+" image"), o.data)
	case data.train == nil:
		return fmt.Sprintf("tested all %s of %s", fault.Count(count, "row"), o.data)
	}
	rows := 0
	for _, part := range []*batch.Samples{data.train, data.validation, data.test} {
		if part != nil {
			rows += part.Count
		}
	}
	return fmt.Sprintf("tested %d of %s of %s: the %s split of the training (the file is the one that the model was trained on)",
		count, fault.Count(rows, "row"), o.data, o.split)
}

// checkReport refuses a report that would be written over what it is about.
func (o evalOptions) checkReport(system *System, trained config.Dataset) error {
	if o.data != "" {
		trained = dataAt(o.data, trained)
	}
	return checkDistinct([]file{{"the report", o.report}}, append(dataFiles(system, trained, o.dataDir), file{"the model", o.model}))
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
func evalSource(o evalOptions, file *modelfile.Model, trained config.Dataset) (*source, error) {
	if o.data == "" {
		s, err := newSource(trained, o.model, file)
		return s, hintMissing(err, "the model was trained on it; --data PATH says where it is as seen from here")
	}
	s, err := sourceAt(o, file, trained)
	if err != nil {
		return nil, err
	}
	known := file.Architecture.Classes()
	switch {
	case s.features != file.Architecture.Input:
		return nil, fault.New(fault.Data, o.data, "has %s a sample, %s takes %d", fault.Count(s.features, "feature"), o.model, file.Architecture.Input)
	case len(s.classes) > known:
		return nil, fault.New(fault.Data, o.data, "has %s, %s knows %d", fault.Count(len(s.classes), "class"), o.model, known)
	case len(file.Classes) == known: // by their own names, and those that this data set has no sample of
		s.classes = file.Classes
	}
	return s, nil
}

// sourceAt returns the data set at --data: a file or folder of the kind that the model was trained on. Of a folder only the files
// of the split that is tested need be there.
func sourceAt(o evalOptions, file *modelfile.Model, trained config.Dataset) (*source, error) {
	d := dataAt(o.data, trained)
	if d.CSV != "" {
		s, err := newSource(d, o.model, file)
		return s, hintMissing(err, "--data wants a CSV file with the columns of %s", trained.CSV)
	}
	wanted := mnist.TrainOnly
	if o.split == "test" {
		wanted = mnist.TestOnly
	}
	s, err := folderSource(d.IDX, wanted)
	return s, hintMissing(err, "--data wants a folder with %s", wanted.Files())
}

// printEval prints the result, as text or as one JSON object.
func printEval(system *System, o evalOptions, r nn.Result, predicted, labels []uint8, classes []string) error {
	var confusion *report.Confusion
	if o.confusion {
		var err error
		if confusion, err = report.NewConfusion(labels, predicted, classes); err != nil {
			return err
		}
	}
	if o.json {
		return report.NewEvents(system.Stdout).Evaluation(report.Evaluation{
			Model: o.model, Split: o.split, Samples: r.Count, Loss: r.MeanLoss(), Accuracy: r.Accuracy(), Confusion: confusion,
		})
	}
	if confusion != nil {
		if err := confusion.Write(system.Stdout); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(system.Stdout, report.TestLine(r.MeanLoss(), r.Accuracy()))
	return err
}
