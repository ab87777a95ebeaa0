package config

import (
	"errors"
	"strings"
	"testing"

	"dnn/configs"
	"dnn/internal/fault"
)

// FuzzLoad: No text makes Load panic. Every error is one line that names a place. An accepted file can be shown and
// read again.
func FuzzLoad(f *testing.F) {
	for _, seed := range append(roundTrips, configs.MLP(), Template(), course, "a: &a [*a]", "\tepochs: 1",
		"x: !!binary aa\n---\n", "? {}\n: |\n  a") {
		f.Add(seed, "epochs", "3")
	}
	f.Add("", "layers", "1,2")
	f.Add("", "layers", "[1, {dropout: 0.2}, {batch_normalization: {epsilon: 0.1}}]")
	f.Add(everything, "augment", "off")
	f.Add("", "dataset", "{csv: a.csv, target: b}")
	f.Add("", "distill.teacher", "a.bin,b.bin")
	f.Add("", "schedule.name", "one_cycle")
	f.Add("", "optimizer.learning_rate", "1e-3")
	f.Fuzz(func(t *testing.T, text, key, value string) {
		for _, flags := range [][]Flag{nil, {{Name: "--set", Key: key, Value: value}}} {
			r, err := loadText(text, flags...)
			if err == nil {
				checkRoundTrip(t, r)
				continue
			}
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Kind != fault.Config {
				t.Fatalf("found %T %v, wanted a *fault.Error of kind Config", err, err)
			}
			if e.Where == "" || e.What == "" || strings.ContainsAny(e.Error()+e.Hint, "\n\r\x00") {
				t.Fatalf("not one line with a place: %q, hint %q", e, e.Hint)
			}
		}
	})
}
