//go:build !linux

package serve

import (
	"net"
	"syscall"
)

// deafen does nothing here: a connection that is made in the moment when the socket is closed is reset.
func deafen(syscall.Conn) bool { return false }

// acceptNow returns nothing here: who waited for a connection until the deadline has found none.
func acceptNow(syscall.Conn) (net.Conn, error) { return nil, net.ErrClosed }
