package machine

import "golang.org/x/sys/unix"

func readLimits() limits {
	soft := func(resource int) uint64 {
		var l unix.Rlimit
		if err := unix.Getrlimit(resource, &l); err != nil || l.Cur == noLimit {
			return noLimit
		}
		return l.Cur
	}
	return limits{
		addresses: soft(unix.RLIMIT_AS),
		data:      soft(unix.RLIMIT_DATA),
		processes: soft(unix.RLIMIT_NPROC),
	}
}
