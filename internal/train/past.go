package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/safetensors"
)

// A run's checkpoints do not each hold all of its history: with one after every epoch, writing them would take time in
// proportion to the square of the epochs. A checkpoint has the epochs after the last whole hundred. Those before are in a file
// beside it, one line of JSON each, that all checkpoints of a run share: lines are only added, and a checkpoint says how many
// bytes from the beginning on are its own, and their SHA-256. What comes after them, whole or not, is of no matter to it.

// pastStep is how many epochs at a time go into that file.
const pastStep = 100

// before is what a checkpoint says of the epochs that are not in itself.
type before struct {
	Epochs int    `json:"epochs"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// past returns the path of the file with the first epochs.
func (c *Checkpoints) past() string { return c.Path + "-history" }

// pastFile writes that file. Its before is what the file has.
type pastFile struct {
	path string
	before
	sum hash.Hash // of its bytes
}

// hold puts all whole hundreds of epochs into the file that are not in it yet. What this process has not written itself it
// writes anew: a run that goes on may do so from a file with another name, or with lines of epochs that it did not know of.
func (f *pastFile) hold(h history.Epochs) error {
	epochs := len(h) - len(h)%pastStep
	if epochs == f.Epochs {
		return nil
	}
	added := linesOf(h[f.Epochs:epochs])
	info, err := os.Stat(f.path)
	if f.Epochs > 0 && err == nil && info.Size() == int64(f.Bytes) {
		err = appendTo(f.path, added)
	} else {
		f.before, f.sum, added = before{}, sha256.New(), linesOf(h[:epochs])
		err = atomicfile.Write(f.path, func(w io.Writer) error {
			_, err := w.Write(added)
			return err
		})
	}
	if err != nil {
		return err
	}
	f.sum.Write(added)
	f.before = before{Epochs: epochs, Bytes: f.Bytes + len(added), SHA256: hex.EncodeToString(f.sum.Sum(nil))}
	return nil
}

// appendTo adds to the end of a file, and returns when that is on the disk.
func appendTo(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// linesOf returns the epochs as the file has them.
func linesOf(h history.Epochs) []byte {
	var lines []byte
	for _, e := range h {
		lines = append(append(lines, safetensors.Marshal(history.RecordOf[history.Number](e))...), '\n')
	}
	return lines
}

// readPast returns the epochs that a checkpoint leaves to the file beside it. They may still be where SetAside has put them,
// under a checkpoint that was given its name back.
func (c *Checkpoints) readPast(b before) (history.Epochs, error) {
	if b == (before{}) {
		return nil, nil
	}
	epochs, err := readLines(c.past(), b)
	if err == nil {
		return epochs, nil
	}
	if epochs, err := readLines(c.aside().past(), b); err == nil {
		return epochs, nil
	}
	return nil, fmt.Errorf("its first %d epochs are not in %s: %w", b.Epochs, c.past(), err)
}

// readLines reads the beginning of a file that b is about.
func readLines(path string, b before) (history.Epochs, error) {
	file, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.Pathless(err)
	}
	defer func() { _ = file.Close() }() // only read from: nothing can be lost
	text, err := io.ReadAll(io.LimitReader(file, int64(b.Bytes)))
	if err != nil {
		return nil, fault.Pathless(err)
	}
	if len(text) < b.Bytes {
		return nil, fmt.Errorf("wanted %d bytes or more, found %d", b.Bytes, len(text))
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != b.SHA256 {
		return nil, errors.New("they have another SHA-256 there")
	}
	var epochs history.Epochs
	for line := range bytes.Lines(text) {
		var r history.Record[history.Number]
		if err := safetensors.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(epochs)+1, err)
		}
		e, err := r.Read()
		if err != nil {
			return nil, err
		}
		if epochs = append(epochs, e); e.Epoch != len(epochs) {
			return nil, fmt.Errorf("wanted epoch %d, found epoch %d", len(epochs), e.Epoch)
		}
	}
	if len(epochs) != b.Epochs || !bytes.Equal(linesOf(epochs), text) {
		return nil, fmt.Errorf("wanted %d lines as dnn writes them, found %d", b.Epochs, len(epochs))
	}
	return epochs, nil
}
