package wire

import (
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// The types of bodies.
const (
	JSON   = "application/json"
	Binary = "application/octet-stream"
)

// compressFrom is the size of the smallest response that is compressed: smaller ones fit into a packet anyway.
const compressFrom = 1400

// counted is the size of the smallest response whose length has to be said: the HTTP server holds shorter ones back until
// the handler is done, and says it itself.
const counted = 2048

// Values of headers of most responses. Nobody changes them.
var (
	typeJSON   = []string{JSON}
	typeBinary = []string{Binary}
)

var writers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}}

// Write writes a response, compressed if it is long and the client takes gzip. A client that is gone is not an error:
// nobody is left to be told.
func Write(w http.ResponseWriter, r *http.Request, code int, contentType string, body []byte) {
	h := w.Header()
	switch contentType {
	case JSON:
		h["Content-Type"] = typeJSON
	case Binary:
		h["Content-Type"] = typeBinary
	default:
		h.Set("Content-Type", contentType)
	}
	if code == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	if len(body) >= compressFrom && h.Get("Content-Encoding") == "" {
		h.Add("Vary", "Accept-Encoding")
		if TakesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			w.WriteHeader(code)
			z, _ := writers.Get().(*gzip.Writer)
			z.Reset(w)
			if _, err := z.Write(body); err == nil {
				_ = z.Close()
			}
			writers.Put(z)
			return
		}
	}
	if len(body) >= counted || r.Method == http.MethodHead {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(code)
	_, _ = w.Write(body)
}

// TakesGzip reports whether the client accepts gzip.
func TakesGzip(r *http.Request) bool {
	for _, one := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(one, ";")
		name = strings.TrimSpace(name)
		if name != "gzip" && name != "*" {
			continue
		}
		_, q, found := strings.Cut(weight, "q=")
		value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return !found || err == nil && value > 0
	}
	return false
}

// WriteJSON writes v as JSON.
func WriteJSON(w http.ResponseWriter, r *http.Request, code int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // only what can be marshaled is given
	}
	Write(w, r, code, JSON, append(body, '\n'))
}

// Fail writes an error as {"error": message}, which is how most protocols tell it.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	code, message := StatusOf(err)
	WriteJSON(w, r, code, map[string]string{"error": message})
}
