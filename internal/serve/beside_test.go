package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/world"
)

// beside calls work while a handler that writes hello is served.
func beside(t *testing.T, addr string, work func(url string) error) error {
	t.Helper()
	system := &world.System{Stdout: io.Discard, Stderr: io.Discard}
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	return Beside(t.Context(), system, Options{Addr: addr, MaxConnections: 10}, hello, work)
}

// A handler is served as long as the work takes, to this machine's own pages only.
func TestBeside(t *testing.T) {
	bad := errors.New("bad")
	var address string
	err := beside(t, "127.0.0.1:0", func(url string) error {
		address = url
		for name, c := range map[string]struct {
			host, origin string
			code         int
		}{
			"a program":     {"", "", 200},
			"the page":      {"", strings.TrimSuffix(url, "/"), 200},
			"another page":  {"", "http://example.org", 403},
			"a sandbox":     {"", "null", 403},
			"another port":  {"", "http://127.0.0.1:1", 403},
			"another name":  {"example.org", "", 403},
			"its own name":  {"localhost", "http://localhost", 200},
			"another's too": {"example.org", "http://example.org", 403},
		} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
			if err != nil {
				return err
			}
			request.Host = c.host
			if c.origin != "" {
				request.Header.Set("Origin", c.origin)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return err
			}
			_ = response.Body.Close()
			if response.StatusCode != c.code {
				t.Errorf("%s: wanted status %d, found %d", name, c.code, response.StatusCode)
			}
		}
		err := beside(t, strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/"), func(string) error {
			t.Error("the address was taken, and the work was done")
			return nil
		})
		if fault.KindOf(err) != fault.Write {
			t.Errorf("a second server: wanted a fault.Write, found %v", err)
		}
		return bad
	})
	if !errors.Is(err, bad) {
		t.Errorf("wanted the error of the work, found %v", err)
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("the work is done, and the server still answers")
	}
}
