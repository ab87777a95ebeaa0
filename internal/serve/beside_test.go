package serve

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/world"
)

// quiet returns a world in which nobody reads what is printed.
func quiet() *world.System {
	return &world.System{Stdout: io.Discard, Stderr: io.Discard, Env: func(string) (string, bool) { return "", false }}
}

// beside calls work while a handler that writes hello is served.
func beside(t *testing.T, addr string, work func(url string) error) error {
	t.Helper()
	none := func() (*modelfile.Model, int) { return nil, 0 }
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	return Beside(t.Context(), quiet(), Options{Addr: addr, MaxConnections: 10}, hello, none, work)
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

// TestFollowing asks for a model while it is trained: all protocols have its latest state, or say that there is none.
func TestFollowing(t *testing.T) {
	models := []*modelfile.Model{nil, newModel(t, 1), newModel(t, 2), newModel(t, 3)}
	models[3].Tensors[0].Data[0] = float32(math.NaN()) // a run that has diverged
	var state atomic.Int64
	latest := func() (*modelfile.Model, int) { return models[state.Load()], int(state.Load()) }
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") })
	instances := `{"instances":[[` + numbers(784, "1") + `]]}`
	infer := `{"inputs":[{"name":"input","shape":[1,784],"datatype":"UINT8","data":[` + numbers(784, "255") + `]}]}`
	requests := map[string]struct{ method, body string }{
		"v1/models/training:predict": {"POST", instances}, "v2/models/training/infer": {"POST", infer},
		"v2/models/training": {"GET", ""}, "v1/models/training": {"GET", ""}, "invocations": {"POST", instances},
		"predict": {"POST", string(drawn(t))}, "v2": {"GET", ""}, "ping": {"GET", ""}, "v2/models/training/ready": {"GET", ""},
	}
	err := Beside(t.Context(), quiet(), Options{Addr: "127.0.0.1:0"}, page, latest, func(url string) error {
		r := &running{t: t, url: url}
		var found [4]map[string]string
		for n, want := range []int{http.StatusServiceUnavailable, http.StatusOK, http.StatusOK, http.StatusServiceUnavailable} {
			state.Store(int64(n))
			found[n] = map[string]string{}
			for path, q := range requests {
				status, text, _ := r.ask(q.method, "/"+path, q.body)
				if status != want || status != http.StatusOK && !strings.HasPrefix(text, `{"error":"`) {
					t.Errorf("state %d, %s: wanted %d, found %d with %s", n, path, want, status, text)
				}
				found[n][path] = text
			}
		}
		for path := range requests {
			if answers := strings.HasSuffix(path, "predict") || path == "invocations" || strings.HasSuffix(path, "infer"); answers !=
				(found[1][path] != found[2][path]) {
				t.Errorf("%s: found %s after an epoch, then %s", path, found[1][path], found[2][path])
			}
		}
		if text := found[0]["v2"]; !strings.Contains(text, "not there yet") {
			t.Errorf("before the training: found %s", text)
		}
		state.Store(1)
		if status, text, _ := r.ask("GET", "/v2/models/digits", ""); status != http.StatusNotFound || !strings.Contains(text, `this server has \"training\"`) {
			t.Errorf("another model: found %d with %s", status, text)
		}
		if _, text, _ := r.ask("GET", "/anything", ""); text != "page" {
			t.Errorf("the page: found %s", text)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
