package serve

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// asker is a client that is told of everything that goes wrong: it does not try again, as http.Client does.
type asker struct {
	network, address string
	secure           *tls.Config
	request          string
	check            func(body string) error
}

// newAsker returns a client of a server, which asks for the answer of one image.
func newAsker(t *testing.T, r *running, secure *tls.Config, check func(body string) error) *asker {
	t.Helper()
	body, header := inferBytes(image(1))
	a := &asker{network: "tcp", secure: secure, check: check, request: fmt.Sprintf(
		"POST /v2/models/digits/infer HTTP/1.1\r\nHost: localhost\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		header[0], header[1], len(body), body)}
	if path, ok := strings.CutPrefix(r.url, "unix:"); ok {
		a.network, a.address = "unix", path
	} else {
		a.address = r.address()
	}
	return a
}

// dial connects; ok is false if the server refuses it. Any other error is one.
func (a *asker) dial(ctx context.Context) (c net.Conn, ok bool, err error) {
	var d net.Dialer
	c, err = d.DialContext(ctx, a.network, a.address)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("connecting: %w", err)
	case a.secure != nil:
		c = tls.Client(c, a.secure)
	}
	return c, true, nil
}

// ask sends the request and reads the answer. last tells that the server closes the connection.
func (a *asker) ask(c net.Conn, in *bufio.Reader) (last bool, err error) {
	if _, err := io.WriteString(c, a.request); err != nil {
		return false, fmt.Errorf("sending: %w", err)
	}
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return false, fmt.Errorf("waiting for the answer: %w", err)
	}
	text, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return false, fmt.Errorf("reading the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return false, fmt.Errorf("found %d: %s", response.StatusCode, text)
	}
	return response.Close, a.check(binaryPart(string(text), response.Header))
}

// run asks until the server refuses connections, with most requests on a connection, and returns the first error.
func (a *asker) run(ctx context.Context, most int, answered func()) error {
	for {
		c, ok, err := a.dial(ctx)
		if !ok {
			return err
		}
		in := bufio.NewReader(c)
		for n := 1; ; n++ {
			last, err := a.ask(c, in)
			if err != nil {
				_ = c.Close()
				return fmt.Errorf("request %d of a connection: %w", n, err)
			}
			answered()
			if last || n == most {
				break
			}
		}
		_ = c.Close()
	}
}

// TestShutdownLosesNothing stops a server while clients ask it: some go on with the connections they have, others make
// one for each request. Whoever could connect gets the answers, until one says that the connection ends.
func TestShutdownLosesNothing(t *testing.T) {
	certificate, key, trusted := newCertificate(t)
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	for name, c := range map[string]struct {
		change func(*Options)
		secure *tls.Config
	}{
		"tcp":  {},
		"tcp6": {change: func(o *Options) { o.Addr = "[::]:0" }},
		"unix": {change: func(o *Options) { o.Addr = "unix:" + filepath.Join(t.TempDir(), "s") }},
		"tls":  {func(o *Options) { o.TLSCert, o.TLSKey = certificate, key }, trusted},
	} {
		t.Run(name, func(t *testing.T) {
			for range rounds {
				r := start(t, func(o *Options) {
					o.grace = time.Minute // a client that finds no processor is no client that does not ask
					if c.change != nil {
						c.change(o)
					}
				})
				var want atomic.Pointer[string]
				a := newAsker(t, r, c.secure, func(found string) error {
					if want.CompareAndSwap(nil, &found) || *want.Load() == found {
						return nil
					}
					return errors.New("the answer changed")
				})
				var group sync.WaitGroup
				var answered atomic.Int64
				for client := range 48 {
					group.Go(func() {
						err := a.run(t.Context(), []int{1, 1, 1_000_000}[client%3], func() {
							if answered.Add(1) == 500 {
								r.stop()
							}
						})
						if err != nil {
							t.Errorf("a request was lost: %v", err)
							r.stop()
						}
					})
				}
				group.Wait()
				if err := <-r.ended; err != nil {
					t.Error(err)
				}
				r.ended <- nil
			}
		})
	}
}
