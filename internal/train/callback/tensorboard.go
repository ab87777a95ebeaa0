package callback

import (
	"cmp"
	"os"
	"path/filepath"
	"time"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/tensorboard"
	"dnn/internal/train"
)

// TensorBoard writes the metrics of each epoch to event files, as Keras's callback does: epoch_loss, epoch_accuracy and
// epoch_learning_rate to the folder train, epoch_loss and epoch_accuracy to the folder validation. Epochs are counted
// from 0. The files contain the time of the run's clock.
type TensorBoard struct{ Folder string }

func newTensorBoard() Named { return Named{Name: "tensorboard", Kind: &TensorBoard{}} }

// Settings implements Kind.
func (t *TensorBoard) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "tensorboard", Value: &t.Folder, Folder: true, Optional: true, Example: "runs/first",
			Doc:    "Folder to write event files for TensorBoard to.",
			Advice: "a folder of its own for each run, to see them side by side: runs/first."},
	}
}

// Path implements Log.
func (t *TensorBoard) Path() string { return t.Folder }

// Probe implements Log.
func (t *TensorBoard) Probe() error {
	for _, path := range eventFolders(t.Folder) {
		if err := atomicfile.ProbeFolder(path); err != nil {
			return fault.CannotWrite(t.Folder, err)
		}
	}
	return nil
}

// Add implements Kind.
func (t *TensorBoard) Add(run *train.Run) { run.Callbacks = append(run.Callbacks, t.callback(run.Now)) }

func (t *TensorBoard) callback(now func() time.Time) train.Callback {
	training := eventFile{path: eventFolders(t.Folder)[0], now: now}
	validation := eventFile{path: eventFolders(t.Folder)[1], now: now}
	return train.Callback{
		TrainBegin: func(train.Plan) error { // fail now rather than after the first epoch
			if err := os.MkdirAll(t.Folder, 0o777); err != nil {
				return fault.CannotWrite(t.Folder, err)
			}
			return nil
		},
		Resume: func(before history.Epochs, _ train.State) error {
			training.first, validation.first = len(before), len(before)
			return nil
		},
		EpochEnd: func(e history.Epoch) error {
			err := training.scalars(e.Epoch-1, scalar{"epoch_loss", e.Loss}, scalar{"epoch_accuracy", e.Accuracy},
				scalar{"epoch_learning_rate", e.LearningRate})
			if err != nil || !e.Validated {
				return err
			}
			return validation.scalars(e.Epoch-1,
				scalar{"epoch_loss", e.ValLoss}, scalar{"epoch_accuracy", e.ValAccuracy})
		},
		TrainEnd: func() error {
			err := training.close()
			return cmp.Or(err, validation.close())
		},
	}
}

// eventFolders returns the folders for the event files of training and of validation.
func eventFolders(folder string) [2]string {
	return [2]string{filepath.Join(folder, "train"), filepath.Join(folder, "validation")}
}

// scalar is a number with its name in TensorBoard.
type scalar struct {
	tag   string
	value float64
}

// eventFile is an event file that is created by the first write.
type eventFile struct {
	path   string // of its folder
	first  int    // the first epoch that it may contain, counted from 0
	now    func() time.Time
	writer *tensorboard.Writer // nil: nothing is written yet
}

// scalars writes the numbers of one epoch.
func (f *eventFile) scalars(step int, scalars ...scalar) (err error) {
	if f.writer == nil {
		if f.writer, err = tensorboard.Create(f.path, f.first, f.now); err != nil {
			return fault.CannotWrite(f.path, err)
		}
	}
	for _, s := range scalars {
		if err := f.writer.Scalar(s.tag, step, s.value); err != nil {
			return fault.CannotWrite(f.path, err)
		}
	}
	return nil
}

func (f *eventFile) close() error {
	if f.writer == nil {
		return nil
	}
	if err := f.writer.Close(); err != nil {
		return fault.CannotWrite(f.path, err)
	}
	return nil
}
