package config

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// resultIndependent returns the keys and groups that do not change what is learned. A model file leaves them out, so that
// its bytes say what was learned and not on how many threads, or under which name it was stored.
func resultIndependent() []string {
	return []string{"threads", "output", "checkpoint", "tensorboard", "json_log"}
}

// Reproducible returns the experiment without the keys that do not change its result.
func (r *Resolved) Reproducible() *Resolved {
	reduced := *r
	reduced.values = make(map[string]any, len(r.values))
	for name, value := range r.values {
		if outermost, _, _ := strings.Cut(name, "."); !slices.Contains(resultIndependent(), outermost) {
			reduced.values[name] = value
		}
	}
	return &reduced
}

// ValidationSplit returns the validation split of an experiment that a model file carries as JSON.
func ValidationSplit(experiment json.RawMessage) (float64, error) {
	var keys struct {
		ValidationSplit *float64 `json:"validation_split"`
	}
	if len(experiment) == 0 {
		return 0, errors.New("wanted validation_split, found no config")
	}
	if err := json.Unmarshal(experiment, &keys); err != nil {
		return 0, err
	}
	if split := keys.ValidationSplit; split != nil && *split >= 0 && *split < 1 {
		return *split, nil
	}
	return 0, errors.New("wanted a validation_split of at least 0 and less than 1")
}

// Validation returns how an experiment that a model file carries as JSON chooses its validation samples: tail or
// stratified. One that does not say it is from before there was a choice.
func Validation(experiment json.RawMessage) string {
	var keys struct {
		Validation string `json:"validation"`
	}
	if json.Unmarshal(experiment, &keys) != nil || keys.Validation == "" {
		return "tail"
	}
	return keys.Validation
}
