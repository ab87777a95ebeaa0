package callback

import (
	"os"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/train"
)

// lineFile is a file that grows by whole lines, so that a run that is stopped leaves no part of one. It is begun with
// the first write; until then an older file stays as it was.
type lineFile struct {
	path   string
	header string // its first line, or empty
	before []byte // the lines of what was done before, in a run that goes on: the file tells of the whole run

	file *os.File // nil: not begun
}

// write adds lines, each of which ends with a line feed.
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

// close ends the file. A run that went on, but not to its next line, has one too.
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

// lines returns a callback that writes one line an epoch to a new file at path, as it happens: what is there after a
// crash are the epochs that were over. A run that ends in its first epoch leaves an older file as it was. A run that
// goes on from a checkpoint writes the epochs before it again, so that the file tells of the whole run, and of each
// epoch once.
//
// header is the file's first line, or empty; line returns the line of an epoch. Both end with a line feed.
func lines(path, header string, line func(history.Epoch) ([]byte, error)) train.Callback {
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
