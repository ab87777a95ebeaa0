package rest

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

// silent is an observer that is told for nothing.
type silent struct{}

func (silent) Batch(int)                                {}
func (silent) Waited(time.Duration)                     {}
func (silent) Answered(*engine.Network, *engine.Answer) {}

// newHandler returns a handler of a model of images of 2 x 2 pixels, m, and one of a table with two columns, t.
func newHandler(tb testing.TB) *Handler {
	tb.Helper()
	kernels, err := kernel.Select("")
	if err != nil {
		tb.Fatal(err)
	}
	e := engine.New(engine.Options{Kernels: kernels, Threads: 1, Now: time.Now, Observe: silent{}})
	tb.Cleanup(e.Close)
	h := &Handler{Bodies: &wire.Bodies{Max: 1 << 20, All: 1 << 22}, Ready: func() bool { return true }}
	for name, m := range map[string]*modelfile.Model{
		"m": {InputShape: []int{2, 2}, Scale: 1. / 255},
		"t": {InputShape: []int{2}, Scale: 1, Columns: []string{"a", "b"}, Mean: []float64{0, 0}, Std: []float64{1, 1}},
	} {
		features := m.InputShape[0]
		if len(m.InputShape) == 2 {
			features = 4
		}
		layers, err := nn.New(nntest.Network(features, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
		if err != nil {
			tb.Fatal(err)
		}
		m.Store(layers)
		path := filepath.Join(tb.TempDir(), name+".bin")
		if _, err := modelfile.Write(path, m); err != nil {
			tb.Fatal(err)
		}
		n, err := e.Load(path, func(string) {})
		if err != nil {
			tb.Fatal(err)
		}
		model := &engine.Model{Name: name, Path: path}
		model.Use(n)
		h.Models = append(h.Models, model)
	}
	return h
}

// FuzzBodies sends any body, as any type, to each path. It is answered or refused, with the error in JSON.
func FuzzBodies(f *testing.F) {
	h := newHandler(f)
	for _, body := range []string{
		`{"instances":[[0,1,2,3],[4,5,6,7]]}`, `{"inputs":{"input":[[[0,1],[2,3]]]}}`, `{"instances":[{"b64":"iVBORw0KGgo="}]}`,
		`{"instances":[{"input":{"b64":"eA=="}},{"input":{"b64":"eA=="}}]}`, `{"inputs":[{"a":1,"b":2}]}`,
		`{"dataframe_split":{"columns":["b","a"],"data":[[1,2]]}}`, `{"dataframe_records":[{"a":1,"b":null}]}`, `[[1,2]]`,
		`{"instances":[{"input":[{"input":[1,2]}]}]}`, `{"instances":[]}`, `{"inputs":null}`,
	} {
		f.Add(body, "application/json")
	}
	f.Add("1,2\n3,4\n", "text/csv")
	f.Add("\x89PNG\r\n\x1a\n", "image/png")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nhello\r\n--x--\r\n",
		"multipart/form-data; boundary=x")
	f.Fuzz(func(t *testing.T, body, kind string) {
		for path, handler := range map[string]http.Handler{
			"/v1/models/m:predict": h.TensorFlow(), "/v1/models/t:predict": h.TensorFlow(), "/invocations": h.Invocations(),
			"/predict": h.Predict(),
		} {
			q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
			q.Header.Set("Content-Type", kind)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, q)
			text := w.Body.String()
			refused := (w.Code == http.StatusBadRequest || w.Code == http.StatusUnsupportedMediaType) &&
				strings.HasPrefix(text, `{"error":"`)
			if w.Code != http.StatusOK && !refused {
				t.Errorf("%s: found %d: %s", path, w.Code, text)
			}
		}
	})
}

// TestSame tests that the ways to say the same samples give the same answer.
func TestSame(t *testing.T) {
	h := newHandler(t)
	ask := func(path, kind, body string) string {
		t.Helper()
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		q.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		if strings.HasPrefix(path, "/v1") {
			h.TensorFlow().ServeHTTP(w, q)
		} else {
			h.Invocations().ServeHTTP(w, q)
		}
		_, numbers, ok := strings.Cut(w.Body.String(), ":")
		if w.Code != http.StatusOK || !ok {
			t.Errorf("%s %s: found %d %s", path, body, w.Code, w.Body.String())
		}
		return numbers
	}
	same := func(path string, bodies ...string) {
		t.Helper()
		want := ask(path, "application/json", bodies[0])
		for _, body := range bodies[1:] {
			if found := ask(path, "application/json", body); found != want {
				t.Errorf("%s: wanted %s, found %s", body, want, found)
			}
		}
	}
	same("/v1/models/m:predict", `{"instances":[[0,51,102,255]]}`, `{"instances":[[[0,51],[102,255]]]}`,
		`{"instances":[[[[0],[51]],[[102],[255]]]]}`, `{"inputs":[[0,51,102,255]]}`, `{"inputs":{"input":[[0,51,102,255]]}}`,
		`{"instances":[{"input":[0,51,102,255]}]}`, `{"instances":[[0,0.2,0.4,1]]}`, `{"instances":[[0,51,102,255]],"x":1}`)
	same("/v1/models/t:predict", `{"instances":[[1,2]]}`, `{"instances":[{"b":2,"a":1}]}`, `{"inputs":[[1,2]]}`)
	if h.Models[0].Name != "t" {
		h.Models[0], h.Models[1] = h.Models[1], h.Models[0]
	}
	same("/invocations", `{"instances":[[1,2]]}`, `{"dataframe_split":{"columns":["b","a"],"data":[[2,1]]}}`,
		`{"dataframe_records":[{"a":1,"b":2}]}`, `[[1,2]]`, `[{"a":1,"b":2}]`)
	if a, b := ask("/invocations", "text/csv", "1,2\n"), ask("/invocations", "application/json", "[[1,2]]"); a != b {
		t.Errorf("CSV: wanted %s, found %s", b, a)
	}
}
