package train

import (
	"encoding/csv"
	"os"
	"strconv"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// csvHeader names the columns of a history file. Those of validation stay empty in a run without any.
var csvHeader = []string{"epoch", "epoch_s", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}

// CSV returns a callback that writes one line an epoch to a new file at path, as it happens: what is there after a crash
// are the epochs that were over. A run that ends in its first epoch leaves an older file as it was.
func CSV(path string) Callback {
	var file *os.File
	write := func(record []string) error {
		w := csv.NewWriter(file)
		err := w.Write(record)
		w.Flush()
		if err == nil {
			err = w.Error()
		}
		if err != nil {
			return fault.New(fault.Write, path, "%w", cause(err))
		}
		return nil
	}
	return Callback{
		TrainBegin: func(Plan) error {
			if err := atomicfile.Probe(path); err != nil {
				return fault.New(fault.Write, path, "%w", cause(err))
			}
			return nil
		},
		EpochEnd: func(e Epoch) (err error) {
			if file == nil {
				if file, err = os.Create(path); err != nil {
					return fault.New(fault.Write, path, "%w", cause(err))
				}
				if err := write(csvHeader); err != nil {
					return err
				}
			}
			record := []string{strconv.Itoa(e.Epoch), number(e.Seconds), number(e.Loss), number(e.Accuracy), "", "", number(e.LearningRate)}
			if e.Validated {
				record[4], record[5] = number(e.ValLoss), number(e.ValAccuracy)
			}
			return write(record)
		},
		TrainEnd: func() error {
			if file == nil {
				return nil
			}
			if err := file.Close(); err != nil {
				return fault.New(fault.Write, path, "%w", cause(err))
			}
			return nil
		},
	}
}

// cause strips the operation and the path that the os package puts before an error: the fault names the path itself.
func cause(err error) error {
	if e, ok := err.(*os.PathError); ok { //nolint:errorlint // only the outermost error repeats the path
		return e.Err
	}
	return err
}

// number returns the shortest decimal that reads as v.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
