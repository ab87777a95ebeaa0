package live

import (
	"net/http"
	"strconv"

	"dnn/internal/interop/browser"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
	"dnn/internal/serve/board"
	"dnn/internal/serve/wire"
)

// Handler returns the handler of the page, and of
//
//	GET  /training/events            what the run does, as server-sent events
//	GET  /training/epochs/N/weights  the float32 numbers of the network after epoch N, as the page takes them
//	POST /training/pause
//	POST /training/resume            {"epochs": 1} pauses again after so many
//	POST /training/stop              as Ctrl-C
//	POST /training/rate              {"factor": 0.5}: the next steps have half of the schedule's rate
//	                                 {"times": 0.5}: half of what was asked for before
func (t *Training) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/training/events", get(t.events))
	mux.HandleFunc("/training/epochs/{epoch}/weights", get(t.getWeights))
	mux.HandleFunc("/training/pause", t.control(askPause))
	mux.HandleFunc("/training/resume", t.control(t.askResume))
	mux.HandleFunc("/training/stop", t.control(askStop))
	mux.HandleFunc("/training/rate", t.control(askRate))
	mux.HandleFunc("/board/models", func(w http.ResponseWriter, r *http.Request) {
		if t.hasEpoch() {
			t.begin.Do(t.showLatest) // not before, since that costs more than an epoch of a small network
		}
		t.page.ServeHTTP(w, r)
	})
	mux.HandleFunc("/board/read", func(w http.ResponseWriter, r *http.Request) {
		t.showLatest()
		t.page.ServeHTTP(w, r)
	})
	mux.Handle("/", &t.page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		mux.ServeHTTP(w, r)
	})
}

// get lets GET and HEAD through.
func get(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := wire.Method(w, r, http.MethodGet); err != nil {
			wire.Fail(w, r, err)
			return
		}
		next(w, r)
	}
}

// getWeights answers with the weights of an epoch.
func (t *Training) getWeights(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("epoch"))
	if err != nil {
		wire.Fail(w, r, wire.Errorf(http.StatusNotFound, "wanted the number of an epoch, found %q", wire.Short(r.PathValue("epoch"))))
		return
	}
	t.mu.Lock()
	weights, every := t.kept.weights(n), t.kept.every
	t.mu.Unlock()
	if weights == nil {
		wire.Fail(w, r, wire.Errorf(http.StatusNotFound,
			"wanted an epoch whose weights are kept, each of %d and the latest, found %d", every, n))
		return
	}
	d, err := browser.Describe(chain.Of(t.model(weights), ""))
	if err != nil {
		wire.Fail(w, r, wire.Errorf(http.StatusNotFound, "%w", err))
		return
	}
	w.Header().Set("Cache-Control", "no-store") // another run may have the same address
	w.Header().Set("Content-Encoding", "identity")
	wire.Write(w, r, http.StatusOK, wire.Binary, d.Weights)
}

// hasEpoch reports whether there is a network to show.
func (t *Training) hasEpoch() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.kept.all) > 0
}

// Latest returns the model with the weights after the latest epoch, which do not change any more, and the number of that
// epoch: 0 before the first. The model is nil as long as there is none.
func (t *Training) Latest() (m *modelfile.Model, epoch int) {
	t.mu.Lock()
	all := t.kept.all
	t.mu.Unlock() // the run does not wait for what follows
	if len(all) == 0 {
		return nil, 0
	}
	last := all[len(all)-1]
	return t.model(last.weights), last.number
}

// showLatest lets the page's own handler, which finds the digits of pictures, use the network of the latest epoch.
func (t *Training) showLatest() {
	if m, _ := t.Latest(); m != nil {
		t.page.Show([]board.Model{{Name: "training", Model: m, Kernels: t.o.Kernels, Training: t.train}})
	}
}
