//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// connection is a kept-alive connection, with at most one request at a time on it. It parses as little of HTTP as it can,
// and does not wait: the machine is the server's too.
type connection struct {
	file  *os.File // keeps fd open
	fd    int
	place int32  // among the connections of its loop
	rest  []byte // of the request, not sent yet
	in    []byte // of the response, so far
	size  int    // of the whole response; 0: not known yet
	body  int    // where its body begins

	number  int   // of the request
	due     int64 // when the request was to be sent, in ns since the start
	waiting bool  // for room to send: epoll was asked to tell
}

func dial(addr string) (*connection, error) {
	c, err := new(net.Dialer).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }() // file is a copy
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("wanted a TCP connection to %s, found another", addr)
	}
	file, err := tcp.File()
	if err != nil {
		return nil, err
	}
	fd := int(file.Fd())
	return &connection{file: file, fd: fd, in: make([]byte, 0, 64<<10)}, errors.Join(unix.SetNonblock(fd, true), err)
}

// send begins to send a request. What the system does not take now, more sends later.
func (c *connection) send(request []byte) error {
	c.rest, c.in, c.size = request, c.in[:0], 0
	return c.more()
}

// more sends what is left of the request, as far as the system takes it.
func (c *connection) more() error {
	for len(c.rest) > 0 {
		n, err := unix.Write(c.fd, c.rest)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return err
		}
		c.rest = c.rest[n:]
	}
	return nil
}

// receive reads what is there of the response, and reports whether that is all of it.
func (c *connection) receive() (done bool, err error) {
	for {
		if len(c.in) == cap(c.in) {
			c.in = append(c.in, 0)[:len(c.in)]
		}
		n, err := unix.Read(c.fd, c.in[len(c.in):cap(c.in)])
		switch {
		case errors.Is(err, unix.EAGAIN):
			return false, nil
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return false, err
		case n == 0:
			return false, fmt.Errorf("wanted a response, found %w after %d bytes", io.ErrUnexpectedEOF, len(c.in))
		}
		c.in = c.in[:len(c.in)+n]
		if c.size == 0 {
			if err := c.header(); err != nil {
				return false, err
			}
		}
		if c.size > 0 && len(c.in) >= c.size {
			return true, nil
		}
	}
}

// header finds where the body begins and ends, if the whole header is there.
func (c *connection) header() error {
	end := bytes.Index(c.in, []byte("\r\n\r\n"))
	if end < 0 {
		return nil
	}
	status, fields, _ := bytes.Cut(c.in[:end], []byte("\r\n"))
	const key = "content-length:"
	for line := range bytes.SplitSeq(fields, []byte("\r\n")) {
		if len(line) < len(key) || !bytes.EqualFold(line[:len(key)], []byte(key)) {
			continue
		}
		n, err := strconv.Atoi(string(bytes.TrimSpace(line[len(key):])))
		if err != nil || n < 0 {
			return fmt.Errorf("wanted a length, found %q", line)
		}
		c.body, c.size = end+4, end+4+n
		if !bytes.Contains(status, []byte(" 200 ")) {
			return fmt.Errorf("wanted status 200, found %q: %.200q", status, c.in[c.body:])
		}
		return nil
	}
	return fmt.Errorf("wanted a response with a Content-Length, found %q without", status)
}

// ask sends a request and returns the body of its response, which the next call overwrites.
func (c *connection) ask(request []byte) ([]byte, error) {
	if err := c.send(request); err != nil {
		return nil, err
	}
	for {
		wanted := int16(unix.POLLIN)
		if len(c.rest) > 0 {
			wanted |= unix.POLLOUT
		}
		if _, err := unix.Poll([]unix.PollFd{{Fd: int32(c.fd), Events: wanted}}, -1); err != nil {
			if errors.Is(err, unix.EINTR) {
				continue
			}
			return nil, err
		}
		if err := c.more(); err != nil {
			return nil, err
		}
		done, err := c.receive()
		if err != nil {
			return nil, err
		}
		if done {
			return c.in[c.body:c.size], nil
		}
	}
}
