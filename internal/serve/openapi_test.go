package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// schema is the part of a schema that answers are compared with.
type schema struct {
	Ref        string `json:"$ref"`
	Type       string
	Properties map[string]any
	Required   []string
}

// described is what openapi.json says of an operation.
type described struct {
	RequestBody struct {
		Content map[string]any
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
		Headers map[string]any
	}
}

// TestOpenAPI compares answers of all kinds with what openapi.json says of them: the path and the method, the type of the
// request's body, the status, the type of the answer, and the names in it. Each operation is asked for.
func TestOpenAPI(t *testing.T) {
	var document struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(openAPI, &document); err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	o := Options{Threads: 1}
	o.complete()
	kernels, err := quiet().Kernels()
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(quiet(), o, kernels)
	defer s.engine.Close()
	path := filepath.Join(t.TempDir(), "digits.bin")
	writeModel(t, path, 1)
	if _, err := s.load([]named{{"digits", path}}); err != nil {
		t.Fatal(err)
	}
	s.awake = func() int64 { return 0 }
	h := s.handler(s.paths())
	check := func(method, path, kind, body string, header ...string) {
		t.Helper()
		q := httptest.NewRequestWithContext(t.Context(), method, "http://localhost"+path, strings.NewReader(body))
		q.Header.Set("Content-Type", kind)
		for i := 0; i < len(header); i += 2 {
			q.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		status, text := w.Code, w.Body.String()
		pattern, _, _ := strings.Cut(path, "?")
		pattern = strings.Replace(pattern, "models/digits", "models/{name}", 1)
		asked[method+" "+pattern] = true
		name := fmt.Sprintf("%s %s %s: %d", method, path, kind, status)
		var o described
		if err := json.Unmarshal(document.Paths[pattern][strings.ToLower(method)], &o); err != nil {
			t.Errorf("%s is not described: %v", name, err)
			return
		}
		if _, ok := o.RequestBody.Content[kind]; ok != (status < 300) && body != "" && kind != "" && status != http.StatusBadRequest {
			t.Errorf("%s: the type of the request is described: %t", name, ok)
		}
		response, ok := o.Responses[fmt.Sprint(status)]
		if !ok {
			response = o.Responses["default"]
		}
		found, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		content, ok := response.Content[found]
		if !ok {
			t.Errorf("%s: the answer is %q, which is not described", name, found)
		}
		const length = "Inference-Header-Content-Length"
		if _, ok := response.Headers[length]; !ok && w.Header().Get(length) != "" {
			t.Errorf("%s: %s is not described", name, length)
		}
		if !strings.HasSuffix(found, "json") {
			return
		}
		s := content.Schema
		if s.Ref != "" {
			s = document.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
		}
		var object map[string]any
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			t.Errorf("%s: found %q, %v", name, text, err)
		}
		for key := range object {
			if _, ok := s.Properties[key]; !ok && s.Properties != nil {
				t.Errorf("%s: %q is not described", name, key)
			}
		}
		if i := slices.IndexFunc(s.Required, func(key string) bool { return object[key] == nil }); i >= 0 {
			t.Errorf("%s: wanted %q, found %s", name, s.Required[i], text)
		}
	}
	const jsonType, tf = "application/json", "/v1/models/digits"
	instances := `{"instances":[[` + numbers(784, "0") + `]]}`
	state := func() {
		for _, path := range []string{
			"/ping", "/readyz", "/v2/health/ready", "/v2/models/digits/ready", "/v2/models/digits/versions/1/ready", tf, tf + "/versions/1",
		} {
			check("GET", path, "", "")
		}
	}
	for _, path := range []string{
		"/v2", "/v2/health/live", "/v2/models", "/v2/models/digits", "/v2/models/digits/versions/1", tf + "/metadata",
		tf + "/versions/1/metadata", "/healthz", "/metrics", "/openapi.json",
	} {
		check("GET", path, "", "")
	}
	picture := string(drawn(t))
	for _, version := range []string{"", "/versions/1"} {
		infer := "/v2/models/digits" + version + "/infer"
		check("POST", infer, jsonType, `{"id":"7","inputs":[{"name":"input","shape":[1,784],"datatype":"FP32","data":[`+numbers(784, "0")+`]}]}`)
		body, header := inferBytes(image(1))
		check("POST", infer, "application/octet-stream", body, header...)
		check("POST", infer, jsonType, "{")
		check("POST", tf+version+":predict", jsonType, instances)
		check("POST", tf+version+":predict", jsonType, strings.Replace(instances, "instances", "inputs", 1))
		check("POST", tf+version+":predict", jsonType, "{")
	}
	check("POST", "/invocations", jsonType, instances)
	check("POST", "/invocations", jsonType, "{")
	check("POST", "/invocations", "text/csv", numbers(784, "0"))
	for _, kind := range []string{"image/png", "application/x-image", "application/octet-stream"} {
		check("POST", "/invocations", kind, picture)
	}
	check("PUT", "/predict", "image/png", picture)
	for _, query := range []string{"top=3", "reject=1", "top=0"} {
		check("POST", "/predict?"+query, "image/png", picture)
	}
	state()
	s.draining.Store(true)
	state()
	for path, operations := range document.Paths {
		for method := range operations {
			if method != "parameters" && !asked[strings.ToUpper(method)+" "+path] {
				t.Errorf("%s %s was not asked for", method, path)
			}
		}
	}
}
