package evaluate

import (
	"cmp"
	"context"
	"io"

	"dnn/internal/await"
	"dnn/internal/compare"
	"dnn/internal/experiment"
	"dnn/internal/modelfile"
	"dnn/internal/obtain"
	"dnn/internal/page"
	"dnn/internal/report"
	"dnn/internal/testset"
	"dnn/internal/world"
)

// CompareOptions say which models to compare, and what they are wanted to be.
type CompareOptions struct {
	Models    []string // at least two; each is compared with the first
	Same      bool     // it is an error if one is not the same function as the first
	NotWorse  bool     // it is an error if one is significantly worse than the first
	Tolerance float64  // up to which outputs count as the same
	Report    string   // path of an HTML page to write; empty: none
	Data      string   // a CSV file or IDX folder instead of the models' own data set
	DataDir   string   // folder of the data sets; empty: from the environment
	Threads   int      // 0: all cores

	Listener experiment.Listener
}

// Compare compares models on their test samples, or on another data set, as package compare describes it, and reports
// the result. A model that is not what it is wanted to be is an error of kind fault.BelowMinimum.
func Compare(ctx context.Context, system *world.System, o CompareOptions) (err error) {
	defer obtain.PanicOnReadFault()()
	models, err := await.Do(ctx, func() ([]compare.Model, error) {
		return compare.Read(o.Models, func(path string) (*modelfile.Model, error) { return obtain.Model(system, path) })
	})
	if err != nil {
		return err
	}
	base, trained, err := compare.Base(models, o.Data)
	if err != nil {
		return err
	}
	request := testset.Request{
		Name: base.Name, Model: base.Model, Trained: trained.Dataset, Split: "test", Data: o.Data,
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
	engine, err := experiment.NewEngine(system, o.Threads)
	if err != nil {
		return err
	}
	defer engine.Close()
	tested, err := compare.Test(engine, models, base, samples, func() bool { return ctx.Err() != nil })
	if ctx.Err() != nil { // the results may lack samples
		return context.Cause(ctx)
	}
	if err := cmp.Or(err, data.CheckSizes()); err != nil {
		return err
	}
	found := compare.New(tested, samples, request.DatasetName(), o.Tolerance)
	if err := experiment.Tell(o.Listener.Compared, found); err != nil {
		return err
	}
	if o.Report != "" {
		content := found.Page(samples, src.Height, src.Width)
		content.Version, content.DataHash = experiment.Version, data.Hash
		write := func(w io.Writer) error { return page.WriteComparison(w, content) }
		if err := await.Write(ctx, o.Report, write); err != nil {
			return err
		}
		report.Message(system.Stderr, "wrote %s", o.Report)
	}
	return found.Wrong(o.Same, o.NotWorse)
}
