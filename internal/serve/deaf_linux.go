package serve

import (
	"errors"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// deafen lets a listening socket begin no more connections, and keeps those that were begun: closing the socket would
// reset them, though their clients have sent requests. It reports whether it could.
//
// Linux has no call for that. A Unix socket can be shut down for reading: connect is refused from then on, and accept
// still returns what was there before. Of TCP, a filter drops packets that ask for a connection (SYN without ACK). Their
// clients send them again, after a second, and are then refused. All other packets pass, so handshakes end as usual;
// connections inherit the filter, but get no such packet.
func deafen(open syscall.Conn) (done bool) {
	control(open, func(fd int) {
		if _, ok := open.(*net.UnixListener); ok {
			done = unix.Shutdown(fd, unix.SHUT_RD) == nil
			return
		}
		const flags, synACK, syn = 13, 0x12, 0x02 // of a TCP header
		program := []unix.SockFilter{
			{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: flags},
			{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: synACK},
			{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: syn, Jt: 0, Jf: 1},
			{Code: unix.BPF_RET | unix.BPF_K, K: 0},          // drop
			{Code: unix.BPF_RET | unix.BPF_K, K: ^uint32(0)}, // pass all of it
		}
		done = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
			&unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}) == nil
	})
	return done
}

// acceptNow returns a connection that waits to be accepted, or the error EAGAIN.
func acceptNow(open syscall.Conn) (net.Conn, error) {
	one, err := -1, net.ErrClosed
	control(open, func(fd int) {
		for one, err = -1, unix.EINTR; errors.Is(err, unix.EINTR) || errors.Is(err, unix.ECONNABORTED); {
			one, _, err = unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		}
	})
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(one), "")
	defer func() { _ = f.Close() }() // what is returned has a descriptor of its own
	return net.FileConn(f)
}

// control calls do with the descriptor of a socket, unless the socket is closed.
func control(open syscall.Conn, do func(fd int)) {
	if raw, err := open.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { do(int(fd)) })
	}
}
