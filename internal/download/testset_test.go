package download

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/mnist/mnisttest"
)

// tiny is a data set of 5 training and 3 test images of 3 x 2 pixels, with its files in memory.
type tiny struct {
	mnist.Set
	*mnisttest.Content
}

func newTiny(t *testing.T) *tiny {
	t.Helper()
	s := &tiny{Content: mnisttest.NewContent()}
	s.Name, s.Title, s.Classes = "tiny", "Tiny", []string{"a", "b", "c"}
	s.Height, s.Width = 3, 2
	s.Train = mnist.Pair{Images: s.file("train-images", pixels(5), 5, 3, 2),
		Labels: s.file("train-labels", []byte{0, 1, 2, 0, 1}, 5)}
	s.Test = mnist.Pair{Images: s.file("test-images", pixels(3), 3, 3, 2),
		Labels: s.file("test-labels", []byte{2, 1, 0}, 3)}
	return s
}

func pixels(images int) []byte {
	p := make([]byte, images*6)
	for i := range p {
		p[i] = byte(i*37 + images)
	}
	return p
}

func (s *tiny) file(name string, data []byte, dims ...int) mnist.File {
	idx, gz := s.Add(name, data, dims...)
	return describe(name, idx, gz)
}

func describe(name string, idx, gz []byte) mnist.File {
	sha, sum := sha256.Sum256(idx), md5.Sum(gz)
	return mnist.File{
		Name:  name,
		Bytes: int64(len(idx)), SHA256: hex.EncodeToString(sha[:]),
		GzipBytes: int64(len(gz)), GzipMD5: hex.EncodeToString(sum[:]),
	}
}

// checkInstalled fails the test unless the folder holds the set's files, whole, and nothing left over.
func (s *tiny) checkInstalled(t *testing.T, folder string) {
	t.Helper()
	if _, err := mnist.Verify(s.Set, folder); err != nil {
		t.Errorf("after the download: %v", err)
	}
	want := map[string]bool{"manifest.json": true}
	for name := range s.IDX {
		want[name] = true
	}
	for _, name := range mnisttest.List(t, folder) {
		if !want[name] {
			t.Errorf("left over: %s", name)
		}
	}
}

// server serves files by the last part of their path, as long as respond, if there is one, does not answer itself.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // "name" or "name range"
}

func serve(
	t *testing.T, files map[string][]byte, respond func(w http.ResponseWriter, r *http.Request, name string) bool,
) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		s.mu.Lock()
		s.requests = append(s.requests, strings.TrimSpace(name+" "+r.Header.Get("Range")))
		s.mu.Unlock()
		if respond != nil && respond(w, r, name) {
			return
		}
		data, ok := files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	t.Cleanup(s.Close)
	return s
}

// count returns the number of requests whose text begins with prefix.
func (s *server) count(prefix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

// breakAfter sends the first n of the file's bytes, announces all, and cuts the connection.
func breakAfter(w http.ResponseWriter, data []byte, n int) {
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data[:n])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// offline is a client in a machine without network.
func offline() *http.Client {
	dial := func(_ context.Context, _, addr string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial}}
}

// noEnv is an environment in which no proxy may be asked.
func noEnv(key string) (string, bool) {
	return map[string]string{"GOPROXY": "off"}[key], key == "GOPROXY"
}

// log collects the messages of a download.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) progress() Progress {
	return Progress{Message: func(text string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.lines = append(l.lines, text)
	}}
}

func (l *log) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// wantFault fails the test unless err is of the kind and its message contains each part.
func wantFault(t *testing.T, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("error %v (%T), wanted a *fault.Error", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind %d, wanted %d: %v", e.Kind, kind, e)
	}
	for _, p := range parts {
		if !strings.Contains(e.Error(), p) {
			t.Errorf("error %q does not contain %q", e, p)
		}
	}
}
