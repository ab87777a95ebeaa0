package callback

import (
	"os"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
)

// lineFile is a text file that grows by complete lines, so that a run that is killed leaves no partial one. The first
// write creates the file and replaces an older one.
type lineFile struct {
	path   string
	header string // its first line, or empty
	before []byte // lines of the epochs before a resumed run, which are written again

	file *os.File // nil: nothing is written yet
}

// write adds lines. Each must end with a line feed.
func (f *lineFile) write(lines []byte) (err error) {
	if f.file == nil {
		if f.file, err = os.Create(f.path); err != nil {
			return fault.CannotWrite(f.path, err)
		}
		lines = append(append([]byte(f.header), f.before...), lines...)
	}
	if _, err := f.file.Write(lines); err != nil {
		return fault.CannotWrite(f.path, err)
	}
	return nil
}

// close closes the file. If a resumed run has written nothing, close first writes the lines of the epochs before it.
func (f *lineFile) close() error {
	if f.file == nil && len(f.before) > 0 {
		if err := f.write(nil); err != nil {
			return err
		}
	}
	if f.file == nil {
		return nil
	}
	if err := f.file.Close(); err != nil {
		return fault.CannotWrite(f.path, err)
	}
	return nil
}

// lineLog returns a callback that writes one line per epoch to a new file at path, as the epoch ends. After a crash the
// file has the epochs that were completed. A run that ends in its first epoch leaves an older file unchanged. A resumed
// run writes the earlier epochs again, so that the file has each epoch of the run once.
//
// header is the first line of the file, or empty; line returns the line of an epoch. Both end with a line feed.
func lineLog(path, header string, line func(history.Epoch) ([]byte, error)) train.Callback {
	file := lineFile{path: path, header: header}
	return train.Callback{
		TrainBegin: func(train.Plan) error { return probeFile(path) },
		Resume: func(before history.Epochs, _ train.State) error {
			file.before = nil
			for _, e := range before {
				text, err := line(e)
				if err != nil {
					return err
				}
				file.before = append(file.before, text...)
			}
			return nil
		},
		EpochEnd: func(e history.Epoch) error {
			text, err := line(e)
			if err != nil {
				return err
			}
			return file.write(text)
		},
		TrainEnd: file.close,
	}
}
