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

// The history file keeps checkpoints small. If every checkpoint held the whole history, writing one after each epoch
// would take time quadratic in the number of epochs. So a checkpoint holds only the epochs since the last multiple of
// 100. The earlier ones are in the history file, which all checkpoints of a run share: one line of JSON per epoch, to
// which lines are only appended. A checkpoint stores the length and the SHA-256 of the prefix that it relies on, and
// ignores whatever follows that prefix.

// historyChunk is the number of epochs by which the history file grows.
const historyChunk = 100

// historyPrefix describes the beginning of a history file, on which a checkpoint relies for its first epochs.
type historyPrefix struct {
	Epochs int    `json:"epochs"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// historyPath returns the path of the history file.
func (c *Checkpoints) historyPath() string { return c.Path + "-history" }

// historyFile writes a history file.
type historyFile struct {
	path    string
	written historyPrefix
	sum     hash.Hash // SHA-256 of the bytes written
}

// extend makes the file contain all complete chunks of epochs. It appends only to what this process has written.
// Otherwise it replaces the file: after a resume, an existing file may be incomplete or contain epochs that this run
// has yet to train.
func (f *historyFile) extend(h history.Epochs) error {
	epochs := len(h) - len(h)%historyChunk
	if epochs == f.written.Epochs {
		return nil
	}
	added := linesOf(h[f.written.Epochs:epochs])
	info, err := os.Stat(f.path)
	if f.written.Epochs > 0 && err == nil && info.Size() == int64(f.written.Bytes) {
		err = appendTo(f.path, added)
	} else {
		f.written, f.sum, added = historyPrefix{}, sha256.New(), linesOf(h[:epochs])
		err = atomicfile.Write(f.path, func(w io.Writer) error {
			_, err := w.Write(added)
			return err
		})
	}
	if err != nil {
		return err
	}
	f.sum.Write(added)
	f.written = historyPrefix{
		Epochs: epochs, Bytes: f.written.Bytes + len(added), SHA256: hex.EncodeToString(f.sum.Sum(nil)),
	}
	return nil
}

// appendTo appends text to a file and syncs it to disk.
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

// linesOf returns the epochs in the format of a history file.
func linesOf(h history.Epochs) []byte {
	var lines []byte
	for _, e := range h {
		lines = append(append(lines, safetensors.Marshal(history.RecordOf[history.Number](e))...), '\n')
	}
	return lines
}

// readHistory reads the epochs of a checkpoint that are in the history file. SetAside may have moved that file: a
// checkpoint that was renamed back by hand then finds its epochs there.
func (c *Checkpoints) readHistory(b historyPrefix) (history.Epochs, error) {
	if b == (historyPrefix{}) {
		return nil, nil
	}
	epochs, err := readLines(c.historyPath(), b)
	if err == nil {
		return epochs, nil
	}
	if epochs, err := readLines(c.aside().historyPath(), b); err == nil {
		return epochs, nil
	}
	return nil, fmt.Errorf("its first %d epochs are not in %s: %w", b.Epochs, c.historyPath(), err)
}

// readLines reads and verifies the given prefix of a history file.
func readLines(path string, b historyPrefix) (history.Epochs, error) {
	file, err := atomicfile.Open(path)
	if err != nil {
		return nil, fault.Pathless(err)
	}
	defer func() { _ = file.Close() }() // opened for reading: closing cannot lose data
	text, err := io.ReadAll(io.LimitReader(file, int64(b.Bytes)))
	if err != nil {
		return nil, fault.Pathless(err)
	}
	if len(text) < b.Bytes {
		return nil, fmt.Errorf("wanted %d bytes or more, found %d", b.Bytes, len(text))
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != b.SHA256 {
		return nil, fmt.Errorf("wanted the SHA-256 %s, found %x", b.SHA256, sum)
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
