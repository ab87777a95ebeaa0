package board

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

const pixels = 28 * 28

// model returns a model of images with random weights.
func model(t *testing.T, units ...int) *modelfile.Model {
	t.Helper()
	a := nn.Architecture{Input: pixels, Loss: nn.CategoricalCrossentropy}
	for i, n := range units {
		activation := "relu"
		if i == len(units)-1 {
			activation = "softmax"
		}
		spec := nntest.Dense(n, activation)
		spec.Name = nn.LayerName(spec.Type, i)
		a.Layers = append(a.Layers, spec)
	}
	m := &modelfile.Model{InputShape: []int{28, 28}, Scale: 1.0 / 255}
	m.Store(nntest.RandomModel(t, a, 1))
	return m
}

// training returns random images, a fifth of whose pixels have ink.
func training(n int) *batch.Samples {
	r := rand.New(rand.NewPCG(1, 2))
	s := &batch.Samples{Count: n, Features: pixels, Bytes: make([]byte, n*pixels), Labels: make([]byte, n)}
	for i := range s.Bytes {
		if r.IntN(5) == 0 {
			s.Bytes[i] = byte(r.IntN(256))
		}
	}
	for i := range s.Labels {
		s.Labels[i] = byte(i % 10)
	}
	return s
}

func kernels(t *testing.T) *kernel.Set {
	t.Helper()
	k, err := kernel.Select("")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// handler returns a page with two models, one of which has no training images, and one that is left out.
func handler(t *testing.T) http.Handler {
	t.Helper()
	table := model(t, 10)
	table.InputShape = []int{pixels}
	table.Columns = make([]string, pixels)
	table.Mean, table.Std = make([]float64, pixels), make([]float64, pixels)
	return Handler([]Model{
		{Name: "a.bin", Model: model(t, 20, 10), Kernels: kernels(t),
			Training: func() (*batch.Samples, error) { return training(50), nil }},
		{Name: "b & c/ü.bin", Model: model(t, 10), Kernels: kernels(t)},
		{Name: "table.bin", Model: table, Kernels: kernels(t)},
	})
}

// send returns the response to a request.
func send(t *testing.T, h http.Handler, method, path string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, body))
	if w.Header().Get("Content-Security-Policy") != policy() || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s %s: found the headers %v", method, path, w.Header())
	}
	return w
}

// answered returns the JSON of a response.
func answered[T any](t *testing.T, w *httptest.ResponseRecorder) (v T) {
	t.Helper()
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("found status %d, %s: %.200s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFiles(t *testing.T) {
	h := handler(t)
	for path, kind := range map[string]string{
		"/":               "text/html; charset=utf-8",
		"/board/board.js": "text/javascript; charset=utf-8", "/board/worker.js": "text/javascript; charset=utf-8",
	} {
		w := send(t, h, http.MethodGet, path, nil)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Body.Len() < 1000 {
			t.Errorf("%s: found status %d, %s, %d bytes", path, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
		if strings.Contains(w.Body.String(), "http") {
			t.Errorf("%s names another server", path)
		}
		if head := send(t, h, http.MethodHead, path, nil); head.Code != http.StatusOK || head.Body.Len() != 0 {
			t.Errorf("HEAD %s: found status %d, %d bytes", path, head.Code, head.Body.Len())
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", w.Header().Get("ETag"))
		again := httptest.NewRecorder()
		h.ServeHTTP(again, r)
		if again.Code != http.StatusNotModified {
			t.Errorf("%s again: wanted status 304, found %d", path, again.Code)
		}
	}
}

func TestModels(t *testing.T) {
	h := handler(t)
	list := answered[struct {
		Models  []entry
		LeftOut []leftOut `json:"left_out"`
	}](t, send(t, h, http.MethodGet, "/board/models", nil))
	if len(list.Models) != 2 || len(list.LeftOut) != 1 {
		t.Fatalf("wanted 2 models and 1 that is left out, found %v", list)
	}
	a, b := list.Models[0], list.Models[1]
	if a.Name != "a.bin" || !a.Similar || !a.Read || a.Layers != "784–20–10" || b.Similar {
		t.Errorf("found %+v, %+v", a, b)
	}
	if out := list.LeftOut[0]; out.Name != "table.bin" || !strings.Contains(out.Reason, "table with 784 columns") {
		t.Errorf("found %+v", out)
	}
	w := send(t, h, http.MethodGet, "/board/weights?model=b+%26+c%2f%C3%BC.bin", nil)
	if w.Code != http.StatusOK || w.Body.Len() != 4*(pixels*10+10) {
		t.Errorf("weights: found status %d, %d bytes", w.Code, w.Body.Len())
	}
}

// broken is a body that ends too early.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("reset") }

// endless is a body without an end, of no stated length.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestRefuses(t *testing.T) {
	h := handler(t)
	for _, c := range []struct {
		method, path string
		body         io.Reader
		status       int
		what         string
	}{
		{"GET", "/other", nil, 404, "/other"},
		{"GET", "/board/board.html", nil, 404, "board.html"},
		{"GET", "/board/page/board.js", nil, 404, "board.js"},
		{"POST", "/", nil, 405, "wanted GET"},
		{"DELETE", "/board/models", nil, 405, "DELETE"},
		{"GET", "/board/similar", nil, 405, "wanted POST"},
		{"GET", "/board/weights", nil, 404, "one of the models a.bin"},
		{"GET", "/board/weights?model=ab.bin", nil, 404, "did you mean a.bin"},
		{"GET", "/board/weights?model=table.bin", nil, 404, "table.bin"},
		{"POST", "/board/similar?model=a.bin", nil, 400, "found 0 bytes"},
		{"POST", "/board/similar?model=a.bin", strings.NewReader(strings.Repeat("a", 785)), 400, "wanted 784 bytes"},
		{"POST", "/board/similar?model=a.bin", broken{}, 400, "ends too early"},
		{"POST", "/board/similar?model=a.bin", bytes.NewReader(make([]byte, maxImage+1)), 413, "MB"},
		{"POST", "/board/similar?model=a.bin", endless{}, 413, "MB"},
		{"POST", "/board/similar?model=b+%26+c%2F%C3%BC.bin", nil, 404, "training images"},
		{"POST", "/board/read?model=a.bin", nil, 415, "wanted a picture"},
		{"POST", "/board/read?model=a.bin", strings.NewReader("hello"), 415, "wanted a picture"},
		{"POST", "/board/read?model=a.bin", bytes.NewReader(picture(t)[:60]), 415, ""},
		{"POST", "/board/read?model=a.bin", endless{}, 413, "MB"},
		{"POST", "/board/read?model=a.bin", white(t), 422, "no digit"},
		{"POST", "/board/read?model=nothing-like-it", white(t), 404, "a.bin"},
	} {
		w := send(t, h, c.method, c.path, c.body)
		var e struct{ Error string }
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Code != c.status || !strings.Contains(e.Error, c.what) ||
			e.Error == "" || len(e.Error) > 400 {
			t.Errorf("%s %s: wanted status %d with %q, found %d with %.300s", c.method, c.path, c.status, c.what, w.Code, w.Body)
		}
	}
}

// white returns a picture without ink.
func white(t *testing.T) io.Reader {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 100, 100))); err != nil {
		t.Fatal(err)
	}
	return &b
}

// Requests at the same time get their own answers.
func TestTogether(t *testing.T) {
	h := handler(t)
	s := training(50)
	data := picture(t)
	for i := range 24 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			found := answered[struct{ Images []match }](t, send(t, h, http.MethodPost, "/board/similar?model=a.bin",
				bytes.NewReader(s.Pixels(i))))
			if found.Images[0].Index != i {
				t.Errorf("wanted image %d, found %d", i, found.Images[0].Index)
			}
			read := answered[struct{ Digits []digit }](t, send(t, h, http.MethodPost, "/board/read?model=a.bin",
				bytes.NewReader(data)))
			if len(read.Digits) != 2 {
				t.Errorf("wanted 2 digits, found %d", len(read.Digits))
			}
		})
	}
}

// A page shows the models that it was told last. The versions that page/follow.js and page/model.js compare tell one model
// from another, and are the same for the same.
func TestPage(t *testing.T) {
	var p Page
	versions := func() (list, listed, weights string) {
		w := send(t, &p, http.MethodGet, "/board/models", nil)
		list = w.Header().Get("ETag")
		models := answered[struct{ Models []entry }](t, w).Models
		if len(models) == 0 {
			return list, "", ""
		}
		w = send(t, &p, http.MethodGet, "/board/weights?model="+models[0].Name, nil)
		return list, models[0].Weights, w.Header().Get("ETag")
	}
	empty, listed, _ := versions()
	if empty == "" || listed != "" {
		t.Errorf("wanted a list of no models, found version %q, %q", empty, listed)
	}
	seen := map[string]bool{empty: true}
	for _, units := range [][]int{{10}, {20, 10}} {
		p.Show([]Model{{Name: "a", Model: model(t, units...), Kernels: kernels(t)}})
		list, listed, weights := versions()
		if seen[list] || weights != `"`+listed+`"` {
			t.Errorf("layers of %v: found a list of version %s; weights %q with the version %s", units, list, listed, weights)
		}
		seen[list] = true
		p.Show([]Model{{Name: "a", Model: model(t, units...), Kernels: kernels(t)}})
		if again, _, _ := versions(); again != list {
			t.Errorf("wanted %s for the same model, found %s", list, again)
		}
	}
}
