package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"

	"dnn/internal/history"
	"dnn/internal/modelfile"
)

// difference returns the first thing in which the file differs from what training again gave, from causes to effects.
func difference(file, again *modelfile.Model) string {
	unlike := func(what string, found, wanted any) string {
		return fmt.Sprintf("%s: training again gave %v, the file has %v", what, wanted, found)
	}
	switch {
	case file.Version != again.Version:
		return unlike("the version of dnn", file.Version, again.Version)
	case file.Dataset != again.Dataset:
		return unlike("the name of the data set", file.Dataset, again.Dataset)
	case file.DataHash != again.DataHash:
		return unlike("the hash of "+file.Dataset, file.DataHash, again.DataHash)
	case file.Start != again.Start:
		return unlike("the SHA-256 of the model that it was trained from", file.Start, again.Start)
	case !slices.Equal(file.Teachers, again.Teachers):
		return unlike("the SHA-256 of the teachers", file.Teachers, again.Teachers)
	}
	if key, found, wanted := setting(file.Config, again.Config); key != "" {
		return unlike("the setting "+key, found, wanted)
	}
	if !reflect.DeepEqual(file.Architecture, again.Architecture) {
		return unlike("the architecture", describe(file.Architecture), describe(again.Architecture))
	}
	if n, m := len(file.History), len(again.History); n != m {
		return unlike("the number of epochs", n, m)
	}
	for i, e := range file.History {
		if what := epoch(e, again.History[i]); what != "" {
			return what
		}
	}
	if what := weight(file.Tensors, again.Tensors); what != "" {
		return what
	}
	for _, part := range []struct {
		name          string
		found, wanted any
	}{
		{"the seed", file.Seed, again.Seed}, {"the classes", file.Classes, again.Classes},
		{"the columns", file.Columns, again.Columns}, {"the shape of the input", file.InputShape, again.InputShape},
		{"the scale", file.Scale, again.Scale}, {"the means of the columns", file.Mean, again.Mean},
		{"the standard deviations of the columns", file.Std, again.Std},
	} {
		if !reflect.DeepEqual(part.found, part.wanted) {
			return unlike(part.name, part.found, part.wanted)
		}
	}
	return "the bytes differ, and all that they say is the same"
}

func describe(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// setting returns the first key, in alphabetical order, that has another value in one experiment than in the other.
func setting(file, again json.RawMessage) (key, found, wanted string) {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(file, &a) != nil || json.Unmarshal(again, &b) != nil {
		return "", "", ""
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if string(a[k]) != string(b[k]) {
			return k, orNone(a[k]), orNone(b[k])
		}
	}
	return "", "", ""
}

func orNone(value json.RawMessage) string {
	if value == nil {
		return "none"
	}
	return string(value)
}

// epoch says which result of an epoch differs; empty: none.
func epoch(file, again history.Epoch) string {
	for _, v := range []struct {
		name          string
		found, wanted float64
	}{
		{"loss", file.Loss, again.Loss}, {"accuracy", file.Accuracy, again.Accuracy},
		{"val_loss", file.ValLoss, again.ValLoss}, {"val_accuracy", file.ValAccuracy, again.ValAccuracy},
		{"learning_rate", file.LearningRate, again.LearningRate},
	} {
		if v.found != v.wanted {
			return fmt.Sprintf("epoch %d, %s: training again gave %v, the file has %v", file.Epoch, v.name, v.wanted, v.found)
		}
	}
	return ""
}

// weight says which weight is the first that differs, and how many do; empty: none.
func weight(file, again []modelfile.Tensor) string {
	first, different := "", 0
	for i, t := range file {
		for j, x := range t.Data {
			if y := again[i].Data[j]; math.Float32bits(x) != math.Float32bits(y) {
				if different++; different == 1 {
					first = fmt.Sprintf("%s, element %d: training again gave %v, the file has %v", t.Name, j, y, x)
				}
			}
		}
	}
	switch {
	case different == 2:
		first += " (and 1 other weight differs)"
	case different > 2:
		first += fmt.Sprintf(" (and %d other weights differ)", different-1)
	}
	return first
}
