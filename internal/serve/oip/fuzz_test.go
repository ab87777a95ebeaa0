package oip

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
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

// newHandler returns a handler of a model of images, m, with four pixels.
func newHandler(tb testing.TB) *Handler {
	tb.Helper()
	kernels, err := kernel.Select("")
	if err != nil {
		tb.Fatal(err)
	}
	layers, err := nn.New(nntest.Network(4, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "m.bin")
	m := &modelfile.Model{InputShape: []int{2, 2}, Scale: 1. / 255}
	m.Store(layers)
	if _, err := modelfile.Write(path, m); err != nil {
		tb.Fatal(err)
	}
	e := engine.New(engine.Options{Kernels: kernels, Threads: 1, Now: time.Now, Observe: silent{}})
	tb.Cleanup(e.Close)
	n, err := e.Load(path, func(string) {})
	if err != nil {
		tb.Fatal(err)
	}
	model := &engine.Model{Name: "m", Path: path}
	model.Use(n)
	return &Handler{
		Models: engine.Models{model}, Bodies: &wire.Bodies{Max: 1 << 20, All: 1 << 22}, Ready: func() bool { return true },
	}
}

// FuzzInfer sends any body with any Inference-Header-Content-Length. It is answered or refused, with the error in JSON.
func FuzzInfer(f *testing.F) {
	h := newHandler(f)
	f.Add(`{"inputs":[{"name":"input","shape":[1,4],"datatype":"FP32","data":[0,1,2.5,255]}]}`, "")
	f.Add(`{"inputs":[{"name":"input","shape":[1,2,2],"datatype":"UINT8","data":[[0,1],[2,3]]}]}`, "")
	head := `{"inputs":[{"name":"input","shape":[1,4],"datatype":"UINT8","parameters":{"binary_data_size":4}}]}`
	f.Add(head+"\x00\x01\x02\xff", strconv.Itoa(len(head)))
	head = `{"inputs":[{"name":"input","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":9}}],` +
		`"parameters":{"binary_data_output":true}}`
	f.Add(head+"\x05\x00\x00\x00hello", strconv.Itoa(len(head)))
	f.Add(`{"inputs":[{"name":"input","shape":[1],"datatype":"BYTES","data":["`+
		base64.StdEncoding.EncodeToString([]byte("\x89PNG"))+`"]}]}`, "")
	f.Fuzz(func(t *testing.T, body, header string) {
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v2/models/m/infer", strings.NewReader(body))
		if header != "" {
			q.Header.Set(headerLengthHeader, header)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		text := w.Body.String()
		ok := w.Code == http.StatusOK && strings.HasPrefix(text, `{"model_name":"m"`)
		refused := w.Code == http.StatusBadRequest && strings.HasPrefix(text, `{"error":"`)
		if !ok && !refused {
			t.Errorf("found %d: %s", w.Code, text)
		}
	})
}

// TestPictures cuts a list of pictures with lengths at each place: it is refused, and nothing panics.
func TestPictures(t *testing.T) {
	raw := []byte("\x02\x00\x00\x00ab\x01\x00\x00\x00c")
	in := inputTensor{Shape: []int{2}}
	for n := range raw {
		_, err := in.pictures(2, raw[:n:n])
		if _, ok := errors.AsType[*wire.StatusError](err); !ok {
			t.Errorf("of %d bytes: found %v", n, err)
		}
	}
	found, err := in.pictures(2, raw)
	if err != nil || len(found) != 2 || string(found[0]) != "ab" || string(found[1]) != "c" {
		t.Errorf("found %q, %v", found, err)
	}
	if _, err := in.pictures(1, raw); err == nil {
		t.Error("bytes after the last picture were not refused")
	}
}
