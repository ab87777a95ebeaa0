package experiment

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"dnn/internal/history"
	"dnn/internal/mlflow"
	"dnn/internal/modelfile"
	"dnn/internal/train"
	"dnn/internal/train/callback"
)

// track tells an MLflow server of a run, if the experiment asks for one. The function that it returns must be called when
// the run is over, with the run and how it ended.
func (x *experiment) track(ctx context.Context, system *System, o Options, run *train.Run) (over func(f finished, err error) error, err error) {
	i := slices.IndexFunc(x.Callbacks, func(c callback.Named) bool { _, ok := c.Kind.(*callback.MLflow); return ok })
	if i < 0 {
		return func(finished, error) error { return nil }, nil
	}
	server, _ := x.Callbacks[i].Kind.(*callback.MLflow)
	settings, err := x.Reproducible().MarshalJSON()
	if err != nil {
		return nil, err
	}
	params, err := mlflow.Params(settings)
	if err != nil {
		return nil, err
	}
	output := x.Output
	if x.writes == (outputs{}) { // nothing is written next to it
		output = ""
	}
	t := mlflow.Start(ctx, mlflow.Options{
		URI: server.TrackingURI, Experiment: server.Experiment, Output: output, Params: params, Env: system.Env, Now: system.Now,
		Name: filepath.Base(modelfile.ReplaceExtension(x.Output, "")),
		Tags: []mlflow.Param{{Key: "dnn.version", Value: Version}, {Key: "mlflow.source.name", Value: "dnn"}},
	})
	epoch := func(e history.Epoch) { t.Log(e.Epoch, valuesOf(e)...) }
	run.Callbacks = append(run.Callbacks, train.Callback{
		Resume: func(before history.Epochs, _ train.State) error {
			for _, e := range before {
				epoch(e)
			}
			return nil
		},
		EpochEnd: func(e history.Epoch) error {
			epoch(e)
			return nil
		},
	})
	return func(f finished, err error) error {
		status := mlflow.Finished
		switch {
		case ctx.Err() != nil:
			status = mlflow.Killed
		case err != nil:
			status = mlflow.Failed
		default:
			t.Log(len(f.history), mlflow.Value{Name: "test_loss", Value: float64(f.tested.MeanLoss())},
				mlflow.Value{Name: "test_accuracy", Value: float64(f.tested.Accuracy())})
		}
		note, err := t.End(ctx, status, x.artifacts())
		if err != nil || note == "" {
			return err
		}
		return o.note(system, "%s", note)
	}, nil
}

// valuesOf returns the metrics of an epoch as MLflow gets them.
func valuesOf(e history.Epoch) []mlflow.Value {
	values := []mlflow.Value{
		{Name: "loss", Value: e.Loss}, {Name: "accuracy", Value: e.Accuracy}, {Name: "learning_rate", Value: e.LearningRate},
	}
	if e.Validated {
		values = append(values, mlflow.Value{Name: "val_loss", Value: e.ValLoss}, mlflow.Value{Name: "val_accuracy", Value: e.ValAccuracy})
	}
	return values
}

// artifacts returns the files that the run has left next to its model, and the model.
func (x *experiment) artifacts() []string {
	var paths []string
	if x.writes.model {
		paths = append(paths, x.Output)
	}
	for _, f := range x.sideOutputs() {
		paths = append(paths, f.Path)
	}
	return slices.DeleteFunc(paths, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || !info.Mode().IsRegular()
	})
}
