package modelfile

import (
	"errors"
	"fmt"
	"io"
	"os"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/safetensors"
)

// Write replaces the file at path with m, atomically, and returns the SHA-256 that seals it. Errors are fault.Write if
// the file cannot be written, else Encode's; the old file then stays as it was.
func Write(path string, m *Model) (sha256 string, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", fault.New(fault.Write, path, "a folder, want the name of a file to write the model to")
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		sha256, err = Encode(w, m)
		return err
	})
	switch {
	case errors.Is(err, errUnwritable):
		return "", err
	case err != nil:
		return "", fault.CannotWrite(path, err)
	}
	return sha256, nil
}

// errUnwritable is in the chain of an error about a Model that no part of the program should have made.
var errUnwritable = errors.New("a model that cannot be written")

// Encode writes m to w and returns the SHA-256 that seals it. A weight that is not finite is fault.Diverged; any other
// thing that Decode would not read again is a mistake of the program and no fault.
func Encode(w io.Writer, m *Model) (sha256 string, err error) {
	err = m.check()
	if err == nil {
		err = m.checkTensors()
	}
	if errors.Is(err, errNotFinite) {
		return "", fault.New(fault.Diverged, "", "the model diverged: %w", err).
			WithHint("a smaller learning rate often helps")
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", errUnwritable, err)
	}
	return safetensors.Encode(w, &safetensors.File{Key: documentKey, Document: encodeDocument(m), Tensors: m.Tensors})
}
