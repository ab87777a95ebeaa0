package serve

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"dnn/internal/report"
)

// shutDown ends the server so that no request is lost that reached it.
//
// http.Server.Shutdown is not used: it closes connections between two requests at once, also those whose next request is
// on its way or read in part, and it drops what waits to be accepted. Here, each response from now on closes its
// connection, and says so. New connections are no longer made, those that were are accepted, and each gets its answer. A
// connection without a request is given some time for one, and is closed if none comes.
func (s *server) shutDown(h *http.Server, l *listener) {
	s.draining.Store(true)
	grace, most, begun := cmp.Or(s.o.grace, drainGrace), s.o.waits().drain, time.Now()
	late := time.NewTimer(most)
	defer late.Stop()
	tick := time.NewTicker(drainLook)
	defer tick.Stop()
	l.refuse(min(grace, handshakeTime))
	for refused := l.refused; refused != nil || l.count() > 0; {
		select {
		case <-refused:
			refused = nil
		case now := <-tick.C:
			if now.Sub(begun) >= grace {
				l.leave(now.Add(-grace).UnixNano())
			}
		case <-late.C:
			_ = h.Close()
			report.Message(s.system.Stderr, "gave up on requests that took longer than %v", most)
			return
		}
	}
	_ = h.Close()
}

// refuse lets accept take no more connections, and end. For a while, it still accepts those whose handshake has begun, so
// that closing the socket resets none.
func (l *listener) refuse(after time.Duration) {
	switch open := l.Listener.(type) {
	case *net.TCPListener:
		deafen(open)
		_ = open.SetDeadline(time.Now().Add(after))
	case *net.UnixListener:
		l.unlink() // nobody finds it any more, also where it cannot be made deaf
		if deafen(open) {
			after = 0 // there are no handshakes
		}
		_ = open.SetDeadline(time.Now().Add(after))
	default:
		_ = l.Listener.Close()
	}
}

// acceptRest accepts the connections that wait, of a socket that is deaf.
func (l *listener) acceptRest() {
	open, ok := l.Listener.(syscall.Conn)
	for ok {
		c, err := acceptNow(open)
		switch {
		case err == nil:
			l.take(c)
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE): // others end soon
			time.Sleep(drainLook)
		default:
			return
		}
	}
}

// leave ends the connections that have waited for a request since a time or longer.
func (l *listener) leave(since int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.all {
		c.leave(since)
	}
}

// count returns how many connections there are.
func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}
