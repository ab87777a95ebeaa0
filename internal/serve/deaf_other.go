//go:build !linux

package serve

import "syscall"

// deafen does nothing here: connections that wait to be accepted when the socket is closed are reset.
func deafen(syscall.RawConn) {}
