// Package arraystest is what the tests of weights-only formats have in common: the inputs and outputs that other
// programs computed, and files that are cut or have a bit flipped.
package arraystest

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
)

// Case is samples, and what a network makes of them.
type Case struct{ Inputs, Outputs [][]float64 }

// Load reads a case of a cases.json, in which outputs are under the given key. Samples are flattened.
func Load(t *testing.T, path, name, outputs string) (c Case) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for key, to := range map[string]*[][]float64{"inputs": &c.Inputs, outputs: &c.Outputs} {
		samples, _ := all[name][key].([]any)
		for _, s := range samples {
			*to = append(*to, flat(s))
		}
	}
	if len(c.Inputs) == 0 || len(c.Outputs) != len(c.Inputs) {
		t.Fatalf("%s: %s: %d inputs, %d outputs", path, name, len(c.Inputs), len(c.Outputs))
	}
	return c
}

func flat(v any) []float64 {
	if x, ok := v.(float64); ok {
		return []float64{x}
	}
	var all []float64
	for _, item := range v.([]any) {
		all = append(all, flat(item)...)
	}
	return all
}

// Check compares the outputs of c with those of the case.
func (k Case) Check(t *testing.T, c *chain.Chain) {
	t.Helper()
	const tolerance = 1e-5
	worst := 0.0
	for i, x := range k.Inputs {
		y := chaintest.Run(c, x)
		if len(y) != len(k.Outputs[i]) {
			t.Fatalf("%d outputs, want %d", len(y), len(k.Outputs[i]))
		}
		for j := range y {
			worst = max(worst, math.Abs(y[j]-k.Outputs[i][j]))
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("outputs differ by %g, want at most %g", worst, tolerance)
	}
}

// Activate returns c with an activation after each Dense and the BatchNormalization that follows it, as long as there are
// some.
func Activate(c *chain.Chain, activations ...chain.Activation) *chain.Chain {
	with := *c
	with.Steps = nil
	for i, s := range c.Steps {
		with.Steps = append(with.Steps, s)
		_, dense := s.(chain.Dense)
		follows := false
		if i+1 < len(c.Steps) {
			_, follows = c.Steps[i+1].(chain.BatchNormalization)
		}
		_, normalized := s.(chain.BatchNormalization)
		if (dense && !follows || normalized && i > 0) && len(activations) > 0 {
			with.Steps = append(with.Steps, activations[0])
			activations = activations[1:]
		}
	}
	return &with
}

// Damage reads every beginning of data, and data with each bit flipped, or with one bit of each byte if the format has no
// checksum. Reading must not panic, errors must be faults of data with short texts, and, if there is a checksum, what is
// read must have the same numbers as data has.
func Damage(t *testing.T, data []byte, checksum bool, read func([]byte) (*chain.Chain, error)) {
	t.Helper()
	want, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	check := func(damaged []byte, what string, at int) {
		c, err := read(damaged)
		if err != nil {
			if fault.KindOf(err) != fault.Data || len(err.Error()) > 400 {
				t.Fatalf("%s %d: %v", what, at, err)
			}
			return
		}
		if checksum && !same(c, want) {
			t.Fatalf("%s %d: read, with other numbers", what, at)
		}
	}
	for n := range data {
		check(data[:n:n], "cut at byte", n)
	}
	flipped := append([]byte{}, data...)
	for i := range flipped {
		for bit := range 8 {
			if !checksum && bit != i%8 { // panics are found by fewer
				continue
			}
			flipped[i] ^= 1 << bit
			check(flipped, "flipped in byte", i)
			flipped[i] ^= 1 << bit
		}
	}
}

// same reports whether two chains have the same numbers in the same steps.
func same(a, b *chain.Chain) bool {
	x, errX := json.Marshal(a.Steps)
	y, errY := json.Marshal(b.Steps)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
