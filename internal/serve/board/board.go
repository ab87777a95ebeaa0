// Package board is the page of dnn serve: a sheet to draw a digit on, which shows while one draws what a network makes of
// it and why.
//
// The browser computes what a stroke changes: it fetches a model's weights once and needs no request for an answer. The
// server does what needs more than a model: it finds the training images that are most similar (similar.go), and the
// digits of a picture (read.go). The page's scripts are those of package browser and the files of folder page:
//
//	explain.js   derivatives, the smallest change of ink, hidden units: arithmetic alone
//	worker.js    runs explain.js beside the page, so that a stroke never waits
//	grid.js      the sheet as pixels, for keys
//	picture.js   a picture, and boxes around its digits
//	model.js     fetches a model's weights, and sets them with all that is shown
//	follow.js    notices that a model was replaced, or that the server has gone
//	units.js     pictures of the first layer
//	panels.js    views of all that package browser's view does not show
//	request.js   requests to this package's handler
//	listen.js    what buttons, keys and files do
//	board.js     joins them
//	begin.js     fetches all of the above, when the page was painted
//	training.js  what the page of a training has beside (package live), with curves.js, charts.js and stream.js
package board

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"dnn/internal/fault"
	"dnn/internal/interop/browser"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
	"dnn/internal/nearest"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Limits on the bodies of requests, in bytes.
const (
	maxPicture = 32 << 20
	maxImage   = 1 << 20
)

// maxReads is how many pictures are read at once.
const maxReads = 2

// Model is a model that the page shows.
type Model struct {
	Name    string // in the page's list, and in requests
	Model   *modelfile.Model
	Kernels *kernel.Set

	// Training returns the samples that the model was trained on: bytes that stay as they are, so no file that is mapped and
	// may shrink. It is called once, when similar images are wanted for the first time; if it fails, again for the next
	// request. nil: there are none to show.
	Training func() (*batch.Samples, error)
}

// shown is a model that can be drawn for.
type shown struct {
	Model
	*browser.Description
	weights file
	gallery *gallery
	reader  *reader // nil: the model takes no images of package photo
}

// Page is Handler for models that may change while it serves. Its zero value has no models.
type Page struct {
	Training bool // the page shows a training, of package live

	current atomic.Pointer[http.Handler]
	once    sync.Once
	busy    chan struct{} // see board
}

// Show shows other models, from the next request on. Requests that are under way see the models that they began with.
func (p *Page) Show(models []Model) {
	h := p.handler(models)
	p.current.Store(&h)
}

func (p *Page) handler(models []Model) http.Handler {
	p.once.Do(func() { p.busy = make(chan struct{}, maxReads) })
	return newHandler(models, p.Training, p.busy)
}

// ServeHTTP answers a request as Handler does.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.current.Load() == nil {
		h := p.handler(nil)
		p.current.CompareAndSwap(nil, &h) // others may be shown by now
	}
	(*p.current.Load()).ServeHTTP(w, r)
}

// board answers the page's requests. It does not change.
type board struct {
	models []*shown
	list   file
	files  map[string]file // by path
	busy   chan struct{}   // has room for as many pictures as are read at once, whatever models are shown meanwhile
}

// Handler returns a handler of the page at / and of all below /board/. A model that takes no images, or is no classifier,
// is listed with the reason and cannot be chosen. All errors are JSON, {"error": what was wanted and what was found}.
func Handler(models []Model) http.Handler {
	return newHandler(models, false, make(chan struct{}, maxReads))
}

func newHandler(models []Model, training bool, busy chan struct{}) http.Handler {
	b := &board{files: map[string]file{}, busy: busy}
	var list struct {
		Models  []entry   `json:"models"`
		LeftOut []leftOut `json:"left_out"`
	}
	list.Models, list.LeftOut = []entry{}, []leftOut{}
	for _, m := range models {
		s, err := newShown(m)
		if err != nil {
			list.LeftOut = append(list.LeftOut, leftOut{m.Name, reason(err)})
			continue
		}
		b.models = append(b.models, s)
		list.Models = append(list.Models, entry{
			Name: m.Name, Layers: s.Layers, Task: s.Task, Network: s.Description.Model, Weights: s.weights.version,
			Similar: s.gallery != nil, Read: s.reader != nil,
		})
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // names, and JSON of package browser
	}
	b.list = newFile("application/json", text)
	for path, f := range assets(training) {
		b.files[path] = f
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", b.getFile)
	mux.HandleFunc("/board/{file}", b.getFile)
	mux.HandleFunc("/board/models", only(http.MethodGet, func(w http.ResponseWriter, r *http.Request) { b.list.serve(w, r) }))
	mux.HandleFunc("/board/weights", only(http.MethodGet, b.withModel(func(w http.ResponseWriter, r *http.Request, m *shown) {
		m.weights.serve(w, r)
	})))
	mux.HandleFunc("/board/similar", only(http.MethodPost, b.withModel(b.similar)))
	mux.HandleFunc("/board/read", only(http.MethodPost, b.withModel(b.read)))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { missing(w, r.URL.Path) })
	return mux
}

// entry is a model in the list of models.
type entry struct {
	Name    string          `json:"name"`
	Layers  string          `json:"layers"`
	Task    string          `json:"task"`
	Network json.RawMessage `json:"network"`
	Weights string          `json:"weights"` // the version of the weights
	Similar bool            `json:"similar"` // whether there are training images
	Read    bool            `json:"read"`    // whether it takes the digits of a picture
}

// leftOut is a model that cannot be shown.
type leftOut struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// newShown returns a model that can be drawn for, or why it cannot.
func newShown(m Model) (*shown, error) {
	d, err := browser.Describe(chain.Of(m.Model, ""))
	if err != nil {
		return nil, err
	}
	s := &shown{Model: m, Description: d, weights: newFile("application/octet-stream", d.Weights)}
	if m.Training != nil {
		s.gallery = &gallery{load: m.Training, features: d.Height * d.Width, classes: d.Classes}
	}
	if d.Height == photoSide && d.Width == photoSide {
		if s.reader, err = newReader(m.Model, m.Kernels); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// getFile serves the page or a part of it.
func (b *board) getFile(w http.ResponseWriter, r *http.Request) {
	f, ok := b.files[r.URL.Path]
	if !ok {
		missing(w, r.URL.Path)
		return
	}
	only(http.MethodGet, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r) })(w, r)
}

// only calls next for requests of one method (for GET, HEAD too), and refuses others.
func only(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method && (method != http.MethodGet || r.Method != http.MethodHead) {
			w.Header().Set("Allow", method)
			refuse(w, http.StatusMethodNotAllowed, fmt.Sprintf("wanted %s %s, found %.20s", method, r.URL.Path, r.Method))
			return
		}
		next(w, r)
	}
}

// withModel calls next with the model that the query names. It need not name one if there is one alone.
func (b *board) withModel(next func(http.ResponseWriter, *http.Request, *shown)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Query().Get("model")
		if name == "" && len(b.models) == 1 {
			next(w, r, b.models[0])
			return
		}
		i := slices.IndexFunc(b.models, func(m *shown) bool { return m.Name == name })
		if i < 0 {
			refuse(w, http.StatusNotFound, b.unknown(name))
			return
		}
		next(w, r, b.models[i])
	}
}

// unknown says that there is no model of that name.
func (b *board) unknown(name string) string {
	var names []string
	for _, m := range b.models {
		names = append(names, m.Name)
	}
	if near, ok := nearest.Name(name, names); ok && name != "" {
		return fmt.Sprintf("wanted a model of this server, found %.60q: did you mean %s?", name, near)
	}
	return fmt.Sprintf("wanted one of the models %s, found %.60q", strings.Join(names, ", "), name)
}

// body returns the body of a request, of at most limit bytes; ok is false if it was refused.
func body(w http.ResponseWriter, r *http.Request, limit int64) (data []byte, ok bool) {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // the rest is not read
		refuse(w, http.StatusRequestEntityTooLarge, tooLarge(limit))
		return nil, false
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r.Body, limit+1))
	switch {
	case n > limit:
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusRequestEntityTooLarge, tooLarge(limit))
		return nil, false
	case err != nil:
		refuse(w, http.StatusBadRequest, "the body ends too early")
		return nil, false
	}
	return b.Bytes(), true
}

func tooLarge(limit int64) string {
	return fmt.Sprintf("wanted at most %d MB, found more", limit>>20)
}

// missing says that there is nothing at a path.
func missing(w http.ResponseWriter, path string) {
	refuse(w, http.StatusNotFound, fmt.Sprintf("wanted a page of this server, found %.100q", path))
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, status int, what string) {
	answer(w, status, map[string]string{"error": what})
}

// answer answers with JSON.
func answer(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":"the answer has no JSON: a probability is no number"}`)
	}
	secure(w.Header())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a client that has gone misses nothing
}

// reason returns what an error says, without its place: the client sent no file with a name.
func reason(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.What
	}
	return err.Error()
}
