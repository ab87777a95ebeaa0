package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"syscall"
)

// startOf reads the response to a request for the bytes from offset on. start is the position in the file at which the
// body begins; done means that the file ends at offset. The error is errNoRange if the server cannot begin at offset.
func startOf(resp *http.Response, offset int64) (start int64, done bool, err error) {
	contentRange := resp.Header.Get("Content-Range")
	switch {
	case resp.StatusCode == http.StatusOK:
		return 0, false, nil
	case resp.StatusCode == http.StatusPartialContent:
		if _, err := fmt.Sscanf(contentRange, "bytes %d-", &start); err == nil && start == offset {
			return offset, false, nil
		}
		return 0, false, errNoRange
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && offset > 0:
		var size int64
		if _, err := fmt.Sscanf(contentRange, "bytes */%d", &size); err == nil && size == offset {
			return offset, true, nil
		}
		return 0, false, errNoRange
	}
	return offset, false, fmt.Errorf("HTTP %s", resp.Status)
}

// saysItsEnd reports whether the end of a response without a length is a message of the server, and not only the end of the
// connection, which may have broken.
func saysItsEnd(resp *http.Response) bool {
	return resp.ProtoMajor > 1 || slices.Contains(resp.TransferEncoding, "chunked")
}

// reason describes in a few words why a request failed.
func (t *transfer) reason(ctx context.Context, err error) string {
	if errors.Is(context.Cause(ctx), errStalled) {
		return fmt.Sprintf("no byte for %v", t.stall)
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "no answer in time"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "closed by the server"
	}
	if e, ok := errors.AsType[*url.Error](err); ok { // whose text has the URL in it
		return e.Err.Error()
	}
	return err.Error()
}
