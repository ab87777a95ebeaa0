// Package verify trains a model again from what its file says of its training, and compares the bytes. A model file
// holds its experiment, its seed and the hash of its data, and the same experiment gives the same bytes on any machine
// (docs/design.md, the numeric contract), so a file that cannot be reproduced is not what it says it is, or was made by
// another version of the program.
package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"dnn/internal/config"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/report"
)

// Options say which model to verify.
type Options struct {
	Model   string // its path
	From    string // the model that its run started from; empty: random weights
	DataDir string // folder of the data sets; empty: from the environment
	Threads int    // 0: all cores
	JSON    bool   // print the Result as JSON, and no progress
}

// Result says whether training again gave the same file.
type Result struct {
	Model      string `json:"model"`
	Verified   bool   `json:"verified"`
	Difference string `json:"difference,omitempty"` // the first; empty: the bytes are the same
	Bytes      int    `json:"bytes"`                // of the file
	SHA256     string `json:"sha256"`               // that seals the file
	Dataset    string `json:"dataset"`
	DataHash   string `json:"data_hash"`
	Seed       uint64 `json:"seed"`
	Epochs     int    `json:"epochs"`
	Version    string `json:"version"` // of the program that wrote the file
}

// Run trains a model again and prints whether that gave the same file. If it did not, the error is of kind
// fault.BelowMinimum and names the first difference.
func Run(ctx context.Context, system *experiment.System, o Options) error {
	r, err := Model(ctx, system, o)
	if err != nil {
		return err
	}
	if o.JSON {
		line, err := json.Marshal(r)
		if err == nil {
			_, err = fmt.Fprintf(system.Stdout, "%s\n", line)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !r.Verified:
		return fault.New(fault.BelowMinimum, o.Model, "not verified: %s", r.Difference)
	case !o.JSON:
		_, err = fmt.Fprintf(system.Stdout, "verified: the same %s bytes from its experiment, seed %d, %s, %s %.8s…\n",
			report.GroupDigits(r.Bytes), r.Seed, fault.Count(r.Epochs, "epoch"), r.Dataset, r.DataHash)
	}
	return err
}

// Model trains the model again, in a temporary folder, and compares the two files. A model that does not say how it was
// trained is a fault.Data. That the files differ is not an error.
func Model(ctx context.Context, system *experiment.System, o Options) (*Result, error) {
	model, err := modelfile.Read(o.Model) // which stops early at what is no model file, such as a device without an end
	if err != nil {
		return nil, err
	}
	if err := trainable(model, o); err != nil {
		return nil, err
	}
	given, err := os.ReadFile(o.Model)
	if err != nil {
		return nil, fault.New(fault.Data, o.Model, "cannot read: %w", fault.Pathless(err))
	}
	folder, err := os.MkdirTemp("", "dnn-verify-")
	if err != nil {
		return nil, fault.CannotWrite(os.TempDir(), err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // it holds nothing that a user would miss
	path := filepath.Join(folder, "model.bin")
	if err := trainAgain(ctx, system, o, model, path); err != nil {
		return nil, err
	}
	made, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	again, err := modelfile.Decode(bytes.NewReader(made), path)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Model: o.Model, Verified: bytes.Equal(given, made), Bytes: len(given), SHA256: model.SHA256,
		Dataset: model.Dataset, DataHash: model.DataHash, Seed: model.Seed, Epochs: len(model.History),
		Version: model.Version,
	}
	if !r.Verified {
		r.Difference = difference(model, again)
	}
	return r, nil
}

// trainable refuses a model that no run gave, or whose run cannot be repeated with what was given.
func trainable(m *modelfile.Model, o Options) error {
	switch {
	case len(m.Merged) > 0:
		return fault.New(fault.Data, o.Model, "was merged of %s: wanted a model that one run gave",
			fault.Count(len(m.Merged), "network")).WithHint("dnn verify takes each of them, and dnn merge makes it again")
	case len(m.Config) == 0 || len(m.History) == 0:
		return fault.New(fault.Data, o.Model, "does not say how it was trained: wanted its experiment and its epochs")
	case len(m.RateChanges) > 0:
		return fault.New(fault.Data, o.Model, "cannot be verified: %s", m.RateChanges.Note()).
			WithHint("train its experiment without a change by hand: dnn config show %s has it", o.Model)
	case m.Start != "" && o.From == "":
		return fault.New(fault.Data, o.Model, "was trained from another model: wanted that one, of SHA-256 %.8s…, with --from",
			m.Start)
	case m.Start == "" && o.From != "":
		return fault.New(fault.Data, o.Model, "was trained from random weights: wanted no --from, found %s", o.From)
	}
	return nil
}

// trainAgain runs the model's experiment, which writes to path. Nothing but the file decides what is trained: variables
// that override experiment files are left out.
func trainAgain(ctx context.Context, system *experiment.System, o Options, m *modelfile.Model, path string) error {
	inner := *system
	inner.Stdin = bytes.NewReader(m.Config)
	inner.Environ = nil
	inner.Env = func(name string) (string, bool) {
		if strings.HasPrefix(name, "DNN_") && name != "DNN_DATA_DIR" && name != "DNN_SIMD" {
			return "", false
		}
		return system.Env(name)
	}
	run := experiment.Options{
		Config: "-", From: o.From, DataDir: o.DataDir, NoHistory: true, NoPicture: true,
		Flags: []config.Flag{
			{Name: "--output", Key: "output", Value: path},
			{Name: "--threads", Key: "threads", Value: strconv.Itoa(o.Threads)},
		},
	}
	if !o.JSON {
		run.Listener = experiment.Listener{Run: experiment.Text(system).Run, Verbose: true}
	}
	return experiment.Train(ctx, &inner, run)
}
