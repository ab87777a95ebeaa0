package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/history"
)

func TestEvents(t *testing.T) {
	var out bytes.Buffer
	e := NewEvents(&out)
	for _, err := range []error{
		e.Start(StartEvent{
			Dataset: "mnist", TrainSamples: 48000, ValidationSamples: 12000, TestSamples: 10000, StepsPerEpoch: 480,
			Epochs: 10, BatchSize: 100, Seed: 1, Threads: 2, SIMD: "avx2", Parameters: 84060, Version: "1.0.0",
		}),
		e.Epoch(history.Epoch{
			Epoch: 1, Seconds: 0.0612345678, Loss: float64(float32(0.35121683)), Accuracy: float64(float32(0.90047914)),
			Validated: true, ValLoss: 0, ValAccuracy: 1, LearningRate: 0.001,
		}, nil),
		e.Epoch(history.Epoch{Epoch: 2, Seconds: 0.06, Loss: 0.25, Accuracy: 0.5, ValLoss: 7, LearningRate: 1e-7},
			map[string]float64{"update": 0.01, "forward": 0.0200000004, "backward": 0.03}),
		e.Epoch(history.Epoch{Epoch: 3, Loss: math.NaN(), Accuracy: math.Inf(1), Validated: true,
			ValLoss: math.Inf(-1)}, nil),
		e.End(EndEvent{
			TestLoss: 0.08797961473464966, TestAccuracy: 0.9762, TrainSeconds: 0.62, Epochs: 10, Model: "model.bin",
			SHA256: "9f86d0",
		}),
		e.End(EndEvent{Model: "<a>&b.bin", Untested: true, Interrupted: true}),
		e.Evaluation(Evaluation{Models: []string{"model.bin"}, Split: "test", Samples: 100, Loss: 0.5, Accuracy: 0.75}),
		e.Evaluation(Evaluation{Models: []string{"a.bin", "b.bin"}, Views: []string{"horizontal_flip"}, Split: "train",
			Samples: 100, Loss: 0.5, Accuracy: 0.75}),
		e.Error(fault.New(fault.Config, "mlp.yaml:2:1", "unknown key %q", "layer").WithHint("did you mean layers?")),
		e.Error(fmt.Errorf("train: %w", fault.New(fault.Data, "model.bin", "truncated"))),
		e.Error(errors.New("index out of range")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "events.jsonl", out.Bytes())
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// TestEventFloatsAreExact checks that float32 values of each kind are read back as they were.
func TestEventFloatsAreExact(t *testing.T) {
	for _, v := range []float32{0, 1, 0.1, 1e-45, math.MaxFloat32, 0.08797961473464966} {
		var out bytes.Buffer
		if err := NewEvents(&out).Epoch(history.Epoch{Loss: float64(v)}, nil); err != nil {
			t.Fatal(err)
		}
		var got struct{ Loss float64 }
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Loss != float64(v) {
			t.Errorf("%v: got %v, %v", v, got.Loss, err)
		}
	}
}

func TestEventOfALongError(t *testing.T) {
	var out bytes.Buffer
	long := strings.Repeat("é", 1<<20)
	err := fault.New(fault.Data, long+"/data.csv:7:9", "wanted a number, found %q", long).WithHint("mv %s", long)
	if err := NewEvents(&out).Error(err); err != nil {
		t.Fatal(err)
	}
	var got struct{ Where, Message, Hint string }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || out.Len() > 3000 ||
		!strings.HasSuffix(got.Where, "é/data.csv:7:9") ||
		!strings.HasPrefix(got.Message, `wanted a number, found "é`) || !strings.HasPrefix(got.Hint, "mv é") {
		t.Errorf("%.3000s (%v)", out.String(), err)
	}
}

func TestEventsWriteError(t *testing.T) {
	err := NewEvents(brokenWriter{}).Start(StartEvent{})
	if fault.KindOf(err) != fault.Write || !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
