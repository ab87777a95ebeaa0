package modelfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/safetensors"
)

const (
	documentKey = "dnn" // the document's key in the metadata of the safetensors file
	format      = 4     // the newest format that this program reads
)

// document is the JSON document next to the tensors. Its fields are in the order of the file. Any change to it is a new
// format, since readers refuse keys that they do not know.
type document struct {
	Format       int                       `json:"format"` // see formatOf
	Version      string                    `json:"version"`
	Seed         uint64                    `json:"seed"`
	Dataset      dataset                   `json:"dataset"`
	Input        input                     `json:"input"`
	Classes      []string                  `json:"classes"`
	Architecture nn.Architecture           `json:"architecture"`
	Config       json.RawMessage           `json:"config,omitempty"`
	Teachers     []string                  `json:"teachers,omitempty"`
	Start        string                    `json:"start,omitempty"`
	RateChanges  history.RateChanges       `json:"rate_changes,omitempty"`
	Merged       []Part                    `json:"merged,omitempty"`
	History      []history.Record[float64] `json:"history"`
}

type dataset struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

type input struct {
	Shape   []int     `json:"shape"`
	Scale   float64   `json:"scale"`
	Columns []string  `json:"columns,omitempty"` // these three: all or none
	Mean    []float64 `json:"mean,omitempty"`
	Std     []float64 `json:"std,omitempty"`
}

// encodeDocument returns m's document as compact JSON. m must have passed check.
func encodeDocument(m *Model) string {
	d := document{
		Format:       formatOf(m),
		Version:      m.Version,
		Seed:         m.Seed,
		Dataset:      dataset{Name: m.Dataset, Hash: m.DataHash},
		Input:        input{Shape: m.InputShape, Scale: m.Scale, Columns: m.Columns, Mean: m.Mean, Std: m.Std},
		Teachers:     m.Teachers,
		Start:        m.Start,
		RateChanges:  m.RateChanges,
		Merged:       m.Merged,
		Classes:      append([]string{}, m.Classes...), // without classes "[]", never "null"
		Architecture: m.Architecture,
		Config:       m.Config,
		History:      make([]history.Record[float64], 0, len(m.History)),
	}
	for _, e := range m.History {
		stored := history.RecordOf[float64](e)
		stored.Seconds = nil // they differ from run to run
		d.History = append(d.History, stored)
	}
	return string(safetensors.Marshal(d))
}

// formatOf returns the oldest format that can say what m is: 4 with RateChanges, 3 with Start or with a layer that is only a function of each
// value, 2 with Merged, else 1.
func formatOf(m *Model) int {
	if len(m.RateChanges) > 0 {
		return 4
	}
	if m.Start != "" {
		return 3
	}
	for _, l := range m.Architecture.Layers {
		if slices.Contains([]string{"activation", "leaky_relu", "elu"}, l.Type) || l.NegativeSlope != 0 || l.Alpha != 0 {
			return 3
		}
	}
	if len(m.Merged) > 0 {
		return 2
	}
	return 1
}

// decodeDocument returns the Model that text describes, without its tensors.
func decodeDocument(text, where string) (*Model, error) {
	malformed := func(err error) error {
		return fault.New(fault.Data, where, "metadata %s: %w", documentKey, err)
	}
	if err := checkFormat(text, where); err != nil {
		return nil, err
	}
	var d document
	if err := safetensors.Unmarshal([]byte(text), &d); err != nil {
		return nil, malformed(err)
	}
	m := &Model{
		Version:      d.Version,
		Seed:         d.Seed,
		Dataset:      d.Dataset.Name,
		DataHash:     d.Dataset.Hash,
		InputShape:   d.Input.Shape,
		Scale:        d.Input.Scale,
		Columns:      d.Input.Columns,
		Mean:         d.Input.Mean,
		Std:          d.Input.Std,
		Teachers:     d.Teachers,
		Start:        d.Start,
		RateChanges:  d.RateChanges,
		Merged:       d.Merged,
		Classes:      d.Classes,
		Architecture: d.Architecture,
		Config:       d.Config,
	}
	for _, e := range d.History {
		read, err := e.Read()
		if err != nil {
			return nil, malformed(fmt.Errorf("history: %w", err))
		}
		m.History = append(m.History, read)
	}
	if err := m.check(); err != nil {
		return nil, malformed(err)
	}
	if encodeDocument(m) != text {
		return nil, malformed(errors.New(
			"not written as dnn writes it: another order, spacing or spelling, or a key left out"))
	}
	return m, nil
}

// checkFormat refuses a format that this program does not read. It looks at the key format alone, which every format
// has.
func checkFormat(text, where string) error {
	var d struct {
		Format *int `json:"format"`
	}
	err := json.Unmarshal([]byte(text), &d)
	switch {
	case err != nil || d.Format == nil || *d.Format < 1:
		return fault.New(fault.Data, where, "metadata %s: wanted a format number of 1 or more, found none", documentKey)
	case *d.Format > format:
		err := fault.New(fault.Data, where, "written by a newer dnn: format %d, this dnn reads up to %d",
			*d.Format, format)
		return err.WithHint("upgrade dnn")
	}
	return nil
}
