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

// Write replaces the file at path with m, atomically, and returns the SHA-256 that seals it. A file that cannot be
// written is a fault.Write; other errors are Encode's. After an error, the old file is as it was.
func Write(path string, m *Model) (sha256 string, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", fault.New(fault.Write, path, "wanted the name of a file for the model, found a folder")
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

// errUnwritable is wrapped by the error about a Model that the program should never have made.
var errUnwritable = errors.New("a model that cannot be written")

// Encode writes m to w and returns the SHA-256 that seals it. A weight that is not finite is a fault.Diverged. Anything
// else that Decode would refuse is a bug of the program, and not a fault.Error.
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
