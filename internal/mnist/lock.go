package mnist

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"dnn/internal/fault"
)

// errLocked is what tryLock returns where another process has the lock.
var errLocked = errors.New("locked by another process")

// lockFolder keeps other processes from downloading into the folder until unlock is called. It waits for one that does,
// and says so once. Errors are of kind fault.Write, or what ctx ended with: fault.Locked where it ran out of time.
func lockFolder(ctx context.Context, folder string, p Progress) (unlock func(), err error) {
	const interval = 50 * time.Millisecond // no system offers a lock that waits and can be called off
	path := filepath.Join(folder, ".lock")
	for told := false; ; told = true {
		unlock, err := tryLock(path)
		if err == nil {
			return unlock, nil
		}
		if !errors.Is(err, errLocked) {
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
