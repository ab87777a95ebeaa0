package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/nn/kernel"
	"dnn/internal/serve/board"
	"dnn/internal/serve/engine"
	"dnn/internal/serve/metrics"
	"dnn/internal/serve/wire"
	"dnn/internal/world"
)

// server is a running server.
type server struct {
	o        Options
	system   *world.System
	engine   *engine.Engine
	models   engine.Models
	kernels  *kernel.Set
	page     board.Page
	metrics  *metrics.Metrics
	bodies   *wire.Bodies
	draining atomic.Bool
	host     atomic.Pointer[string] // the first Host that was allowed
	awake    func() int64           // connections that have sent something
	access   *accessLog             // nil: none
}

// Run serves until ctx ends by SIGTERM or SIGINT: it then answers what it has begun, and returns nil. Any other cause is
// its error.
func Run(ctx context.Context, system *world.System, o Options) error {
	names, err := o.names()
	if err != nil {
		return err
	}
	if o, err = o.guests(); err != nil {
		return err
	}
	o.complete()
	kernels, err := system.Kernels()
	if err != nil {
		return err
	}
	secure, err := o.tls()
	if err != nil {
		return err
	}
	s := newServer(system, o, kernels)
	defer s.engine.Close()
	watched, err := await.Do(ctx, func() ([]*watch, error) { return s.load(names) })
	if err != nil {
		return err
	}
	s.show()
	listener, err := listen(ctx, o.Addr, o.MaxConnections, o.waits())
	if err != nil {
		return err
	}
	s.awake = listener.awake.Load
	h := s.handler(s.paths())
	if secure == nil {
		listener.start(s.plain(h))
	} else {
		listener.start(nil)
	}
	return s.serve(ctx, listener, s.web(h), secure, watched)
}

// newServer returns a server without models, whose engine is to be closed.
func newServer(system *world.System, o Options, kernels *kernel.Set) *server {
	s := &server{o: o, system: system, kernels: kernels, metrics: metrics.New(), bodies: &wire.Bodies{Max: o.MaxBody, All: max(maxHeld, o.MaxBody+1)}}
	s.engine = engine.New(engine.Options{
		Kernels: kernels, Threads: o.Threads, Now: time.Now, Observe: s.metrics,
	})
	if o.Log != "" {
		s.access = newAccessLog(system.Stderr, o.Log == LogJSON)
	}
	return s
}

// tls returns the certificate's configuration; nil: plain HTTP.
func (o Options) tls() (*tls.Config, error) {
	switch {
	case o.TLSCert == "" && o.TLSKey == "":
		return nil, nil //nolint:nilnil // no TLS is no error
	case o.TLSCert == "" || o.TLSKey == "":
		return nil, fault.New(fault.Usage, "--tls-cert", "wanted --tls-cert and --tls-key together, found one")
	}
	var texts [2][]byte
	for i, path := range []string{o.TLSCert, o.TLSKey} {
		var err error
		if texts[i], err = os.ReadFile(path); err != nil {
			return nil, fault.New(fault.Data, path, "cannot read: %w", fault.Pathless(err))
		}
	}
	certificate, err := tls.X509KeyPair(texts[0], texts[1])
	if err != nil {
		return nil, fault.New(fault.Data, o.TLSCert, "wanted a certificate, and its key in %s, as PEM: %s", o.TLSKey,
			strings.TrimPrefix(err.Error(), "tls: "))
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, nil
}

// web returns a server of a handler, for connections of a listener.
func (s *server) web(h http.Handler) *http.Server {
	waits := s.o.waits()
	web := &http.Server{
		Handler: h, ReadHeaderTimeout: waits.header, ReadTimeout: waits.read, WriteTimeout: waits.write,
		IdleTimeout: waits.idle, MaxHeaderBytes: maxHeader, DisableGeneralOptionsHandler: true,
		ConnState: s.noteState,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			one, _ := below(c)
			return context.WithValue(ctx, connectionKey{}, one)
		},
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // of what clients do wrong: see the access log
		Protocols: new(http.Protocols),
	}
	web.Protocols.SetHTTP1(true) // alone, as servers of these protocols do: a connection has one request at a time
	return web
}

// serve answers requests until ctx ends.
func (s *server) serve(ctx context.Context, l *listener, h *http.Server, secure *tls.Config, watched []*watch) error {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go s.watch(watching, watched)
	failed := make(chan error, 1)
	go func() {
		if secure == nil {
			failed <- h.Serve(l)
		} else {
			h.TLSConfig = secure
			failed <- h.ServeTLS(l, "", "")
		}
	}()
	url := l.url(secure != nil)
	_, err := fmt.Fprintf(s.system.Stdout, "serving %s at %s\n", fault.Count(len(s.models), "model"), url)
	if err != nil {
		return errors.Join(err, h.Close())
	}
	if s.o.Started != nil {
		s.o.Started(url)
	}
	select {
	case err := <-failed:
		return fault.New(fault.Network, s.o.Addr, "stopped: %w", err)
	case <-ctx.Done():
	}
	s.shutDown(h, l)
	switch cause := context.Cause(ctx); fault.KindOf(cause) {
	case fault.Terminated, fault.Interrupted:
		return nil
	default:
		return cause
	}
}
