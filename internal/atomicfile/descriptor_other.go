//go:build !unix

package atomicfile

import "os"

// descriptor says that path names no open file of this process: there are no such names here.
func descriptor(string) (fd int, ok bool) { return 0, false }

func openDescriptor(string) (*os.File, error) { return nil, nil }
