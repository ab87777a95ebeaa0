package download

import (
	"bufio"
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

// maxUnknown bounds the size of a file whose size is not known beforehand: a module's zip.
const maxUnknown = 64 << 20

const (
	maxAttempts = 5       // of one transfer, even if each brings some bytes
	maxStalls   = 2       // of one transfer, each of which costs the user StallTimeout
	minRate     = 1 << 10 // bytes a second; at less, MNIST would take three hours, so another mirror is tried
)

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

// transfer downloads files over HTTP. It resumes what an earlier attempt left, in this run or in another.
type transfer struct {
	client   *http.Client
	stall    time.Duration // Options.StallTimeout
	progress Progress
	received int64 // bytes from mirrors so far
}

// remote is one file to download.
type remote struct {
	url   *url.URL
	label string // its name for progress and messages
	part  string // path of the downloaded file, which may be unfinished
	size  int64  // 0 if it is not known
	magic string // what it begins with
}

// limit returns the largest size that the file may have.
func (r remote) limit() int64 {
	if r.size > 0 {
		return r.size
	}
	return maxUnknown
}

// checkSize returns an error if a server announces a wrong size.
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
	// errStalled is the cause with which a request is canceled that gets no bytes, or too few, for too long.
	errStalled = errors.New("stalled")
	// errBroken marks a transfer that ended early and can be resumed.
	errBroken = errors.New("connection broke")
	// errNoRange means that a server cannot resume in the middle of the file. The part is empty afterwards.
	errNoRange = errors.New("cannot resume in the middle of the file")
)

// fetchVerified downloads r and checks it. A file that fails the check is removed. If it began with bytes of an earlier
// transfer, these may be the reason, so it is downloaded once more from the start.
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

// fetch downloads r to its part. A broken transfer is resumed at once, as long as each attempt brings some bytes. After
// maxStalls stalls the error is an unreachableError.
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

// attempt tries once to complete the part of r.
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
		_ = os.Remove(r.part) // nothing to resume from
	}
	return err
}

// receive requests the bytes that are missing in part, and appends them.
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

	// The timer cancels the request if it stalls, be it for a connection, for the headers or in the body.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(t.stall, func() { cancel(errStalled) })
	defer timer.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url.String(), nil)
	if err != nil {
		return unreachableError{err}
	}
	req.Header.Set("Accept-Encoding", "identity") // the .gz as it is: nobody is to compress or decompress it
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
	body := bufio.NewReader(resp.Body)
	if err == nil && start == 0 && offset > 0 {
		// Before the part is given up: is this the file at all, and not a page to log in?
		if head, herr := body.Peek(len(r.magic)); string(head) != r.magic {
			if herr != nil {
				return unreachableError{errors.New(t.reason(ctx, herr))}
			}
			return fmt.Errorf("wrong content: it begins with %q, wanted %q", head, r.magic)
		}
	}
	// After any other error, the part stays: another mirror may be able to resume it.
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
	return t.copyBody(ctx, r, part, resp, body, start, total, timer)
}

// copyBody appends a response's body, which begins at byte start of the file, to part. It resets the timer each time when
// as many bytes have come as minRate brings in t.stall.
func (t *transfer) copyBody(
	ctx context.Context, r remote, part *os.File, resp *http.Response, body io.Reader, start, total int64, timer *time.Timer,
) error {
	offset := start
	t.progress.bytes(r.label, offset, total)
	buf := make([]byte, 64<<10)
	timer.Reset(t.stall)
	fresh := 0 // bytes since the timer was reset
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if fresh += n; float64(fresh) >= minRate*t.stall.Seconds() {
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
			if saysItsEnd(resp) { // all of another file, such as a page to log in: no beginning of this one
				if err := part.Truncate(start); err != nil {
					return cannotWrite(r.part, err)
				}
				return r.checkSize(offset)
			}
			err = io.ErrUnexpectedEOF
		}
		if err == io.EOF {
			return nil
		}
		switch {
		case err != nil && errors.Is(context.Cause(ctx), errStalled):
			return fmt.Errorf("%w after %d of %s: %w, less than %d bytes a second for %v",
				errBroken, offset, fault.Count(total, "byte"), errStalled, minRate, t.stall)
		case err != nil:
			return fmt.Errorf("%w after %d of %s: %s",
				errBroken, offset, fault.Count(total, "byte"), t.reason(ctx, err))
		}
	}
}

// partSize returns the size of the part at path, 0 if there is none.
func partSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
