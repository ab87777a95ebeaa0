package serve

import (
	"context"
	"net/http"
	"strings"
	"time"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/serve/plain"
)

// plainPatience is how long a request that has begun may take before the HTTP server waits for the rest: it comes whole, or its
// body right after its header.
const plainPatience = time.Second / 4

// plain returns what answers requests of a connection with the handler of all requests, as long as they are plain and ask a
// model. It reports whether the connection goes on, as one of the HTTP server's.
func (s *server) plain(h http.Handler) func(c *connection) (goesOn bool) {
	waits := s.o.waits()
	o := &plain.Options{
		Handler: h, Takes: asksModel, Read: min(waits.header, plainPatience), Write: waits.write, Idle: waits.idle,
		Bug: func(crash any) { report.PrintError(s.system.Stderr, fault.New(fault.Bug, "request", "%v", crash)) },
	}
	return func(c *connection) (goesOn bool) {
		ctx := context.WithValue(context.Background(), connectionKey{}, c)
		c.pending, goesOn = o.Serve(ctx, plainConnection{c, s}, c.RemoteAddr().String(), c.pending)
		c.unwatched = false // each request has set it, but the HTTP server's first read must not find it
		return goesOn
	}
}

// asksModel reports whether a path is one of those that ask a model.
func asksModel(path string) bool {
	if strings.Contains(path, "//") || strings.Contains(path, "/.") {
		return false // it is another path in truth
	}
	return strings.HasPrefix(path, modelsPath) || strings.HasPrefix(path, "/v1/models/") || path == "/invocations" || path == "/predict"
}

// plainConnection is a connection whose requests are plain.
type plainConnection struct {
	*connection
	server *server
}

// Read reads what nobody has read yet.
func (c plainConnection) Read(p []byte) (int, error) { return c.receive(p) }

// Begin notes when a request has begun.
func (c plainConnection) Begin(at time.Time) { c.asked = at }

// End notes that a request was answered, and none has begun.
func (c plainConnection) End() { c.idle(c.server.idleSince()) }
