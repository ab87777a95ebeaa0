package serve

import (
	"bufio"
	"errors"
	"io"
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

// TestDraining stops a server that has connections in all states. A request that comes within the grace is answered, and
// is the last of its connection.
func TestDraining(t *testing.T) {
	r := start(t, func(o *Options) { o.grace = time.Minute })
	const request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	ask := func(c net.Conn, in *bufio.Reader, text string) (status int, last bool) {
		t.Helper()
		_, _ = io.WriteString(c, text)
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return response.StatusCode, response.Close
	}
	asked, fresh, half, watcher := r.dial(), r.dial(), r.dial(), r.dial()
	answers := bufio.NewReader(asked)
	if _, last := ask(asked, answers, request); last {
		t.Error("the first response is the last")
	}
	_, _ = io.WriteString(half, request[:30])
	states := bufio.NewReader(watcher)
	ready := strings.Replace(request, "healthz", "readyz", 1)
	if status, _ := ask(watcher, states, ready); status != http.StatusOK {
		t.Errorf("before: found %d", status)
	}
	r.stop()
	for last := false; !last; {
		var status int
		if status, last = ask(watcher, states, ready); last != (status == http.StatusServiceUnavailable) {
			t.Errorf("found %d, the last: %t", status, last)
		}
	}
	for name, c := range map[string]struct {
		conn net.Conn
		in   *bufio.Reader
		text string
	}{
		"one that asked before": {asked, answers, request}, "one that did not": {fresh, bufio.NewReader(fresh), request},
		"one in the middle": {half, bufio.NewReader(half), request[30:]},
	} {
		if status, last := ask(c.conn, c.in, c.text); status != http.StatusOK || !last {
			t.Errorf("%s: found %d, the last: %t", name, status, last)
		}
		if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
			t.Errorf("%s: wanted a clean end, found %q, %v", name, rest, err)
		}
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	r.ended <- nil
}

// TestGivesUp stops a server with a request that never ends: it waits for it, for a while, and says so. Connections
// without a request end cleanly before.
func TestGivesUp(t *testing.T) {
	r := start(t, func(o *Options) {
		waits := o.waits()
		waits.drain = time.Second
		o.patience = &waits
	})
	fresh, half := r.dial(), r.dial()
	_, _ = io.WriteString(half, "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
	if found := statusOf(half); found != "100" { // the handler reads
		t.Errorf("found %s", found)
	}
	r.stop()
	if rest, err := io.ReadAll(fresh); err != nil || len(rest) > 0 {
		t.Errorf("wanted a clean end, found %q, %v", rest, err)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	r.ended <- nil
	if text := r.log.String(); !strings.Contains(text, "gave up on requests that took longer than 1s") {
		t.Errorf("found %q", text)
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
