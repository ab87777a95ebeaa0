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
	"os"
	"path/filepath"
	"runtime"
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

// TestReloadLosesNothing replaces the model a hundred times, by another and back, while clients ask. Each answer is of one
// of the two models.
func TestReloadLosesNothing(t *testing.T) {
	r := start(t, func(o *Options) { o.poll, o.grace = time.Hour, time.Minute })
	other := filepath.Join(t.TempDir(), "other.bin")
	writeModel(t, other, 2)
	var known [2]string
	files := [2][]byte{}
	for i, path := range []string{r.model, other} {
		var err error
		if files[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	// use makes one of the two the model, and waits until the log tells it.
	reloads := 0
	use := func(i int) {
		t.Helper()
		next := filepath.Join(filepath.Dir(r.model), "next")
		if err := os.WriteFile(next, files[i], 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(next, r.model); err != nil {
			t.Fatal(err)
		}
		r.reload <- struct{}{}
		for reloads++; strings.Count(r.log.String(), "digits is now ") < reloads; {
			runtime.Gosched()
		}
	}
	body, header := inferBytes(image(1))
	for _, i := range []int{1, 0} {
		use(i)
		_, text, h := r.ask("POST", "/v2/models/digits/infer", body, header...)
		known[i] = binaryPart(text, h)
	}
	if known[0] == known[1] {
		t.Fatal("both models say the same")
	}
	var found [2]atomic.Int64
	a := newAsker(t, r, nil, func(text string) error {
		for i, one := range known {
			if text == one {
				found[i].Add(1)
				return nil
			}
		}
		return errors.New("an answer of neither model")
	})
	var group sync.WaitGroup
	for client := range 16 {
		group.Go(func() {
			if err := a.run(t.Context(), []int{1, 1_000_000}[client%2], func() {}); err != nil {
				t.Errorf("a request was lost: %v", err)
			}
		})
	}
	for i := range 100 {
		before := found[0].Load() + found[1].Load()
		use((i + 1) % 2)
		for found[0].Load()+found[1].Load() == before && !t.Failed() {
			runtime.Gosched()
		}
	}
	r.stop()
	group.Wait()
	if found[0].Load() == 0 || found[1].Load() == 0 {
		t.Errorf("wanted answers of both models, found %d and %d", found[0].Load(), found[1].Load())
	}
	if _, n, _ := strings.Cut(r.log.String(), "stays as it was"); n != "" {
		t.Error(r.log.String())
	}
}

// TestDeafen makes a connection, then deafens the socket: the connection is still there to be accepted, and no other is
// made.
func TestDeafen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can")
	}
	for network, address := range map[string]string{
		"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0", "unix": filepath.Join(t.TempDir(), "s"),
	} {
		t.Run(network, func(t *testing.T) {
			var config net.ListenConfig
			config.SetMultipathTCP(false)
			l, err := config.Listen(t.Context(), network, address)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			open, ok := l.(syscall.Conn)
			if !ok {
				t.Fatal("no socket")
			}
			if _, err := acceptNow(open); !errors.Is(err, syscall.EAGAIN) {
				t.Errorf("before anything came: found %v", err)
			}
			var d net.Dialer
			before, err := d.DialContext(t.Context(), network, l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer before.Close()
			if !deafen(open) {
				t.Fatal("it hears as before")
			}
			_, _ = io.WriteString(before, "hello") // after it
			soon := net.Dialer{Timeout: time.Second / 10}
			if after, err := soon.DialContext(t.Context(), network, l.Addr().String()); err == nil {
				_ = after.Close()
				t.Error("a connection was made")
			}
			c, err := acceptNow(open)
			if err != nil {
				t.Fatalf("the connection that was made is gone: %v", err)
			}
			defer c.Close()
			text := make([]byte, 5)
			if _, err := io.ReadFull(c, text); err != nil || string(text) != "hello" {
				t.Errorf("found %q, %v", text, err)
			}
			if _, err := acceptNow(open); !errors.Is(err, syscall.EAGAIN) {
				t.Errorf("after all was accepted: found %v", err)
			}
		})
	}
}
