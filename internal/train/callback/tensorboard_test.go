package callback

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
)

// The folders contain the right metrics. internal/tensorboard tests the bytes, and scripts/keras/tensorboard_check.py
// reads the files with TensorBoard.
func TestTensorBoard(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "logs")
	c := callbackOf(&TensorBoard{Folder: folder})
	if err := c.TrainBegin(train.Plan{}); err != nil {
		t.Fatal(err)
	}
	for _, e := range []history.Epoch{{Epoch: 1, Loss: 0.5}, {Epoch: 2, Loss: 0.25, Validated: true, ValLoss: 1}} {
		if err := c.EpochEnd(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.TrainEnd(); err != nil {
		t.Fatal(err)
	}
	const name = "events.out.tfevents.0000000007.dnn.0.v2"
	count := func(subfolder, tag string) int {
		return strings.Count(read(t, filepath.Join(folder, subfolder, name)), tag)
	}
	for _, c := range []struct {
		folder, tag string
		want        int
	}{
		{"train", "epoch_loss", 2}, {"train", "epoch_accuracy", 2}, {"train", "epoch_learning_rate", 2},
		{"validation", "epoch_loss", 1}, {"validation", "epoch_accuracy", 1}, {"validation", "epoch_learning_rate", 0},
	} {
		if got := count(c.folder, c.tag); got != c.want {
			t.Errorf("%s: wanted %s %d times, found %d", c.folder, c.tag, c.want, got)
		}
	}
}

// A resumed run begins a new file, with an event that makes TensorBoard discard the later epochs of older files.
func TestTensorBoardResumes(t *testing.T) {
	folder := t.TempDir()
	c := callbackOf(&TensorBoard{Folder: folder})
	if err := c.Resume(history.Epochs{{Epoch: 1}, {Epoch: 2}}, train.State{}); err != nil {
		t.Fatal(err)
	}
	if err := c.EpochEnd(history.Epoch{Epoch: 3}); err != nil {
		t.Fatal(err)
	}
	data := read(t, filepath.Join(folder, "train", "events.out.tfevents.0000000007.dnn.0.v2"))
	if start := []byte{0x10, 2, 0x3a, 2, 8, 1}; !bytes.Contains([]byte(data), start) { // step 2, session_log: START
		t.Errorf("wanted the start of a session, found % x", data)
	}
}

func TestTensorBoardUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r, spy := testRun(t, 12, 5, 3)
	r.Callbacks = []train.Callback{(&TensorBoard{Folder: filepath.Join(file, "logs")}).callback(r.Now)}
	if _, err := r.Do(t.Context()); fault.KindOf(err) != fault.Write || len(spy.rates) > 0 {
		t.Errorf("wanted an error of kind %d and no step, found %v of kind %d after %d steps",
			fault.Write, err, fault.KindOf(err), len(spy.rates))
	}
}
