package live

import (
	"encoding/json"
	"net/http"
	"time"

	"dnn/internal/serve/wire"
)

// Bounds of event streams.
const (
	maxWatchers  = 100
	writeTimeout = 10 * time.Second // for one event: a client that reads none for so long is gone
	aliveEvery   = 15 * time.Second // between comments that find out whether a silent client is still there
)

// events tells a page of the run as it goes on, as server-sent events (HTML Living Standard, section 9.2). Each has the whole
// state, and the results of the epochs since the last one. A client that is slow gets fewer of them; the run does not wait.
func (t *Training) events(w http.ResponseWriter, r *http.Request) {
	wake, ok := t.watch()
	if !ok {
		wire.Fail(w, r, wire.Errorf(http.StatusServiceUnavailable, "wanted at most %d pages that watch, found more", maxWatchers))
		return
	}
	defer t.leave(wake)
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // nothing more is read: the stream goes on as long as both sides want
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	send := func(text string) bool {
		_ = control.SetWriteDeadline(time.Now().Add(writeTimeout)) // a server of tests may have none
		_, err := w.Write([]byte(text))
		return err == nil && control.Flush() == nil
	}
	alive := time.NewTicker(aliveEvery)
	defer alive.Stop()
	for told := 0; ; {
		u, last := t.updateSince(told)
		told += len(u.History)
		text, err := json.Marshal(u)
		if err != nil {
			panic(err) // numbers and plain text
		}
		if !send("data: "+string(text)+"\n\n") || last {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-wake:
				waiting = false
			case <-alive.C:
				if !send(": still there\n\n") {
					return
				}
			case <-r.Context().Done():
				return
			}
		}
	}
}

// watch adds one who looks on: the channel says when something has changed.
func (t *Training) watch() (wake chan struct{}, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.watchers) >= maxWatchers {
		return nil, false
	}
	t.tell() // that they are more
	wake = make(chan struct{}, 1)
	t.watchers[wake] = true
	t.busy.Store(true)
	return wake, true
}

func (t *Training) leave(wake chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.watchers, wake)
	t.busy.Store(t.needed())
}
