package serve

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"

	"dnn/internal/fault"
	"dnn/internal/lockfile"
)

// lockSocket keeps other servers off a socket while one looks what is there, and listens: of two that find the socket of a
// killed server, the later one would remove that of the first. It does not where there are no locks, or no folder yet.
func lockSocket(path string) (unlock func(), err error) {
	unlock, err = lockfile.Lock(lockfile.PathFor(path))
	if held, ok := errors.AsType[*lockfile.HeldError](err); ok {
		return nil, fault.New(fault.Write, path, "another server begins to listen there: %w", held).WithHint("--addr names another address")
	}
	if err != nil {
		return func() {}, nil //nolint:nilerr // to listen says what is wrong, if anything is
	}
	return unlock, nil
}

// removeStale removes the socket of a server that was killed. One that somebody listens on stays, and so does one of which
// that is not known: of another kind, of another user, or of a server that is too busy to answer.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && info.Mode()&fs.ModeSocket == 0:
		return fault.New(fault.Write, path, "wanted a socket or nothing, found a file")
	}
	var d net.Dialer
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	c, err := d.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		_ = c.Close()
		return fault.New(fault.Write, path, "another server listens there").WithHint("--addr names another address")
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case !errors.Is(err, syscall.ECONNREFUSED) && runtime.GOOS != "windows": // whose number for it package syscall does not have
		if e, ok := errors.AsType[*net.OpError](err); ok {
			err = e.Err
		}
		return fault.New(fault.Write, path, "wanted a socket that nobody listens on, found one that may be in use: %w", err).
			WithHint("--addr names another address; if no program has this one, remove it")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.CannotWrite(path, err)
	}
	return nil
}

// restrict takes a socket away from other users than its owner and group, whatever the umask says. It returns the file, nil
// if there is none.
func restrict(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) { // Linux has sockets without a file
		return nil, nil //nolint:nilnil // no file is no error
	}
	if err == nil {
		err = os.Chmod(path, info.Mode().Perm()&^0o007)
	}
	if err != nil {
		return nil, fault.CannotWrite(path, err)
	}
	return info, nil
}

// unlink removes the file of a Unix socket, the first time that it is called. The socket must still be open, so that no
// other file has its number. What another server has put in its place stays.
func (l *listener) unlink() {
	if l.file == nil {
		return
	}
	l.without.Do(func() {
		path := l.Addr().String()
		if now, err := os.Lstat(path); err == nil && os.SameFile(now, l.file) {
			_ = os.Remove(path)
		}
	})
}
