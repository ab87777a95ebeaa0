// Package wire is what the protocols of the server share: bodies of requests, read in bounded memory, plain or
// compressed; numbers of JSON; responses, compressed for who asks for it; and statuses of errors.
package wire

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// Bodies reads bodies of requests.
type Bodies struct {
	Max int64 // bytes of one body, plain and compressed
	All int64 // bytes of all bodies that are held at a time; more than Max, so that one of that size is read

	held atomic.Int64
	pool sync.Pool // of *Body
}

// Body is the body of a request, decompressed.
type Body struct {
	Data []byte
	from *Bodies
	held int64
}

// firstRead is how much memory a body gets before more of it is there. What a request claims of its length is not
// believed.
const firstRead = 64 << 10

// keep is the size of the largest body whose memory is kept for another.
const keep = 4 << 20

// Field returns the value of a field of a request's header; empty: there is none. It is Header.Get for a key in canonical
// form, as in Content-Type, which it does not check.
func Field(r *http.Request, key string) string {
	if values := r.Header[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Read reads the body of a request, up to its end. Release gives its memory back. Errors are a *StatusError.
func (b *Bodies) Read(r *http.Request) (*Body, error) {
	if r.ContentLength > b.Max {
		return nil, b.tooLarge()
	}
	var source io.Reader = r.Body
	if r.ContentLength < 0 { // it does not say how long it is
		source = io.LimitReader(r.Body, b.Max+1)
	}
	plain := false
	switch encoding := strings.ToLower(strings.TrimSpace(Field(r, "Content-Encoding"))); encoding {
	case "", "identity":
		plain = true
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(source)
		if err != nil {
			return nil, broken("is no gzip", err)
		}
		source = z
	case "deflate":
		z, err := zlib.NewReader(source)
		if err != nil {
			return nil, broken("is no deflate (zlib)", err)
		}
		source = z
	default:
		return nil, Errorf(http.StatusUnsupportedMediaType, "wanted Content-Encoding gzip, deflate or none, found %q",
			Short(encoding))
	}
	body, _ := b.pool.Get().(*Body)
	if body == nil {
		body = &Body{from: b}
	}
	if err := body.fill(source); err != nil {
		body.Release()
		return nil, err
	}
	if plain {
		_ = r.Body.Close() // it was read to its end: the HTTP server need not look for more
	}
	return body, nil
}

// fill reads all of source.
func (y *Body) fill(source io.Reader) error {
	y.Data = y.Data[:0]
	if err := y.hold(int64(cap(y.Data))); err != nil {
		return err
	}
	for {
		if len(y.Data) == cap(y.Data) {
			more := min(max(firstRead, 2*int64(cap(y.Data))), y.from.Max+1)
			if err := y.hold(more); err != nil {
				return err
			}
			y.Data = append(make([]byte, 0, more), y.Data...)
		}
		n, err := source.Read(y.Data[len(y.Data):cap(y.Data)])
		y.Data = y.Data[:len(y.Data)+n]
		switch {
		case int64(len(y.Data)) > y.from.Max:
			return y.from.tooLarge()
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return broken("ended early or is damaged", err)
		}
	}
}

// broken returns the error of a body that cannot be read, which is late if the client was too slow.
func broken(how string, err error) error {
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return Errorf(http.StatusRequestTimeout, "the body took too long to come")
	}
	return Errorf(http.StatusBadRequest, "the body %s: %w", how, err)
}

// hold counts that the body holds so many bytes in all.
func (y *Body) hold(bytes int64) error {
	more := bytes - y.held
	if now := y.from.held.Add(more); more > 0 && now > y.from.All {
		y.from.held.Add(-more)
		return Errorf(http.StatusServiceUnavailable, "too many bytes are on their way: try again later")
	}
	y.held = bytes
	return nil
}

// Release gives the memory of the body back: nothing may use its Data afterwards.
func (y *Body) Release() {
	y.from.held.Add(-y.held)
	y.held = 0
	if cap(y.Data) > keep {
		y.Data = nil
	}
	y.from.pool.Put(y)
}

func (b *Bodies) tooLarge() error {
	return Errorf(http.StatusRequestEntityTooLarge, "wanted a body of at most %d bytes, found more", b.Max)
}
