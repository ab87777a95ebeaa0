package modelfile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/safetensors"
)

// Read reads and checks the model file at path. Its errors are of kind fault.Data and name path.
func Read(path string) (*Model, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fault.New(fault.Data, path, "wanted a model file, found a folder")
	}
	file, err := atomicfile.Open(path)
	if errors.Is(err, atomicfile.ErrIrregular) {
		return nil, fault.New(fault.Data, path, "%w", err)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err := fault.New(fault.Data, path, "wanted a model file, found no file of that name")
		if CheckName("", path) != nil { // dnn train writes none of that name
			return nil, err
		}
		return nil, err.WithHint("dnn train -o %s writes one", path)
	}
	if err != nil {
		return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
	}
	defer func() { _ = file.Close() }() // it was only read
	return Decode(file, path)
}

// Decode reads a model file from r, up to its end, and checks it. Its errors are of kind fault.Data and name where. A
// file of another format is recognized by its first bytes, and not read further.
func Decode(r io.Reader, where string) (*Model, error) {
	buffered := bufio.NewReaderSize(r, recognizedBytes)
	start, err := buffered.Peek(recognizedBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Data, where, "cannot read: %w", fault.Pathless(err))
	}
	if !safetensors.Recognize(start) {
		return nil, foreign(start, where)
	}
	file, err := safetensors.Decode(buffered, where)
	if err != nil {
		return nil, err
	}
	if file.Key != documentKey {
		return nil, fault.New(fault.Data, where, "wanted a model file, found a %s file of dnn", file.Key)
	}
	m, err := decodeDocument(file.Document, where)
	if err != nil {
		return nil, err
	}
	m.Tensors, m.SHA256 = file.Tensors, file.Digest
	if err := m.checkTensors(); err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	return m, nil
}
