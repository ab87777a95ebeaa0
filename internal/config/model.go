package config

import (
	"encoding/json"

	"dnn/internal/fault"
	"dnn/internal/nn"
	"dnn/internal/train/callback"
)

// resultIndependent returns the keys and groups that do not change what is learned. A model file leaves them out: its
// bytes must not depend on the number of threads, the name of the file, or which other seeds are trained.
func resultIndependent() []string {
	names := []string{"threads", "output", "seeds", "checkpoint"}
	for _, c := range callback.All() {
		if c.Observes() {
			names = append(names, c.Name)
		}
	}
	return names
}

// Reproducible returns the experiment without the keys that do not change its result.
func (r *Resolved) Reproducible() *Resolved {
	reduced := *r
	reduced.Values = r.Without(resultIndependent()...)
	return &reduced
}

// Stored returns the experiment that the model file at path stores as JSON.
func Stored(path string, experiment json.RawMessage) (*Resolved, error) {
	return stored(path, experiment, nil)
}

// StoredFor is Stored, with the hidden layers, the output's activation and the loss of the network a in place of the
// experiment's.
func StoredFor(path string, experiment json.RawMessage, a nn.Architecture) (*Resolved, error) {
	own, err := Stored(path, experiment)
	if err != nil {
		return nil, err
	}
	list := make([]Layer, 0, len(a.Layers))
	for _, l := range a.Layers[:len(a.Layers)-1] {
		l.Name = ""
		if l.Type == "dense" && l.Activation == own.Activation {
			l.Activation = "" // which stands for it
		}
		list = append(list, Layer(l))
	}
	flags := []Flag{{Name: path, Key: "layers", Value: layers{}.Show(list)}}
	if output := a.Layers[len(a.Layers)-1]; output.Activation != own.OutputLayer.Activation {
		flags = append(flags, Flag{Name: path, Key: "output_layer.activation", Value: output.Activation})
	}
	if a.Loss != own.Loss {
		flags = append(flags, Flag{Name: path, Key: "loss", Value: a.Loss})
	}
	return stored(path, experiment, flags)
}

func stored(path string, experiment json.RawMessage, flags []Flag) (*Resolved, error) {
	if len(experiment) == 0 {
		return nil, fault.New(fault.Data, path, "does not say which experiment it belongs to: "+
			"wanted its data set and settings, found none").
			WithHint("dnn import --like experiment.yaml makes a model file that does")
	}
	read := func(string) ([]byte, error) { return experiment, nil }
	resolved, err := Load(Options{Path: path, Read: read, Flags: flags})
	if err != nil {
		return nil, fault.New(fault.Data, path, "its config: %w", err)
	}
	return resolved, nil
}
