package oip

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/serve/engine/enginetest"
	"dnn/internal/serve/wire"
)

// newHandler returns a handler of the models of enginetest.
func newHandler(tb testing.TB) *Handler {
	tb.Helper()
	return &Handler{
		Models: enginetest.Models(tb), Bodies: &wire.Bodies{Max: 1 << 20, All: 1 << 22}, Ready: func() bool { return true },
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

// TestMemo tests that a request is read once, and that others are not taken for it.
func TestMemo(t *testing.T) {
	var m memo
	head := func(id string) []byte {
		return []byte(`{"id":"` + id + `","inputs":[{"name":"input","shape":[1,4],"datatype":"UINT8"}]}`)
	}
	first, err := m.request(head("a"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := m.request(head("a")); err != nil || again != first {
		t.Errorf("the same request was read again: %v, %v", again, err)
	}
	for i := range 1000 { // more than there are places
		id := strconv.Itoa(i)
		if q, err := m.request(head(id)); err != nil || q.ID != id {
			t.Fatalf("wanted request %s, found %v, %v", id, q, err)
		}
	}
	long := strings.Repeat("x", longest)
	if _, err := m.request(head(long)); err != nil {
		t.Fatal(err)
	}
	for i := range m.places {
		if known := m.places[i].Load(); known != nil && len(known.text) > longest {
			t.Errorf("wanted at most %d bytes, found %d", longest, len(known.text))
		}
	}
	if q, err := m.request([]byte("{")); err == nil {
		t.Errorf("wanted an error, found %v", q)
	}
}
