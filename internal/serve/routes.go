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

// route is the handler of a path, or of all below it, and the protocol that it belongs to.
type route struct {
	http.Handler
	path, protocol string
}

// handler returns the handler of all requests, also of those that the paths' table itself refuses or redirects.
func (s *server) handler(paths *http.ServeMux) http.Handler {
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

// protocols returns the routes of all protocols.
func (s *server) protocols() []route {
	o := &oip.Handler{Models: s.models, Bodies: s.bodies, Version: s.o.Version, Ready: s.ready}
	r := &rest.Handler{Models: s.models, Bodies: s.bodies, Ready: s.ready}
	return []route{
		{o, "/v2", "v2"},
		{o, "/v2/", "v2"},
		{r.TensorFlow(), "/v1/", "v1"},
		{r.Invocations(), "/invocations", "invocations"},
		{r.Ping(), "/ping", "invocations"},
		{r.Predict(), "/predict", "predict"},
	}
}

// paths returns the routes of dnn serve.
func (s *server) paths() *http.ServeMux {
	return table(append(s.protocols(),
		route{only(openAPIHandler), "/openapi.json", "other"},
		route{only(func(w http.ResponseWriter, r *http.Request) { health(w, r, true) }), "/healthz", "other"},
		route{only(func(w http.ResponseWriter, r *http.Request) { health(w, r, s.ready()) }), "/readyz", "other"},
		route{only(s.metrics.Handler().ServeHTTP), "/metrics", "other"},
		route{&s.page, "/{$}", pageProtocol},
		route{&s.page, "/board/", pageProtocol},
		route{http.HandlerFunc(unknown), "/", "other"},
	))
}

// table returns the table of some routes.
func table(routes []route) *http.ServeMux {
	mux := http.NewServeMux()
	for _, one := range routes {
		mux.Handle(one.path, one)
	}
	return mux
}

// ready reports whether the server takes requests.
func (s *server) ready() bool { return !s.draining.Load() }

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
