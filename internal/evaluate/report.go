package evaluate

import (
	"cmp"
	"context"
	"io"
	"path/filepath"
	"slices"

	"dnn/internal/await"
	"dnn/internal/dataset"
	"dnn/internal/experiment"
	"dnn/internal/merge"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/step"
	"dnn/internal/page"
	"dnn/internal/picture"
	"dnn/internal/report"
	"dnn/internal/world"
)

// evaluated is a model with its results on one split of a data set.
type evaluated struct {
	model     *modelfile.Model
	source    *dataset.Source
	dataset   string // name of the data set
	dataHash  string
	split     string
	samples   *batch.Samples
	result    step.Result
	evaluator *step.Evaluator
	settings  string // the experiment, as YAML
}

// report writes the HTML page about the models, or their mean, to o.Report.
func (e evaluated) report(ctx context.Context, system *world.System, o Options) error {
	confusion, err := report.NewConfusion(e.samples.Labels, e.evaluator.Predicted(), e.source.Classes)
	if err != nil {
		return err
	}
	var names []string
	for _, model := range o.Models {
		names = append(names, filepath.Base(model))
	}
	content := page.Content{
		Title: merge.Name(names, o.Views), Version: e.model.Version, Dataset: e.dataset, DataHash: e.dataHash, Split: e.split,
		Samples: e.samples.Count, Loss: float64(e.result.MeanLoss()), Accuracy: float64(e.result.Accuracy()),
		Model: experiment.SummaryOf(e.model.Architecture), Config: e.settings, History: e.model.History, Confusion: confusion,
	}
	if e.source.Height > 0 {
		content.Mistakes = page.Mistakes{Rows: e.source.Height, Cols: e.source.Width, List: e.mistakes()}
		first := e.model.Tensors[0] // a network begins with a dense layer
		content.Kernels = picture.Kernels{
			Rows: e.source.Height, Cols: e.source.Width, Units: first.Shape[1], Kernel: first.Data,
		}
	}
	if err := await.Write(ctx, o.Report, func(w io.Writer) error { return page.Write(w, content) }); err != nil {
		return err
	}
	report.Message(system.Stderr, "wrote %s", o.Report)
	return nil
}

// mistakes returns the wrongly classified samples of which the model was most confident, in descending order.
func (e evaluated) mistakes() []page.Mistake {
	const most = 40
	var wrong []page.Mistake
	confidence := e.evaluator.Confidence()
	for i, predicted := range e.evaluator.Predicted() {
		if label := e.samples.Labels[i]; predicted != label {
			wrong = append(wrong, page.Mistake{
				Index: i, Image: e.samples.Pixels(i),
				True: e.source.Classes[label], Predicted: e.source.Classes[predicted],
				Probability: float64(confidence[i]),
			})
		}
	}
	slices.SortStableFunc(wrong, func(a, b page.Mistake) int { return cmp.Compare(b.Probability, a.Probability) })
	return wrong[:min(len(wrong), most)]
}
