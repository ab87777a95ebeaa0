package train

import (
	"os"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
)

// lines returns a callback that writes one line an epoch to a new file at path, as it happens: what is there after a crash
// are the epochs that were over. A run that ends in its first epoch leaves an older file as it was. A run that goes on from
// a checkpoint writes the epochs before it again, so that the file tells of the whole run, and of each epoch once.
//
// header is the file's first line, or empty; line returns the line of an epoch. Both end with a line feed.
func lines(path, header string, line func(history.Epoch) ([]byte, error)) Callback {
	var file *os.File
	var before history.Epochs
	write := func(e history.Epoch) error {
		text, err := line(e)
		if err != nil {
			return err
		}
		if _, err := file.Write(text); err != nil {
			return fault.CannotWrite(path, err)
		}
		return nil
	}
	create := func() (err error) {
		if file, err = os.Create(path); err != nil {
			return fault.CannotWrite(path, err)
		}
		if _, err := file.WriteString(header); err != nil {
			return fault.CannotWrite(path, err)
		}
		for _, e := range before {
			if err := write(e); err != nil {
				return err
			}
		}
		return nil
	}
	return Callback{
		TrainBegin: func(Plan) error {
			if err := atomicfile.ProbeOpen(path); err != nil {
				return fault.CannotWrite(path, err)
			}
			return nil
		},
		Resume: func(history history.Epochs, _ State) error {
			before = history
			return nil
		},
		EpochEnd: func(e history.Epoch) error {
			if file == nil {
				if err := create(); err != nil {
					return err
				}
			}
			return write(e)
		},
		TrainEnd: func() error {
			if file == nil && len(before) > 0 { // a run that went on, but not to the end of an epoch
				if err := create(); err != nil {
					return err
				}
			}
			if file == nil {
				return nil
			}
			if err := file.Close(); err != nil {
				return fault.CannotWrite(path, err)
			}
			return nil
		},
	}
}
