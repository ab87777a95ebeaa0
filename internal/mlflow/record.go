// Package mlflow sends what a training run gives to an MLflow server, over its REST API
// (https://mlflow.org/docs/latest/api_reference/rest-api.html, version 2.0): parameters, metrics by epoch, and files as
// artifacts.
//
// A run never waits for the server, and never fails for it. What a server did not take stays in a file next to the
// model, a Record, from which Sync sends it later.
package mlflow

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// Extension is how the names of files with a Record end.
const Extension = ".mlflow.json"

// Record is all that a server is told about one run. Its JSON is a file next to the model, until the server has it all.
type Record struct {
	Format      int    `json:"format"` // 1
	TrackingURI string `json:"tracking_uri"`
	Experiment  string `json:"experiment"`
	Name        string `json:"name"` // of the run

	Begun  int64  `json:"begun"`  // Unix time in milliseconds
	Ended  int64  `json:"ended"`  // 0: not yet
	Status Status `json:"status"` // once it has ended

	Params    []Param  `json:"params"`
	Tags      []Param  `json:"tags"`
	Metrics   []Metric `json:"metrics"`
	Artifacts []string `json:"artifacts"` // paths, relative to the folder of the record

	// What the server has already.
	Tried         bool   `json:"tried,omitempty"` // it was asked to make the run, and may have, though RunID is empty
	RunID         string `json:"run_id,omitempty"`
	Root          string `json:"root,omitempty"` // where it keeps the run's artifacts
	SentParams    bool   `json:"sent_params,omitempty"`
	SentMetrics   int    `json:"sent_metrics,omitempty"`
	SentArtifacts int    `json:"sent_artifacts,omitempty"`
}

// Status says how a run ended, in MLflow's words.
type Status string

// How a run can end.
const (
	Finished Status = "FINISHED"
	Failed   Status = "FAILED"
	Killed   Status = "KILLED" // by a person
)

// Param is a parameter or a tag of a run.
type Param struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// maxParam is how many bytes the value of a parameter may have for MLflow.
const maxParam = 6000

// Params returns the settings of an experiment, a JSON object, as parameters with dotted names, in the order of the names.
// A list is its JSON.
func Params(settings json.RawMessage) ([]Param, error) {
	var all []Param
	var add func(prefix string, text json.RawMessage) error
	add = func(prefix string, text json.RawMessage) error {
		var group map[string]json.RawMessage
		if json.Unmarshal(text, &group) == nil && group != nil {
			for _, name := range slices.Sorted(maps.Keys(group)) {
				if err := add(strings.TrimPrefix(prefix+"."+name, "."), group[name]); err != nil {
					return err
				}
			}
			return nil
		}
		value := string(text)
		if strings.HasPrefix(value, `"`) {
			if err := json.Unmarshal(text, &value); err != nil {
				return err
			}
		}
		if len(value) > maxParam {
			value = value[:maxParam-3] + "..."
		}
		all = append(all, Param{Key: prefix, Value: value})
		return nil
	}
	return all, add("", settings)
}

// Metric is one value of a metric.
type Metric struct {
	Key       string `json:"key"`
	Value     Number `json:"value"`
	Timestamp int64  `json:"timestamp"` // Unix time in milliseconds
	Step      int    `json:"step"`
}

// Number is a float64 that may be NaN or infinite, which JSON spells as text, as protocol buffers do.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte(`"NaN"`), nil
	case math.IsInf(v, 1):
		return []byte(`"Infinity"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Infinity"`), nil
	default:
		return strconv.AppendFloat(nil, v, 'g', -1, 64), nil
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(text []byte) error {
	s := string(text)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	v, err := strconv.ParseFloat(s, 64)
	*n = Number(v)
	return err
}

// maxRecord is how many bytes a record may have: a million epochs with ten metrics each.
const maxRecord = 1 << 30

// readRecord reads a record from a file.
func readRecord(path string) (*Record, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxRecord {
		return nil, fault.New(fault.Data, path, "wanted at most %d bytes, found %d", maxRecord, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fault.New(fault.Data, path, "wanted what dnn train has not sent to MLflow, found other JSON: %w", err)
	}
	switch {
	case r.Format != 1:
		return nil, fault.New(fault.Data, path, "wanted format 1, found %d", r.Format)
	case r.SentMetrics < 0 || r.SentMetrics > len(r.Metrics) || r.SentArtifacts < 0 || r.SentArtifacts > len(r.Artifacts):
		return nil, fault.New(fault.Data, path, "wanted no more sent than there is, found %d metrics and %d artifacts sent",
			r.SentMetrics, r.SentArtifacts)
	}
	for _, artifact := range r.Artifacts {
		if !filepath.IsLocal(artifact) {
			return nil, fault.New(fault.Data, path, "wanted artifacts in its folder, found %q", artifact)
		}
	}
	return &r, nil
}

// Encode returns the record as it is in a file, whose name must end in Extension for Sync to find it.
func (r *Record) Encode() ([]byte, error) {
	r.Format = 1
	text, err := json.Marshal(r)
	return append(text, '\n'), err
}

// write writes the record to a file.
func (r *Record) write(path string) error {
	text, err := r.Encode()
	if err != nil {
		return err
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return fault.CannotWrite(path, err)
	}
	return nil
}
