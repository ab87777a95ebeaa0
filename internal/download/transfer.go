package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"dnn/internal/fault"
)

// maxUnknown bounds a transfer whose size is not known beforehand (a module's zip).
const maxUnknown = 64 << 20

// maxAttempts bounds how often one mirror may break one transfer, even if each attempt brings something, and maxStalls
// how often because it is too slow: that takes time.
const (
	maxAttempts = 5
	maxStalls   = 2
)

// leastRate is how many bytes a second a mirror must bring. Of one that is slower another should be tried: MNIST would
// take three hours.
const leastRate = 1 << 10

// newClient returns an HTTP client that gives up early on hosts that do not answer.
func newClient() *http.Client {
	const connect = 5 * time.Second
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connect}).DialContext,
		TLSHandshakeTimeout: connect,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     connect,
	}}
}

// transfer brings files over HTTP. It goes on where an earlier attempt broke off, in this run or in another.
type transfer struct {
	client   *http.Client
	stall    time.Duration
	progress Progress
	received int64 // bytes that came from mirrors so far
}

// remote is one file to bring.
type remote struct {
	url   *url.URL
	label string // for progress
	part  string // where its bytes go
	size  int64  // 0 if it is not known
}

// limit returns the number of bytes that the file may have.
func (r remote) limit() int64 {
	if r.size > 0 {
		return r.size
	}
	return maxUnknown
}

// checkSize says what is wrong with a size that a server announces.
func (r remote) checkSize(n int64) error {
	switch {
	case r.size > 0 && n != r.size:
		return fmt.Errorf("wrong size: %s, wanted %d", fault.Count(n, "byte"), r.size)
	case n > r.limit():
		return fmt.Errorf("wrong size: %s, wanted at most %d", fault.Count(n, "byte"), r.limit())
	}
	return nil
}

var (
	// errStalled is the cause of a request's end when nothing, or too little, came for too long.
	errStalled = errors.New("stalled")
	// errBroken marks a transfer that ended early and can be resumed.
	errBroken = errors.New("connection broke")
	// errNoRange is a server's refusal to go on at some byte. The part is empty after it.
	errNoRange = errors.New("cannot go on in the middle of the file")
)

// fetchVerified brings the whole of r and checks it. What fails the check is removed; if bytes of an earlier transfer
// were in it they may be the reason, so then it is brought once more from nothing.
func (t *transfer) fetchVerified(ctx context.Context, r remote, check func(path string) error) error {
	for {
		resumed := partSize(r.part) > 0
		if err := t.fetch(ctx, r); err != nil {
			return err
		}
		err := check(r.part)
		if err == nil {
			return nil
		}
		if rerr := os.Remove(r.part); rerr != nil {
			return cannotWrite(r.part, rerr)
		}
		if !resumed {
			return err
		}
	}
}

// fetch brings the whole of r to its part. A transfer that breaks is resumed at once, as long as attempts bring bytes.
// A mirror that stalls again is given up.
func (t *transfer) fetch(ctx context.Context, r remote) error {
	stalls := 0
	for attempt := 1; ; attempt++ {
		before := t.received
		err := t.attempt(ctx, r)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return stopped(ctx)
		}
		if errors.Is(err, errStalled) {
			stalls++
		}
		if stalls == maxStalls {
			return unreachableError{err}
		}
		again := errors.Is(err, errNoRange) || errors.Is(err, errBroken) && t.received > before
		if !again || attempt == maxAttempts {
			return err
		}
		t.progress.message("%s: %s: %v, going on", r.label, r.url.Host, err)
	}
}

func (t *transfer) attempt(ctx context.Context, r remote) error {
	part, err := os.OpenFile(r.part, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return cannotWrite(r.part, err)
	}
	err = t.receive(ctx, r, part)
	if cerr := part.Close(); cerr != nil && err == nil {
		err = cannotWrite(r.part, cerr)
	}
	if err != nil && partSize(r.part) == 0 {
		_ = os.Remove(r.part) // nothing to go on from
	}
	return err
}

// receive asks for the bytes that part lacks and appends them.
func (t *transfer) receive(ctx context.Context, r remote, part *os.File) error {
	offset, err := part.Seek(0, io.SeekEnd)
	if err != nil {
		return cannotWrite(r.part, err)
	}
	if offset == r.size && offset > 0 {
		return nil
	}
	if offset > r.limit() {
		offset = 0
	}

	// The timer ends the request when it does not get on for a while, whatever it waits for: a connection, an answer, a
	// body.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(t.stall, func() { cancel(errStalled) })
	defer timer.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url.String(), nil)
	if err != nil {
		return unreachableError{err}
	}
	req.Header.Set("Accept-Encoding", "identity") // the .gz itself, not what a client makes of it
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return unreachableError{errors.New(t.reason(ctx, err))}
	}
	defer func() { _ = resp.Body.Close() }()

	start, done, err := startOf(resp, offset)
	if done {
		return nil
	}
	total := r.size
	if err == nil && resp.ContentLength >= 0 {
		total = start + resp.ContentLength
		if err := r.checkSize(total); err != nil {
			return err
		}
	}
	// Only here is it sure that the bytes so far, if they go, make way for better ones.
	if err == nil || errors.Is(err, errNoRange) {
		if terr := part.Truncate(start); terr != nil {
			return cannotWrite(r.part, terr)
		}
	}
	if err != nil {
		return err
	}
	if _, err := part.Seek(start, io.SeekStart); err != nil {
		return cannotWrite(r.part, err)
	}
	return t.copyBody(ctx, r, part, resp.Body, start, total, timer)
}

// copyBody appends an answer's body, which begins at byte offset of the file, to part.
func (t *transfer) copyBody(
	ctx context.Context, r remote, part *os.File, body io.Reader, offset, total int64, timer *time.Timer,
) error {
	t.progress.bytes(r.label, offset, total)
	buf := make([]byte, 64<<10)
	timer.Reset(t.stall)
	fresh := 0 // bytes since then
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if fresh += n; float64(fresh) >= leastRate*t.stall.Seconds() {
				timer.Reset(t.stall)
				fresh = 0
			}
			if offset+int64(n) > r.limit() {
				return fmt.Errorf("wrong size: more than %d bytes", r.limit())
			}
			if _, err := part.Write(buf[:n]); err != nil {
				return cannotWrite(r.part, err)
			}
			offset += int64(n)
			t.received += int64(n)
			t.progress.bytes(r.label, offset, total)
		}
		if err == io.EOF && offset < total {
			err = io.ErrUnexpectedEOF
		}
		if err == io.EOF {
			return nil
		}
		switch {
		case err != nil && errors.Is(context.Cause(ctx), errStalled):
			return fmt.Errorf("%w after %d of %s: %w, less than %d bytes a second for %v",
				errBroken, offset, fault.Count(total, "byte"), errStalled, leastRate, t.stall)
		case err != nil:
			return fmt.Errorf("%w after %d of %s: %s",
				errBroken, offset, fault.Count(total, "byte"), t.reason(ctx, err))
		}
	}
}

// partSize returns the number of bytes that earlier transfers left at path.
func partSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
