package rest

import (
	"net/http"
	"net/http/httptest"
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
