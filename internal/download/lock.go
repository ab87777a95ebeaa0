package download

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"dnn/internal/fault"
	"dnn/internal/lockfile"
)

// lockFolder keeps other processes from downloading into the folder until unlock is called. It waits for one that does,
// and says so once. Where the file system has no locks it says that, and goes on: every file is verified before it is
// in its place. Errors are of kind fault.Write, or what ctx ended with: fault.Locked where it ran out of time.
func lockFolder(ctx context.Context, folder string, p Progress) (unlock func(), err error) {
	const interval = 50 * time.Millisecond // no system offers a lock that waits and can be called off
	path := filepath.Join(folder, ".lock")
	for told := false; ; told = true {
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
		if !told {
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
