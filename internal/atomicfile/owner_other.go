//go:build !unix

package atomicfile

import "os"

// keepOwner does nothing: a file has no group here.
func keepOwner(string, os.FileInfo) {}
