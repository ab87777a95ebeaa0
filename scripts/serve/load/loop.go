//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long the loop waits for answers after its end.
const patience = 10 * time.Second

// loop sends requests on all connections from one thread, which waits for all of them together: that takes much less of
// the machine than a goroutine for each.
type loop struct {
	o           options
	requests    [][]byte
	want        [][]byte // the answers
	connections []*connection
	free        []*connection
	poll        int // epoll
	timer       int // wakes the loop when the next request is due; only with a rate

	begin     time.Time
	next      int     // number of the next request
	latencies []int64 // ns
}

// newLoop opens the connections.
func newLoop(o options, requests, want [][]byte) (*loop, error) {
	l := &loop{o: o, requests: requests, want: want, timer: -1}
	var err error
	if l.poll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	for i := range o.connections {
		c, err := dial(o.addr)
		if err != nil {
			return nil, err
		}
		c.place = int32(i)
		l.connections = append(l.connections, c)
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}
		if err := unix.EpollCtl(l.poll, unix.EPOLL_CTL_ADD, c.fd, &event); err != nil {
			return nil, err
		}
	}
	l.free = append(l.free, l.connections...)
	if o.rate == 0 {
		return l, nil
	}
	if l.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err != nil {
		return nil, err
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: -1}
	return l, unix.EpollCtl(l.poll, unix.EPOLL_CTL_ADD, l.timer, &event)
}

// run sends requests until the end, and waits for the answers.
func (l *loop) run() error {
	l.begin = time.Now()
	end := time.Duration((l.o.warm + l.o.seconds) * float64(time.Second))
	if l.timer >= 0 {
		every := unix.NsecToTimespec(int64(float64(time.Second) / l.o.rate))
		if err := unix.TimerfdSettime(l.timer, 0, &unix.ItimerSpec{Interval: every, Value: every}, nil); err != nil {
			return err
		}
	}
	events := make([]unix.EpollEvent, len(l.connections)+1)
	for {
		now := time.Since(l.begin)
		unsent, err := l.start(now, end)
		if err != nil {
			return err
		}
		if !unsent && now >= end && len(l.free) == len(l.connections) {
			return nil
		}
		if now > end+patience {
			return fmt.Errorf("wanted all answers %v after the last request, found some missing", patience)
		}
		n, err := unix.EpollWait(l.poll, events, 100)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		for _, event := range events[:max(n, 0)] {
			if event.Fd < 0 {
				var ticks [8]byte
				_, _ = unix.Read(l.timer, ticks[:]) // the clock says how many
				continue
			}
			if err := l.handle(l.connections[event.Fd], event); err != nil {
				return err
			}
		}
	}
}

// start sends requests on the free connections: those that are due or, without a rate, one on each. It reports whether
// some are due for which there was no connection.
func (l *loop) start(now, end time.Duration) (unsent bool, err error) {
	for {
		due := int64(now)
		if l.o.rate > 0 {
			due = int64(float64(l.next) / l.o.rate * float64(time.Second))
		}
		switch {
		case due > int64(now) || due >= int64(end):
			return false, nil
		case len(l.free) == 0:
			return l.o.rate > 0, nil
		}
		c := l.free[len(l.free)-1]
		l.free = l.free[:len(l.free)-1]
		c.number, c.due = l.next%len(l.requests), due
		l.next++
		if err := c.send(l.requests[c.number]); err != nil {
			return false, err
		}
		if err := l.listen(c); err != nil {
			return false, err
		}
	}
}

// listen asks to be told when there is room for the rest of the connection's request, as long as there is a rest.
func (l *loop) listen(c *connection) error {
	if waiting := len(c.rest) > 0; waiting != c.waiting {
		c.waiting = waiting
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: c.place}
		if waiting {
			event.Events |= unix.EPOLLOUT
		}
		return unix.EpollCtl(l.poll, unix.EPOLL_CTL_MOD, c.fd, &event)
	}
	return nil
}

// handle sends and receives what a connection can.
func (l *loop) handle(c *connection, event unix.EpollEvent) error {
	if event.Events&unix.EPOLLOUT != 0 {
		if err := errors.Join(c.more(), l.listen(c)); err != nil {
			return err
		}
	}
	if event.Events&^unix.EPOLLOUT == 0 {
		return nil
	}
	done, err := c.receive()
	if err != nil || !done {
		return err
	}
	if !bytes.Equal(c.in[c.body:c.size], l.want[c.number]) {
		return fmt.Errorf("the answer differs from the first one for the same images")
	}
	if c.due >= int64(l.o.warm*float64(time.Second)) {
		l.latencies = append(l.latencies, int64(time.Since(l.begin))-c.due)
	}
	l.free = append(l.free, c)
	return nil
}
