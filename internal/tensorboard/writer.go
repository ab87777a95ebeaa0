// Package tensorboard writes event files that TensorBoard reads: scalars by tag and step. It knows that format and nothing of
// training.
package tensorboard

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Writer writes one event file. What has been written is in the file when the call returns.
type Writer struct {
	file *os.File
	now  func() time.Time
}

// Create begins a new event file in folder, which it makes if it is not there. Older ones stay; TensorBoard shows all of a
// folder as one run. The new one counts from step on: what the older files say of that step and later ones no longer counts.
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
	// The first event names the version; step 0 of it is no step.
	err = w.write(event(seconds(begun), 0).text(3, "brain.Event:2"))
	if err == nil {
		// In every file, also the first: TensorBoard takes the first start of a session that it meets in a run for no restart.
		err = w.write(event(seconds(begun), step).message(7, sessionStart()))
	}
	if err != nil {
		_ = file.Close() // the first error is the one to tell
		return nil, err
	}
	return w, nil
}

// create opens a new file whose name has what TensorBoard looks for. TensorBoard reads files in the order of their names, so
// the time comes first; the number behind tells apart two of the same second.
func create(folder string, begun time.Time) (*os.File, error) {
	for i := 0; ; i++ {
		path := filepath.Join(folder, fmt.Sprintf("events.out.tfevents.%010d.dnn.%d.v2", begun.Unix(), i))
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !os.IsExist(err) {
			return file, err
		}
	}
}

// Scalar writes a value at a step, counted from 0.
func (w *Writer) Scalar(tag string, step int, value float64) error {
	return w.write(event(seconds(w.now()), step).message(5, scalarSummary(tag, float32(value))))
}

// Close ends the file.
func (w *Writer) Close() error { return w.file.Close() }

func (w *Writer) write(e message) error {
	_, err := w.file.Write(appendRecord(nil, e))
	return err
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
