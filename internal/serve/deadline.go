package serve

import (
	"errors"
	"net"
	"os"
	"time"
)

// deadline is the time when reads of a connection fail, or its writes. The system is told of it only if it has to know.
//
// The HTTP server sets seven for each request, and hardly ever waits that long: between them are no reads and writes, or
// none that wait. So the system knows of one that is not later than the one that is wanted, and if it passes too early,
// it is told of the next. Whoever calls a method holds the connection's lock.
type deadline struct {
	wanted time.Time // zero: none
	known  time.Time // to the system
	users  int       // reads or writes that go on
	set    func(c net.Conn, t time.Time) error
}

// The two deadlines of a connection.
func setRead(c net.Conn, t time.Time) error  { return c.SetReadDeadline(t) }
func setWrite(c net.Conn, t time.Time) error { return c.SetWriteDeadline(t) }

// change sets the deadline. It holds also for what goes on already.
func (d *deadline) change(c net.Conn, t time.Time) error {
	d.wanted = t
	if d.users > 0 {
		return d.tell(c)
	}
	return nil
}

// tell tells the system.
func (d *deadline) tell(c net.Conn) error {
	d.known = d.wanted
	return d.set(c, d.known)
}

// begin has to be called before a read or write.
func (d *deadline) begin(c net.Conn) {
	d.users++
	if !d.wanted.IsZero() && (d.known.IsZero() || d.wanted.Before(d.known)) {
		_ = d.tell(c) // a connection that is closed: what follows fails too
	}
}

// end has to be called after a read or write, with its error. It reports whether that only says that a deadline has passed
// which is not the one that is wanted: it is to be tried again.
func (d *deadline) end(c net.Conn, err error) (again bool) {
	d.users--
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	if !d.wanted.IsZero() && !time.Now().Before(d.wanted) {
		return false
	}
	return d.tell(c) == nil
}
