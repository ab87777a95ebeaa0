package mnist

import (
	"errors"
	"reflect"

	"dnn/internal/fault"
)

// files are IDX files that are open.
type files []*idxFile

func (f files) close() error {
	var errs []error
	for _, idx := range f {
		errs = append(errs, idx.close())
	}
	return errors.Join(errs...)
}

// whole says whether one has become shorter since it was opened.
func (f files) whole() error {
	for _, idx := range f {
		if idx.file == nil {
			continue
		}
		if info, err := idx.file.Stat(); err == nil && info.Size() < int64(len(idx.mapped)) {
			return shrunk(idx.path)
		}
	}
	return nil
}

// recovered puts what a function panicked with into words, if it is the fault of a file that has shrunk.
func (f files) recovered(value any, err *error) {
	if value == nil {
		return
	}
	if fault, ok := value.(interface{ Addr() uintptr }); ok {
		for _, idx := range f {
			if idx.mappedAt(fault.Addr()) {
				*err = shrunk(idx.path)
				return
			}
		}
	}
	panic(value)
}

// mappedAt tells whether an address is one of the mapped file's.
func (f *idxFile) mappedAt(address uintptr) bool {
	begin := reflect.ValueOf(f.mapped).Pointer()
	return address >= begin && address-begin < uintptr(len(f.mapped))
}

// shrunk is the error of a file that lost bytes which are needed.
func shrunk(path string) error {
	return fault.New(fault.Data, path, "became shorter while it was read").
		WithHint("replace a file by renaming another one, not by writing over it")
}
