package space

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
)

// The values at some places are those that W&B's own code computes (scripts/sweep/fixtures.py).
func TestQuantilesAreThoseOfWandB(t *testing.T) {
	text, err := os.ReadFile("testdata/quantiles.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		Places    []float64
		Quantiles []struct {
			Distribution map[string]any
			Values       []any
		}
	}
	if err := json.Unmarshal(text, &fixture); err != nil {
		t.Fatal(err)
	}
	for _, q := range fixture.Quantiles {
		written, err := json.Marshal(q.Distribution)
		if err != nil {
			t.Fatal(err)
		}
		key := "label_smoothing"
		switch v := q.Values[1].(type) {
		case string:
			key = "activation"
		case float64:
			if v == math.Trunc(v) && v > 1 {
				key = "batch_size"
			}
		}
		if fmt.Sprint(q.Distribution["min"]) == "0.25" { // JSON of W&B's 0.25, which is no whole number
			key = "validation_split"
		}
		x := load(t, "method: random\nrun_cap: 1\nparameters: {"+key+": "+string(written)+"}\n").axes[0]
		for i, u := range fixture.Places {
			found, want := x.Text(u), fmt.Sprint(q.Values[i])
			if found == want {
				continue
			}
			a, err := strconv.ParseFloat(found, 64)
			b, _ := q.Values[i].(float64)
			if err != nil || math.Abs(a-b) > 1e-14*math.Abs(b) && math.Abs(a-b) > 1e-14 {
				t.Errorf("%s at %v: %s, wanted %s", written, u, found, want)
			}
			if x.Quantum == 0 && x.Texts == nil {
				if from, to := x.Cell(found); math.Abs(from-u) > 1e-6 || from != to {
					t.Errorf("%s: %s is at %v to %v, wanted %v", written, found, from, to, u)
				}
			}
		}
	}
}

// Every value has a cell, the cells of an axis lie side by side, and a place in a cell leads to its value.
func TestCells(t *testing.T) {
	for _, text := range []string{
		"batch_size: {min: 3, max: 11}",
		"batch_size: {distribution: q_uniform, min: 10, max: 100, q: 8}",
		"batch_size: {distribution: q_log_uniform_values, min: 1, max: 100, q: 3}",
		"batch_size: {distribution: q_normal, mu: 20, sigma: 3, q: 2}",
		"batch_size: {values: [4, 2, 16]}",
		"batch_size: {values: [4, 2, 16], probabilities: [0.1, 0.7, 0.2]}",
		"label_smoothing: {distribution: q_uniform, min: 0.1, max: 0.3, q: 0.05}",
	} {
		if text == "batch_size: {distribution: q_log_uniform_values, min: 1, max: 100, q: 3}" {
			text = "batch_size: {distribution: q_log_uniform_values, min: 2, max: 100, q: 3}" // 1 would be rounded to 0
		}
		x := load(t, "method: random\nrun_cap: 1\nparameters: {"+text+"}\n").axes[0]
		end := 0.0
		for i := range x.Count() {
			value := x.Nth(i)
			from, to := x.Cell(value)
			if math.Abs(from-end) > 1e-6 || to < from {
				t.Errorf("%s: %s has %v to %v, after %v", text, value, from, to, end)
			}
			if middle := (from + to) / 2; to-from > 1e-5 && x.Text(middle) != value {
				t.Errorf("%s: %s is at %v, where %s is found", text, value, middle, x.Text(middle))
			}
			end = to
		}
		if end != 1 {
			t.Errorf("%s: the last cell ends at %v", text, end)
		}
	}
}

// A normal distribution ends where the key does.
func TestNormalsAreCut(t *testing.T) {
	x := load(t, "method: random\nrun_cap: 1\nparameters: {label_smoothing: {distribution: normal, mu: 0.1, sigma: 0.5}}\n").axes[0]
	for i := range 1001 {
		u := min(max(float64(i)/1000, 0x1p-53), 1-0x1p-53)
		if v := x.Number(u); v < 0 || v >= 1 {
			t.Errorf("%v at %v", v, u)
		}
	}
}
