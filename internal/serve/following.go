package serve

import (
	"errors"
	"net/http"
	"sync"

	"dnn/internal/modelfile"
	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

// trainingModel is the name of the model that is being trained.
const trainingModel = "training"

// following is a model that changes: the latest state of a run. A state is built when somebody asks for it, so that a run
// that nobody asks costs nothing.
type following struct {
	latest func() (*modelfile.Model, int)
	engine *engine.Engine
	model  *engine.Model

	mu    sync.Mutex
	state int
	tried bool  // state was built, or could not be
	err   error // why not
}

// errNotYet says that a run has not begun.
var errNotYet = errors.New("the network that is trained is not there yet: try again when the training has begun")

// follow makes the latest state the network of the model.
func (f *following) follow() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, state := f.latest()
	if m == nil {
		return &wire.StatusError{Code: http.StatusServiceUnavailable, Err: errNotYet}
	}
	if f.tried && state == f.state {
		return f.err
	}
	n, err := f.engine.Network(m, trainingModel)
	f.tried, f.state, f.err = true, state, nil
	if err != nil {
		f.err = &wire.StatusError{Code: http.StatusServiceUnavailable, Err: err}
		return f.err
	}
	f.model.Use(n)
	return nil
}

// before returns a handler that follows the run before it calls next.
func (f *following) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f.follow(); err != nil {
			wire.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}
