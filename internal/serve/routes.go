package serve

import (
	_ "embed" // openapi.json
	"net/http"
	"net/url"
	"strings"

	"dnn/internal/serve/oip"
	"dnn/internal/serve/rest"
	"dnn/internal/serve/wire"
)

//go:embed openapi.json
var openAPI []byte

// pageProtocol is the protocol of the page and of what it asks for. Its handlers alone want to know if a client has gone.
const pageProtocol = "page"

// route is the handler of some paths, and the protocol that they belong to.
type route struct {
	http.Handler
	protocol string
}

// handler returns the handler of all requests, also of those that the paths' table itself refuses or redirects.
func (s *server) handler() http.Handler {
	paths := s.paths()
	models, _ := paths.Handler(&http.Request{URL: &url.URL{Path: modelsPath}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol, next := "other", models
		if !isModelPath(r) {
			next, _ = paths.Handler(r)
		}
		if known, ok := next.(route); ok {
			protocol = known.protocol
		}
		s.as(protocol, next, w, r)
	})
}

// modelsPath is where most requests go to.
const modelsPath = "/v2/models/"

// isModelPath reports whether the paths' table need not be asked for a request, since it would neither find another
// handler than for modelsPath nor redirect it.
func isModelPath(r *http.Request) bool {
	path := r.URL.Path
	return strings.HasPrefix(path, modelsPath) && !strings.Contains(path, "//") && !strings.Contains(path, "/.") &&
		r.Method != http.MethodConnect
}

// paths returns the handlers of all paths.
func (s *server) paths() *http.ServeMux {
	ready := func() bool { return !s.draining.Load() }
	o := &oip.Handler{Models: s.models, Bodies: s.bodies, Version: s.o.Version, Ready: ready}
	r := &rest.Handler{Models: s.models, Bodies: s.bodies, Ready: ready}
	mux := http.NewServeMux()
	for _, one := range []struct {
		path, protocol string
		handler        http.Handler
	}{
		{"/v2", "v2", o},
		{"/v2/", "v2", o},
		{"/v1/", "v1", r.TensorFlow()},
		{"/invocations", "invocations", r.Invocations()},
		{"/ping", "invocations", r.Ping()},
		{"/predict", "predict", r.Predict()},
		{"/openapi.json", "other", only(openAPIHandler)},
		{"/healthz", "other", only(func(w http.ResponseWriter, r *http.Request) { health(w, r, true) })},
		{"/readyz", "other", only(func(w http.ResponseWriter, r *http.Request) { health(w, r, ready()) })},
		{"/metrics", "other", only(s.metrics.Handler().ServeHTTP)},
		{"/{$}", pageProtocol, &s.page},
		{"/board/", pageProtocol, &s.page},
		{"/", "other", http.HandlerFunc(unknown)},
	} {
		mux.Handle(one.path, route{one.handler, one.protocol})
	}
	return mux
}

// only lets GET and HEAD through.
func only(f http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := wire.Method(w, r, http.MethodGet); err != nil {
			wire.Fail(w, r, err)
			return
		}
		f(w, r)
	})
}

func openAPIHandler(w http.ResponseWriter, r *http.Request) {
	wire.Write(w, r, http.StatusOK, wire.JSON, openAPI)
}

func health(w http.ResponseWriter, r *http.Request, ok bool) {
	if !ok {
		wire.Write(w, r, http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte("stopping\n"))
		return
	}
	wire.Write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

func unknown(w http.ResponseWriter, r *http.Request) {
	wire.Fail(w, r, wire.Errorf(http.StatusNotFound, "unknown path %q: /openapi.json lists those that are there",
		wire.Short(r.URL.Path)))
}
