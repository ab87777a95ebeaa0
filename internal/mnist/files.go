package mnist

import (
	"errors"
	"reflect"

	"dnn/internal/fault"
)

// files are open IDX files.
type files []*idxFile

func (f files) close() error {
	var errs []error
	for _, idx := range f {
		errs = append(errs, idx.close())
	}
	return errors.Join(errs...)
}

// checkSizes returns an error if one of the mapped files has shrunk since it was opened.
func (f files) checkSizes() error {
	for _, idx := range f {
		if idx.file == nil { // from a .gz, whose content is a copy
			continue
		}
		if info, err := idx.file.Stat(); err == nil && info.Size() < int64(len(idx.mapped)) {
			return shrunk(idx.path)
		}
	}
	return nil
}

// recovered takes the value of a recover. If the panic was a read of a mapped file that has shrunk, it sets *err; any
// other panic goes on.
func (f files) recovered(value any, err *error) {
	if value == nil {
		return
	}
	if memoryFault, ok := value.(interface{ Addr() uintptr }); ok {
		for _, idx := range f {
			if idx.mappedAt(memoryFault.Addr()) {
				*err = shrunk(idx.path)
				return
			}
		}
	}
	panic(value)
}

// mappedAt reports whether the file is mapped at an address.
func (f *idxFile) mappedAt(address uintptr) bool {
	begin := reflect.ValueOf(f.mapped).Pointer()
	return address >= begin && address-begin < uintptr(len(f.mapped))
}

// shrunk is the error of a file that has shrunk.
func shrunk(path string) error {
	return fault.New(fault.Data, path, "became shorter while it was read").
		WithHint("replace a file by renaming another one, not by writing over it")
}
