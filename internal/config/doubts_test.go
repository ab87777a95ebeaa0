package config

import (
	"strings"
	"testing"
)

func TestLayersNote(t *testing.T) {
	for _, test := range []struct {
		layers, dataset string
		meant           string // empty: no note
	}{
		{"784,100,50,10", "mnist", "[100, 50]"},
		{"784,100,50", "mnist", "[100, 50]"},
		{"100,50,10", "mnist", "[100, 50]"},
		{"784,10", "mnist", "[]"},
		{"[784, {dropout: 0.2}, {dense: 10, activation: tanh}]", "mnist", ""},
		{"100,50", "mnist", ""},
		{"784", "mnist", ""},
		{"10", "mnist", ""},
		{"784,784", "mnist", ""},
		{"784,{dropout: 0.5},100", "mnist", ""},
		{"[100, 10, {dropout: 0.5}]", "mnist", ""},
		{"784,100,10", "{csv: a.csv, target: kind}", "[100]"},
		{"784,100", "{csv: a.csv, target: kind}", ""},
		{"16,10", "{csv: a.csv, target: kind}", ""},
	} {
		r, err := Load(Options{Flags: []Flag{
			{Name: "--layers", Key: "layers", Value: test.layers}, {Name: "--set", Key: "dataset", Value: test.dataset},
		}})
		if err != nil {
			t.Fatal(err)
		}
		a, err := r.Architecture(784, 10)
		if err != nil {
			t.Fatal(err)
		}
		note := r.LayersNote(a)
		if (note == "") != (test.meant == "") || !strings.HasSuffix(note, test.meant+" was meant") && test.meant != "" {
			t.Errorf("%s of %s: %q, wanted %q", test.layers, test.dataset, note, test.meant)
		}
	}
}
