package serve

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dnn/internal/report"
	"dnn/internal/serve/metrics"
	"dnn/internal/world"
)

// besideTimeout is how long the last answers may take once the work is done.
const besideTimeout = 2 * time.Second

// Beside calls work, and serves a handler as long as that takes, within the limits and checks of a server: those of
// connections, of a request's time and header, of its Host and Origin. Of the options, Addr, MaxConnections and Log count.
// work gets the address of the server; its error is that of Beside. An address that cannot be had is a fault.Write, and
// work is not called. Once work is done, Beside waits a little for
// answers that are under way: those without an end have to end with the work.
func Beside(
	ctx context.Context, system *world.System, o Options, h http.Handler, work func(url string) error,
) error {
	s := &server{o: o, system: system, metrics: metrics.New()}
	if o.Log != "" {
		s.access = newAccessLog(system.Stderr, o.Log == LogJSON)
	}
	l, err := listen(ctx, o.Addr, o.MaxConnections, o.waits())
	if err != nil {
		return err
	}
	s.awake = l.awake.Load
	web := s.web(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.as(pageProtocol, h, w, r) }))
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
