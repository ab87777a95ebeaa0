package config

import (
	"encoding/json"

	"dnn/internal/fault"
	"dnn/internal/train/callback"
)

// resultIndependent returns the keys and groups that do not change what is learned. A model file leaves them out: its
// bytes must not depend on the number of threads or the name of the file.
func resultIndependent() []string {
	names := []string{"threads", "output", "checkpoint"}
	for _, c := range callback.All() {
		if _, ok := c.Log(); ok {
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
	if len(experiment) == 0 {
		return nil, fault.New(fault.Data, path, "wanted the config that it was trained with, found none")
	}
	resolved, err := Load(Options{Path: path, Read: func(string) ([]byte, error) { return experiment, nil }})
	if err != nil {
		return nil, fault.New(fault.Data, path, "its config: %w", err)
	}
	return resolved, nil
}
