package train

import (
	"os"
	"path/filepath"
	"time"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/tensorboard"
)

// TensorBoard returns a callback that writes each epoch's figures to event files under folder, as Keras's does: epoch_loss,
// epoch_accuracy and epoch_learning_rate in train, epoch_loss and epoch_accuracy in validation, with epochs counted from 0.
// The time that now returns goes into the files.
func TensorBoard(folder string, now func() time.Time) Callback {
	training := eventFile{path: eventFolders(folder)[0], now: now}
	validation := eventFile{path: eventFolders(folder)[1], now: now}
	return Callback{
		TrainBegin: func(Plan) error { // not only after the first epoch
			if err := os.MkdirAll(folder, 0o777); err != nil {
				return fault.CannotWrite(folder, err)
			}
			return nil
		},
		Resume: func(before history.Epochs, _ State) error {
			training.first, validation.first = len(before), len(before)
			return nil
		},
		EpochEnd: func(e history.Epoch) error {
			err := training.scalars(e.Epoch-1, scalar{"epoch_loss", e.Loss}, scalar{"epoch_accuracy", e.Accuracy},
				scalar{"epoch_learning_rate", e.LearningRate})
			if err != nil || !e.Validated {
				return err
			}
			return validation.scalars(e.Epoch-1, scalar{"epoch_loss", e.ValLoss}, scalar{"epoch_accuracy", e.ValAccuracy})
		},
		TrainEnd: func() error {
			if err := training.close(); err != nil {
				return err
			}
			return validation.close()
		},
	}
}

// eventFolders returns the folders of the event files, of training and of validation.
func eventFolders(folder string) [2]string {
	return [2]string{filepath.Join(folder, "train"), filepath.Join(folder, "validation")}
}

// ProbeTensorBoard tells whether event files can be written under folder, without making anything.
func ProbeTensorBoard(folder string) error {
	for _, path := range eventFolders(folder) {
		if err := atomicfile.ProbeFolder(path); err != nil {
			return fault.CannotWrite(folder, err)
		}
	}
	return nil
}

// scalar is a figure under the name that TensorBoard shows.
type scalar struct {
	tag   string
	value float64
}

// eventFile is an event file that is created when there is something to write.
type eventFile struct {
	path   string // a folder
	first  int    // the first step that is written to it
	now    func() time.Time
	writer *tensorboard.Writer // nil: not yet
}

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
