package modelfile

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/lockfile"
)

// Lock prevents other processes from writing the model file at path, and the files next to it, until unlock is called.
// It also removes temporary files that killed runs have left. If another process writes them, the error is a
// fault.Locked. warning, if not empty, says that others are not kept off. A device or a FIFO needs no lock.
func Lock(path string) (unlock func(), warning string, err error) {
	none := func() {}
	output, err := atomicfile.Target(path)
	if err != nil {
		return nil, "", fault.CannotWrite(path, err)
	}
	if atomicfile.IsStream(output) {
		return none, "", nil
	}
	stem := ReplaceExtension(output, "")
	unlock, err = lockfile.Lock(lockfile.PathFor(stem))
	if held, ok := errors.AsType[*lockfile.HeldError](err); ok {
		return nil, "", fault.New(fault.Locked, path, "another run is writing it: %w", held).
			WithHint("wait for it, or use -o for another name")
	}
	switch {
	case errors.Is(err, lockfile.ErrUnsupported):
		return none, fmt.Sprintf("%s: %v, so a second run with the same output would not be noticed", path, err), nil
	case err != nil:
		return nil, "", fault.CannotWrite(path, err)
	}
	base := filepath.Base(stem)
	atomicfile.RemoveAbandoned(filepath.Dir(output), func(name string) bool {
		rest, ok := strings.CutPrefix(name, base)
		return ok && (rest == "" || rest == ".bin" || rest == ".best.bin" ||
			strings.HasPrefix(rest, ".history.") || strings.HasPrefix(rest, ".ckpt-"))
	})
	return unlock, "", nil
}
