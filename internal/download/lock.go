package download

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"dnn/internal/fault"
	"dnn/internal/lockfile"
)

// lockFolder locks the folder against downloads of other processes until unlock is called. If one has the lock, it says
// so in a message and waits. On a file system without locks it says that and goes on, which does no harm: a file is
// verified before it gets its name. Errors are of kind fault.Write, fault.Locked if ctx times out, or those of stopped.
func lockFolder(ctx context.Context, folder string, p Progress) (unlock func(), err error) {
	const interval = 50 * time.Millisecond // a system call that waits for a lock could not be canceled
	path := filepath.Join(folder, ".lock")
	for waiting := false; ; waiting = true {
		unlock, err := lockfile.Lock(path)
		if err == nil {
			return unlock, nil
		}
		if errors.Is(err, lockfile.ErrUnsupported) {
			p.message("%s: %v, so another download into it would not be noticed", folder, err)
			return func() {}, nil
		}
		if _, held := errors.AsType[*lockfile.HeldError](err); !held {
			return nil, cannotWrite(path, err)
		}
		if !waiting {
			p.message("waiting for another process that downloads into %s", folder)
		}
		select {
		case <-time.After(interval):
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				return nil, fault.New(fault.Locked, path, "another process holds the lock: %w", context.Cause(ctx))
			}
			return nil, stopped(ctx)
		}
	}
}
