package evaluate

import (
	"context"
	"encoding/json"

	"dnn/internal/await"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/merge"
	"dnn/internal/modelfile"
	"dnn/internal/obtain"
	"dnn/internal/report"
	"dnn/internal/testset"
	"dnn/internal/world"
)

// MergeOptions say which models to merge.
type MergeOptions struct {
	Models []string // at least one; one alone is folded
	Views  []string // how each model sees the images besides as they are: horizontal_flip, vertical_flip
	Output string   // the model file to write

	Listener experiment.Listener
}

// Merge writes one model whose logits are the mean of those of several, and tells the listener its network.
func Merge(ctx context.Context, system *world.System, o MergeOptions) error {
	if err := modelfile.CheckName("--output", o.Output); err != nil {
		return err
	}
	mean, err := await.Do(ctx, func() (*merge.Mean, error) { return readMean(system, o.Models, o.Views, "") })
	if err != nil {
		return err
	}
	inputs := append(obtain.ModelFiles("the model", o.Models...), obtain.Files(system, mean.Experiment().Dataset, "")...)
	if err := world.CheckDistinct([]world.File{{Role: "the merged model", Path: o.Output}}, inputs); err != nil {
		return err
	}
	unlock, warning, err := modelfile.Lock(o.Output)
	if err != nil {
		return err
	}
	defer unlock()
	for _, note := range []string{warning, mean.ValidationNote()} {
		if note != "" {
			report.Note(system.Stderr, note)
		}
	}
	model, err := mean.Model(experiment.Version)
	if err != nil {
		return err
	}
	write := func() (string, error) { return modelfile.Write(o.Output, model) }
	if _, err := await.Pass(ctx, o.Output, write); err != nil {
		return err
	}
	if err := experiment.Tell(o.Listener.Network, experiment.SummaryOf(model.Architecture)); err != nil {
		return err
	}
	what := "the mean of " + fault.Count(mean.Networks(), "network")
	if mean.Networks() == 1 {
		what = "the network of " + o.Models[0]
	}
	report.Message(system.Stderr, "wrote %s: %s", o.Output, what)
	return nil
}

// readMean reads the models to be merged. It refuses a merged network that does not fit into memory. Those that do not say
// what they were trained on, as those of other programs, are taken as trained on samples as those at the path data, if it
// is not empty.
func readMean(system *world.System, paths, views []string, data string) (*merge.Mean, error) {
	read := func(path string) (*modelfile.Model, error) {
		m, err := obtain.Model(system, path)
		if err != nil || len(m.Config) > 0 || data == "" {
			return m, err
		}
		trained, err := testset.Experiment(path, m, data)
		if err == nil {
			m.Config, err = json.Marshal(trained.Reproducible())
		}
		return m, err
	}
	mean, err := merge.Read(paths, views, read)
	if err != nil {
		return nil, err
	}
	need := mean.Bytes()
	if available, ok := system.Memory(); ok && need > float64(available) {
		return nil, fault.New(fault.Resources, "the merged network", "wanted about %s of memory, found %s",
			fault.Gigabytes(need), fault.Gigabytes(float64(available))).WithHint("merge fewer models, or smaller ones")
	}
	return mean, nil
}
