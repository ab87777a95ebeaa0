package picture

import (
	"bytes"
	"io"
	"math"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/report"
)

// seedsOf returns seeds with these test accuracies; the losses are as far from 1.
func seedsOf(accuracies ...float32) report.Seeds {
	var s report.Seeds
	for i, a := range accuracies {
		s.List = append(s.List, report.Seed{Seed: uint64(i + 1), TestAccuracy: a, TestLoss: 1 - a})
	}
	return s
}

func TestWriteSeeds(t *testing.T) {
	var first, second bytes.Buffer
	s := seedsOf(0.971, 0.974, 0.9725, 0.9731, 0.9702)
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := WriteSeeds(b, "svg", s); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same seeds gave two pictures")
	}
	for _, want := range []string{
		"Test accuracy", "Test loss", "each seed", "quartiles", "mean", "5 seeds: mean 0.9722 +- 0.0019 (95 %)",
	} {
		if !bytes.Contains(first.Bytes(), []byte(">"+want+"<")) {
			t.Errorf("%q is missing", want)
		}
	}
	// A ring for each seed, in both panels.
	strip := stripPanel("", s.List, s.Of("test_loss"), "test_loss", Light().training, Light())
	if strip.Y.Min >= 0.026 || strip.Y.Max <= 0.0298 || strip.Y.Max > 0.031 {
		t.Errorf("the axis is from %v to %v, wanted it around the losses", strip.Y.Min, strip.Y.Max)
	}
}

func TestWriteSeedsOfOddValues(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, s := range map[string]report.Seeds{
		"equal": seedsOf(0.5, 0.5, 0.5), "two": seedsOf(0, 1), "one number": seedsOf(nan, 0.5), "none": seedsOf(nan, inf),
	} {
		if err := WriteSeeds(io.Discard, "png", s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := WriteSeeds(io.Discard, "png", seedsOf(0.5)); fault.KindOf(err) != fault.Data {
		t.Errorf("one seed: %v", err)
	}
}
