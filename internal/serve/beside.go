package serve

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dnn/internal/modelfile"
	"dnn/internal/report"
	"dnn/internal/serve/engine"
	"dnn/internal/world"
)

// besideTimeout is how long the last answers may take once the work is done.
const besideTimeout = 2 * time.Second

// Beside calls work, and serves a handler as long as that takes, within the limits and checks of a server: those of
// connections, of a request's time and header, of its Host and Origin. Below the paths of the protocols it serves what work
// has learned so far, as the model "training": latest returns that, and a number that tells one state from another; nil if
// there is none yet. A model that was returned must not change.
//
// Of the options, Addr, MaxBody, MaxConnections, Threads, Log and Version count. work gets the address of the server; its
// error is that of Beside. An address that cannot be had is a fault.Write, and work is not called. Once work is done,
// Beside waits a little for answers that are under way: those without an end have to end with the work.
func Beside(
	ctx context.Context, system *world.System, o Options, h http.Handler, latest func() (*modelfile.Model, int),
	work func(url string) error,
) error {
	o.complete()
	kernels, err := system.Kernels()
	if err != nil {
		return err
	}
	s := newServer(system, o, kernels)
	defer s.engine.Close()
	l, err := listen(ctx, o.Addr, o.MaxConnections, o.waits())
	if err != nil {
		return err
	}
	s.awake = l.awake.Load
	l.start(nil) // it is ended by the HTTP server, which knows only its own connections
	web := s.web(s.handler(s.besidePaths(h, latest)))
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			report.Message(system.Stderr, "%s is not served any more: %v", o.Addr, err) // the work goes on
		}
	}()
	defer func() {
		s.draining.Store(true)
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), besideTimeout)
		defer cancel()
		if err := web.Shutdown(ending); err != nil {
			_ = web.Close() // a client that does not read its answer
		}
		<-served
	}()
	return work(l.url(false))
}

// besidePaths returns the routes of a server beside a run: those of the protocols, and the handler for all others.
func (s *server) besidePaths(h http.Handler, latest func() (*modelfile.Model, int)) *http.ServeMux {
	f := &following{latest: latest, engine: s.engine, model: &engine.Model{Name: trainingModel}}
	s.models = engine.Models{f.model}
	routes := s.protocols()
	for i := range routes {
		routes[i].Handler = f.before(routes[i].Handler)
	}
	return table(append(routes, route{h, "/", pageProtocol}))
}
