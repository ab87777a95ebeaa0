package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/nn/kernel"
	"dnn/internal/report"
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
	awake    func() int64 // connections of the HTTP server
	access   *accessLog   // nil: none
}

// Run serves until ctx ends by SIGTERM or SIGINT: it then answers what it has begun, and returns nil. Any other cause is
// its error.
func Run(ctx context.Context, system *world.System, o Options) error {
	names, err := o.names()
	if err != nil {
		return err
	}
	if o.MaxBody == 0 {
		o.MaxBody = 32 << 20
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = 16384
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	kernels, err := system.Kernels()
	if err != nil {
		return err
	}
	secure, err := o.tls()
	if err != nil {
		return err
	}
	s := &server{o: o, system: system, kernels: kernels, metrics: metrics.New(), bodies: &wire.Bodies{Max: o.MaxBody, All: maxHeld}}
	s.engine = engine.New(engine.Options{
		Kernels: kernels, Threads: o.Threads, Now: time.Now, Observe: s.metrics,
	})
	defer s.engine.Close()
	if o.Log != "" {
		s.access = newAccessLog(system.Stderr, o.Log == LogJSON)
	}
	watched, err := await.Do(ctx, func() ([]*watch, error) { return s.load(names) })
	if err != nil {
		return err
	}
	s.show()
	listener, err := listen(ctx, o.Addr, o.MaxConnections)
	if err != nil {
		return err
	}
	s.awake = listener.awake.Load
	return s.serve(ctx, listener, secure, watched)
}

// tls returns the certificate's configuration; nil: plain HTTP.
func (o Options) tls() (*tls.Config, error) {
	switch {
	case o.TLSCert == "" && o.TLSKey == "":
		return nil, nil //nolint:nilnil // no TLS is no error
	case o.TLSCert == "" || o.TLSKey == "":
		return nil, fault.New(fault.Usage, "--tls-cert", "wanted --tls-cert and --tls-key together, found one")
	}
	certificate, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey)
	if err != nil {
		return nil, fault.New(fault.Data, o.TLSCert, "wanted a certificate and its key as PEM: %w", fault.Pathless(err))
	}
	return &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}, nil
}

// newServer returns the server of a handler, with its limits.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // of what clients do wrong: the access log has the rest
	}
}

// serve answers requests until ctx ends.
func (s *server) serve(ctx context.Context, l *listener, secure *tls.Config, watched []*watch) error {
	h := newServer(s.handler())
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

// shutDown ends the server. For a while it goes on, but says that it closes each connection after its response; then it
// takes no more connections, but still waits for requests on those it has. A request that has come is answered; a client
// that keeps connecting meanwhile may find a connection reset.
func (s *server) shutDown(h *http.Server, l *listener) {
	s.draining.Store(true)
	grace, most := cmp.Or(s.o.grace, drainGrace), drainTimeout
	time.Sleep(grace)
	l.refuse(grace / 2)
	time.Sleep(grace)
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	if err := h.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		_ = h.Close()
		report.Message(s.system.Stderr, "gave up on requests that took longer than %v", most)
	}
}
