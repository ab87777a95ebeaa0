package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/nn/step"
	"dnn/internal/safetensors"
)

func testCheckpoint() *Checkpoint {
	return &Checkpoint{
		progress: progress{
			step: 2, seconds: 0.5, sum: step.Result{Count: 10, Loss: 1.0 / 3, Right: 7}, ended: "",
			history: history.Epochs{
				{Epoch: 1, Seconds: 1.5, Loss: 1e300, Accuracy: 0.1, LearningRate: 1e-300},
				{Epoch: 2, Loss: 0.3, Validated: true, ValLoss: 0, ValAccuracy: 1},
			},
		},
		optimizer: map[string]float64{"adam.beta_1_power": 0.9 * 0.9 * 0.9},
		callbacks: map[string]map[string]float64{"early_stopping": {"best": math.Inf(-1), "wait": 3}},
		tensors:   []safetensors.Tensor{{Name: "weights/dense.bias", Shape: []int{2}, Data: []float32{1, -0.5}}},
		config:    json.RawMessage(`{"epochs":4}`),
		inputs:    map[string]string{"data": "abc"},
	}
}

// noHistoryFile reads the history file of checkpoints that need none.
func noHistoryFile(b historyPrefix) (history.Epochs, error) {
	if b != (historyPrefix{}) {
		return nil, fmt.Errorf("wanted no history file, found one of %d epochs", b.Epochs)
	}
	return nil, nil
}

// A checkpoint survives being written and read, and the same checkpoint has the same bytes.
func TestCheckpointFile(t *testing.T) {
	want := testCheckpoint()
	var file, again bytes.Buffer
	if err := want.encode(&file); err != nil {
		t.Fatal(err)
	}
	whole := bytes.Clone(file.Bytes())
	got, err := decodeCheckpoint(&file, "ckpt", noHistoryFile)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("wanted\n%+v\nfound\n%+v", want, got)
	}
	long := io.MultiReader(bytes.NewReader(whole), bytes.NewReader(make([]byte, 16<<20)))
	_, err = decodeCheckpoint(long, "ckpt", noHistoryFile)
	if wanted := "ckpt: damaged, with bytes after its end"; err == nil || !strings.HasPrefix(err.Error(), wanted) {
		t.Errorf("with a long tail: wanted the error %s, found %v", wanted, err)
	}
	if n, err := io.Copy(io.Discard, long); n < 15<<20 {
		t.Errorf("of a tail of 16 MiB: wanted most of it unread, found %d bytes (%v)", n, err)
	}
	if err := got.encode(&again); err != nil || !bytes.Equal(again.Bytes(), whole) {
		t.Errorf("written again: wanted the same bytes, found others (%v)", err)
	}
}

func TestCheckpointFileErrors(t *testing.T) {
	var file bytes.Buffer
	if err := testCheckpoint().encode(&file); err != nil {
		t.Fatal(err)
	}
	decoded, err := safetensors.Decode(&file, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"format":1`, `"format":4`, "ckpt: wanted format 3 or an older one, found format 4: a newer dnn wrote it"},
		{`"format":1`, `"format":3`, `ckpt: wanted "rate_changes" in format 3 only, found 0 in format 3`},
		{`"inputs"`, `"rate_changes":[{"step":1,"factor":0.5}],"inputs"`, `ckpt: wanted "rate_changes" in format 3 only, found 1 in format 1`},
		{`"format":1`, `"format":2`,
			`ckpt: wanted "before" from format 2 on, with at least one epoch, found <nil> in format 2`},
		{`"format":1`, `"format":0`, "ckpt: its numbers contradict each other: format 0, step 2, samples 10, right 7"},
		{`"ended":""`, `"ended":"","before":{"epochs":100,"bytes":9,"sha256":""}`,
			`ckpt: wanted "before" from format 2 on`},
		{`"ended":""`, `"ended":"why"`,
			"ckpt: its numbers contradict each other: it ended (why) after step 2 of epoch 3"},
		{`"step":2`, `"steps":2`, `ckpt: unknown key "steps"`},
		{`"step":2`, `"step":-1`, "ckpt: its numbers contradict each other: format 1, step -1, samples 10, right 7"},
		{`"right":7`, `"right":11`, "ckpt: its numbers contradict each other: format 1, step 2, samples 10, right 11"},
		{`"epoch":2`, `"epoch":3`, "ckpt: history: wanted epoch 2, found epoch 3"},
		{`"val_loss":0,`, ``, "ckpt: epoch 2: wanted val_loss and val_accuracy, or neither"},
		{`"loss":1e+300`, `"loss":"much"`, "ckpt: history.loss: wanted a number, found a string"},
		{`"loss":1e+300`, `"loss":"+Inf"`, "ckpt: epoch 1: wanted a finite number, found +Inf"},
		{`"learning_rate":1e-300`, `"learning_rate":"NaN"`, "ckpt: epoch 1: wanted a finite number, found NaN"},
	} {
		document := strings.Replace(decoded.Document, c.old, c.new, 1)
		if document == decoded.Document {
			t.Fatalf("wanted %s in the document, found %s", c.old, document)
		}
		var changed bytes.Buffer
		container := &safetensors.File{Key: checkpointKey, Document: document, Tensors: decoded.Tensors}
		if _, err := safetensors.Encode(&changed, container); err != nil {
			t.Fatal(err)
		}
		_, err := decodeCheckpoint(&changed, "ckpt", noHistoryFile)
		if fault.KindOf(err) != fault.Data || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: wanted %s, found %v of kind %d", c.new, c.want, err, fault.KindOf(err))
		}
	}
	var model bytes.Buffer
	if _, err := safetensors.Encode(&model, &safetensors.File{Key: "dnn", Document: "{}"}); err != nil {
		t.Fatal(err)
	}
	const wanted = "ckpt: wanted a checkpoint, found another file of dnn's (dnn)"
	if _, err := decodeCheckpoint(&model, "ckpt", noHistoryFile); err == nil || err.Error() != wanted {
		t.Errorf("a model: wanted the error %s, found %v", wanted, err)
	}
}

// No document makes the reader panic, and whatever the reader accepts can be written.
func FuzzCheckpointDocument(f *testing.F) {
	var file bytes.Buffer
	if err := testCheckpoint().encode(&file); err != nil {
		f.Fatal(err)
	}
	decoded, err := safetensors.Decode(&file, "")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(decoded.Document)
	f.Add(`{"format":1,"history":[{"epoch":1,"val_loss":"NaN","val_accuracy":null}],"callbacks":{"a":null}}`)
	format2 := `{"format":2,"before":{"epochs":100,"bytes":9,"sha256":""}`
	f.Add(strings.Replace(decoded.Document, `{"format":1`, format2, 1))
	f.Fuzz(func(t *testing.T, document string) {
		var sealed, again bytes.Buffer
		container := &safetensors.File{Key: checkpointKey, Document: document}
		if _, err := safetensors.Encode(&sealed, container); err != nil {
			return
		}
		c, err := decodeCheckpoint(&sealed, "ckpt", noHistoryFile)
		if err != nil {
			if fault.KindOf(err) != fault.Data {
				t.Errorf("wanted an error of kind %d, found %v of kind %d", fault.Data, err, fault.KindOf(err))
			}
			return
		}
		if err := c.encode(&again); err != nil {
			t.Error(err)
		}
	})
}

// The temporary files of runs that were killed while they wrote a checkpoint are removed by the next run, whatever step
// they were of.
func TestCheckpointsOfKilledWriters(t *testing.T) {
	folder := t.TempDir()
	put := func(name string, age time.Duration) {
		t.Helper()
		file, then := filepath.Join(folder, name), time.Now().Add(-age)
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, then, then); err != nil {
			t.Fatal(err)
		}
	}
	put(".model.ckpt-000123.0123abcd.tmp", 2*time.Hour)
	put(".model.ckpt-1234567.0123abcd.tmp", 2*time.Hour)
	kept := []string{
		".model.bin.0123abcd.tmp", ".model.ckpt-000124.0123abcd.tmp", ".model.ckpt-12.0123abcd.tmp",
		"model.ckpt-000122",
	}
	put(kept[0], 2*time.Hour)
	put(kept[1], time.Minute) // another process may be writing it
	put(kept[2], 2*time.Hour)
	put(kept[3], 2*time.Hour)
	k := checkpointWriter{Checkpoints: &Checkpoints{Path: filepath.Join(folder, "model.ckpt")}}
	if err := k.begin(time.Now()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, kept) {
		t.Errorf("wanted the files %q, found %q", kept, got)
	}
}

// A checkpoint that is not a regular file is refused, since reading a FIFO could block.
func TestCheckpointIsNoFile(t *testing.T) {
	folder := t.TempDir()
	wanted := folder + ": cannot read: is not a regular file"
	if _, err := (&Checkpoints{}).read(folder); err == nil || err.Error() != wanted {
		t.Errorf("wanted the error %s, found %v", wanted, err)
	}
}
