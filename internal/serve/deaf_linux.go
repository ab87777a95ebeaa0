package serve

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// deafen makes a listening socket drop packets, so that no connection is added to those that wait to be accepted: closing
// the socket would reset them, though their clients have sent requests. A client whose packet was dropped sends it again,
// and is then refused. Errors are not told: the socket is closed all the same.
func deafen(c syscall.RawConn) {
	dropAll := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0}
	_ = c.Control(func(fd uintptr) {
		_ = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
			&unix.SockFprog{Len: 1, Filter: &dropAll})
	})
}
