package config

import (
	"errors"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// loadText loads text as the file mlp.yaml, under flags.
func loadText(text string, flags ...Flag) (*Resolved, error) {
	return Load(Options{
		Path:  "mlp.yaml",
		Read:  func(string) ([]byte, error) { return []byte(text), nil },
		Flags: flags,
	})
}

// mustLoad is loadText for text that is valid.
func mustLoad(t *testing.T, text string, flags ...Flag) *Resolved {
	t.Helper()
	r, err := loadText(text, flags...)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return r
}

// asFault returns err as the error that a person sees.
func asFault(t *testing.T, err error) *fault.Error {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("found %T %v, wanted a *fault.Error", err, err)
	}
	return e
}

// keysHere is the hint that names the keys of a group.
func keysHere(group string) string {
	var names []string
	for _, k := range Keys() {
		if g, leaf := k.Parent(); g == group {
			names = append(names, leaf)
		}
	}
	return "the keys here are " + strings.Join(names, ", ")
}

// wantOf returns what a value of the key must be.
func wantOf(key string) string {
	k, _ := table().Find(key)
	return k.Kind.Want()
}
