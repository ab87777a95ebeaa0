package serve

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"
)

// told is a connection that notes the deadlines that the system is told of.
type told struct {
	net.Conn
	reads chan time.Time
}

func (c *told) SetReadDeadline(t time.Time) error {
	c.reads <- t
	if c.Conn == nil {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

// TestDeadline sets deadlines between reads, during them, and after they have failed.
func TestDeadline(t *testing.T) {
	now := time.Now()
	at := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	late := &net.OpError{Err: os.ErrDeadlineExceeded}
	type step struct {
		change time.Time // the deadline that is set before; during a read, the system is told
		begin  bool      // a read begins, else it ends
		err    error     // of the read
		again  bool      // wanted of end
	}
	for name, c := range map[string]struct {
		steps []step
		want  []time.Time // that the system is told of
	}{
		"none":             {[]step{{begin: true}, {}}, []time.Time{{}}},
		"one":              {[]step{{change: at(1), begin: true}, {change: at(1)}}, []time.Time{at(1), at(1)}},
		"a later one":      {[]step{{change: at(1), begin: true}, {change: at(1)}, {change: at(2), begin: true}}, []time.Time{at(1), at(1)}},
		"an earlier one":   {[]step{{change: at(2), begin: true}, {change: at(2)}, {change: at(1), begin: true}}, []time.Time{at(2), at(2), at(1)}},
		"during a read":    {[]step{{begin: true}, {change: at(-1), err: late}}, []time.Time{at(-1)}},
		"of a later one":   {[]step{{change: at(1), begin: true}, {change: at(2), err: late, again: true}}, []time.Time{at(1), at(2), at(2)}},
		"of none any more": {[]step{{change: at(1), begin: true}, {err: late, again: true}}, []time.Time{at(1), {}, {}}},
		"another error":    {[]step{{change: at(1), begin: true}, {change: at(1), err: io.EOF}}, []time.Time{at(1), at(1)}},
	} {
		d, conn := deadline{set: setRead}, &told{reads: make(chan time.Time, 100)}
		for i, s := range c.steps {
			if err := d.change(conn, s.change); err != nil {
				t.Fatal(err)
			}
			if s.begin {
				d.begin(conn)
			} else if again := d.end(conn, s.err); again != s.again {
				t.Errorf("%s, step %d: wanted %t, found %t", name, i, s.again, again)
			}
		}
		close(conn.reads)
		var found []time.Time
		for one := range conn.reads {
			found = append(found, one)
		}
		if !slices.EqualFunc(found, c.want, time.Time.Equal) {
			t.Errorf("%s: wanted the system to be told of %v, found %v", name, c.want, found)
		}
	}
}

// TestDeadlinePassesEarly has a read that goes on although the deadline passes which the system knows: it is an old one.
func TestDeadlinePassesEarly(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	conn := &told{Conn: server, reads: make(chan time.Time, 100)}
	c := &connection{Conn: conn, reads: deadline{set: setRead}, writes: deadline{set: setWrite}}
	defer server.Close()
	text := make([]byte, 8)
	if err := c.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(text); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("wanted the deadline to pass, found %v", err)
	}
	<-conn.reads
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	go func() {
		<-conn.reads // the read has failed, and is tried again
		_, _ = io.WriteString(client, "hello")
	}()
	if n, err := c.Read(text); string(text[:n]) != "hello" || err != nil {
		t.Errorf("wanted hello, found %q, %v", text[:n], err)
	}
	for write := range 2 { // the same for writes: a deadline that has passed, then none
		_ = c.SetWriteDeadline([]time.Time{time.Unix(1, 0), {}}[write])
		if write == 1 {
			go func() { _, _ = io.ReadFull(client, text) }()
		}
		n, err := c.Write([]byte("goodbye!"))
		if write == 0 && !errors.Is(err, os.ErrDeadlineExceeded) || write == 1 && (n != 8 || err != nil) {
			t.Errorf("write %d: found %d, %v", write, n, err)
		}
	}
}

// A connection that nobody watches reads nothing, once.
func TestUnwatched(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	c := &connection{Conn: server, reads: deadline{set: setRead}}
	c.unwatch()
	one := make([]byte, 1)
	if n, err := c.Read(one); n != 0 || err != nil {
		t.Errorf("wanted nothing, found %q, %v", one[:n], err)
	}
	go func() { _, _ = io.WriteString(client, "x") }()
	if n, err := c.Read(one); n != 1 || err != nil || one[0] != 'x' {
		t.Errorf("wanted x, found %q, %v", one[:n], err)
	}
}
