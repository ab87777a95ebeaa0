//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package lockfile

// HoldFolder cannot mark folders here: the error is ErrUnsupported.
func HoldFolder(string) (release func(), err error) { return nil, ErrUnsupported }
