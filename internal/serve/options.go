// Package serve answers requests over HTTP with what models say: the Open Inference Protocol (package oip), TensorFlow
// Serving's, MLflow's and SageMaker's protocols and plain pictures (package rest). Run does the work of dnn serve.
//
// A request passes the limits of connections (listen.go, connection.go, deadline.go), is read by package plain (plain.go) or
// by net/http, passes the checks of its Host and Origin (guard.go), the log and the counters (access.go), and reaches a
// protocol. That reads the body (package wire) and asks the engine, which puts samples of all requests into common batches
// (package engine). Files of models are watched, and read again when they change (reload.go). What reached the server is
// answered when it ends (drain.go). Beside serves a run while it goes on, with what it has learned so far (beside.go,
// following.go).
package serve

import (
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dnn/internal/fault"
)

// Options say what to serve, where, and to whom.
type Options struct {
	Models []string // files, or name=file; the first is the one for requests that name none

	Addr           string   // host:port, or unix:/path of a socket
	AllowHosts     []string // names that a request may have as its Host, besides those of this machine; *: any
	AllowOrigins   []string // origins of other pages that may ask, such as https://example.org; *: any
	TLSCert        string   // PEM file of the certificate; empty: plain HTTP
	TLSKey         string   // PEM file of its key
	Log            string   // empty: no access log; LogText or LogJSON
	Threads        int      // 0: one for each core
	MaxBody        int64    // bytes of a request's body; 0: 32 MiB
	MaxConnections int      // at a time; 0: 16384

	Reload  <-chan struct{} // tells that the models are to be read again; may be nil
	Version string          // of the program
	Started func(url string)

	poll, grace time.Duration // for tests; 0: the usual
	patience    *patience     // for tests; nil: the usual
}

// patience is how long the server waits for a client.
type patience struct {
	header time.Duration // for the header of a request
	read   time.Duration // for the whole request
	write  time.Duration // from the header of a request to the end of its response
	idle   time.Duration // between two requests
	drain  time.Duration // for what is being answered when the server is stopped
}

// waits returns the server's patience.
func (o Options) waits() patience {
	if o.patience != nil {
		return *o.patience
	}
	return patience{
		header: 5 * time.Second, read: 60 * time.Second, write: 90 * time.Second, idle: 2 * time.Minute,
		drain: 10 * time.Second,
	}
}

// The forms of the access log.
const (
	LogText = "text"
	LogJSON = "json"
)

// Bounds that no option changes.
const (
	maxHeader     = 32 << 10        // bytes of a request's header
	maxHeld       = 512 << 20       // bytes of all bodies that are held at a time
	maxAwake      = 1000            // connections that are kept open between requests, beyond those without any
	drainGrace    = time.Second     // for a request on a connection without one, when the server is stopped
	handshakeTime = time.Second / 2 // for handshakes that have begun, when the server is stopped
	drainLook     = 5 * time.Millisecond
	pollInterval  = time.Second // between two looks at the files of models
)

// complete gives what is 0 its usual value.
func (o *Options) complete() {
	if o.MaxBody == 0 {
		o.MaxBody = 32 << 20
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = 16384
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
}

// named is a model's file and its name.
type named struct{ name, path string }

// names returns the models. Without a name, a model has that of its file without its ending.
func (o Options) names() ([]named, error) {
	var all []named
	for _, argument := range o.Models {
		name, path, ok := strings.Cut(argument, "=")
		if !ok || strings.ContainsAny(name, `/\`) { // a path with an equals sign in it
			path = argument
			name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		}
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/:?#%") || path == "" ||
			!utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
			return nil, fault.New(fault.Usage, argument, "wanted name=file, with a name that a URL can have, of UTF-8 and "+
				"without any of /:?#%%, found %q", name)
		}
		for _, other := range all {
			if other.name == name {
				return nil, fault.New(fault.Usage, argument, "wanted models with different names, found %q twice", name).
					WithHint("give one of them another: other=%s", path)
			}
		}
		all = append(all, named{name, path})
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Usage, "", "wanted at least one model, found none")
	}
	return all, nil
}
