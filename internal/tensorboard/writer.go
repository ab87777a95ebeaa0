// Package tensorboard writes event files for TensorBoard: scalars, each with a tag and a step. It encodes the format
// itself, and knows nothing of training.
package tensorboard

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Writer writes one event file. It has no buffer: when a call returns, the event is in the file.
type Writer struct {
	file *os.File
	now  func() time.Time
}

// Create creates a new event file in folder, which need not exist. Older event files stay, and TensorBoard shows all
// files of a folder as one run. From step on, TensorBoard ignores what the older files say.
func Create(folder string, step int, now func() time.Time) (*Writer, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	begun := now()
	file, err := create(folder, begun)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: file, now: now}
	// The first event is the version of the format. Its step means nothing.
	err = w.write(event(seconds(begun), 0).text(3, "brain.Event:2"))
	if err == nil {
		// TensorBoard drops later steps at every start of a session but the first that it reads, so even the first file
		// needs one.
		err = w.write(event(seconds(begun), step).message(7, sessionStart()))
	}
	if err != nil {
		_ = file.Close() // the first error is the one to return
		return nil, err
	}
	return w, nil
}

// create creates a file with a name by which TensorBoard recognizes it. TensorBoard reads files in the order of their
// names, so the time comes first. A number makes the names of files of the same second different.
func create(folder string, begun time.Time) (*os.File, error) {
	for i := 0; ; i++ {
		path := filepath.Join(folder, fmt.Sprintf("events.out.tfevents.%010d.dnn.%d.v2", begun.Unix(), i))
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !os.IsExist(err) {
			return file, err
		}
	}
}

// Scalar writes the value of a tag at a step. Steps are counted from 0.
func (w *Writer) Scalar(tag string, step int, value float64) error {
	return w.write(event(seconds(w.now()), step).message(5, scalarSummary(tag, float32(value))))
}

// Close closes the file.
func (w *Writer) Close() error { return w.file.Close() }

func (w *Writer) write(e message) error {
	_, err := w.file.Write(appendRecord(nil, e))
	return err
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
