// Package evaluate tests models: one, or the mean of several, on a split of its data set (Run), several against each
// other (Compare). Merge writes the mean of several as one model, so that what Run tests is what it writes.
package evaluate

import (
	"cmp"
	"context"

	"dnn/internal/await"
	"dnn/internal/dataset"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/merge"
	"dnn/internal/modelfile"
	"dnn/internal/nn/step"
	"dnn/internal/obtain"
	"dnn/internal/report"
	"dnn/internal/testset"
	"dnn/internal/world"
)

// Options say which model to evaluate, and on what.
type Options struct {
	Models      []string // at least one; of several, the mean of their logits is evaluated, as Merge would write it
	Views       []string // how each model sees the images besides as they are; see MergeOptions
	Split       string   // test, validation or train; empty: test
	Confusion   bool     // include the confusion table
	MinAccuracy float64  // a lower accuracy is an error
	Report      string   // path of an HTML page to write; empty: none
	Data        string   // a CSV file or IDX folder instead of the model's own data set
	DataDir     string   // folder of the data sets; empty: from the environment
	Threads     int      // 0: all cores

	Listener experiment.Listener
}

// Run evaluates a model on one split of its data set, or on another data set, and reports the result. An accuracy
// below MinAccuracy is an error of kind fault.BelowMinimum.
func Run(ctx context.Context, system *world.System, o Options) (err error) {
	defer obtain.PanicOnReadFault()()
	o.Split = cmp.Or(o.Split, "test")
	file, err := await.Do(ctx, func() (*modelfile.Model, error) { return o.read(system) })
	if err != nil {
		return err
	}
	trained, err := testset.Experiment(o.name(), file, o.Data)
	if err != nil {
		return err
	}
	request := testset.Request{
		Name: o.name(), Model: file, Trained: trained.Dataset, Split: o.Split, Data: o.Data,
	}
	if err := checkReport(system, o.Report, request, o.DataDir, o.Models); err != nil {
		return err
	}
	src, data, err := loadTested(ctx, system, request, obtain.How(system, trained, o.DataDir), !o.Listener.Verbose)
	if err != nil {
		return err
	}
	defer func() { _ = data.Close() }() // read-only: nothing can be lost
	defer data.Recover(&err)
	samples, err := request.Samples(data)
	if err != nil {
		return err
	}
	model, err := file.Network(o.name())
	if err != nil {
		return err
	}
	engine, err := experiment.NewEngine(system, o.Threads)
	if err != nil {
		return err
	}
	defer engine.Close()
	evaluator := step.NewEvaluator(engine, model, file.Scaled(samples))
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
		report.Message(system.Stderr, "%s", request.Message(data, samples.Count))
	}
	if err := o.tell(result, evaluator.Predicted(), samples.Labels, src.Classes); err != nil {
		return err
	}
	if o.Report != "" {
		e := evaluated{
			model: file, source: src, dataset: request.DatasetName(), dataHash: data.Hash,
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
func (o Options) read(system *world.System) (*modelfile.Model, error) {
	if len(o.Models) == 1 && len(o.Views) == 0 {
		return obtain.Model(system, o.Models[0])
	}
	mean, err := readMean(system, o.Models, o.Views, o.Data)
	if err != nil {
		return nil, err
	}
	if note := mean.ValidationNote(); note != "" && o.Split == "validation" {
		report.Note(system.Stderr, note)
	}
	return mean.Model(experiment.Version)
}

// name returns the name of what is evaluated.
func (o Options) name() string { return merge.Name(o.Models, o.Views) }

// checkReport returns an error if the report would overwrite one of the models or the data.
func checkReport(system *world.System, path string, r testset.Request, dataDir string, models []string) error {
	inputs := append(obtain.Files(system, r.Dataset(), dataDir), obtain.ModelFiles("the model", models...)...)
	return world.CheckDistinct([]world.File{{Role: "the report", Path: path}}, inputs)
}

// loadTested loads the data set that is tested on. The caller closes the Data.
func loadTested(
	ctx context.Context, system *world.System, r testset.Request, how dataset.Options, quiet bool,
) (*dataset.Source, *dataset.Data, error) {
	src, err := await.Do(ctx, r.Source)
	if err != nil {
		return nil, nil, err
	}
	how.TestOnly = r.Split == "test"
	data, err := obtain.Data(ctx, system, src, how, quiet)
	if err == nil && r.Data == "" {
		if err = r.Model.Fits(r.Name, src.Features, data.Hash); err != nil {
			_ = data.Close()
		}
	}
	return src, data, err
}

// tell tells the listener the result.
func (o Options) tell(r step.Result, predicted, labels []uint8, classes []string) error {
	found := report.Evaluation{
		Models: o.Models, Views: o.Views, Split: o.Split, Samples: r.Count, Loss: r.MeanLoss(), Accuracy: r.Accuracy(),
	}
	if o.Confusion {
		var err error
		if found.Confusion, err = report.NewConfusion(labels, predicted, classes); err != nil {
			return err
		}
	}
	return experiment.Tell(o.Listener.Evaluated, found)
}
