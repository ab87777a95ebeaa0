package seeds

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestLeft: who asks again for seeds that a tracker has not got hears how it gets them.
func TestLeft(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	o := write(t, "epochs: 2\n")("many.bin", "seed=7", "seeds=3", "mlflow.tracking_uri="+server.URL)
	server.Close()
	for _, want := range []string{"dnn mlflow sync", "an MLflow server lacks the run in "} {
		s, _, stderr := newSystem()
		if err := Train(t.Context(), s, o); err != nil {
			t.Fatal(err)
		}
		if found := stderr.String(); !strings.Contains(found, "note: seed 7 (and 2 more): ") || !strings.Contains(found, want) {
			t.Errorf("wanted a note with %q, found %s", want, found)
		}
	}
}

// TestNames: an MLflow server is told of each seed under its own name, whether the seed has a model or not. One that
// refuses is one note.
func TestNames(t *testing.T) {
	for _, noModel := range []bool{false, true} {
		var mutex sync.Mutex
		var names []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body struct {
				Name string `json:"run_name"`
			}
			if strings.HasSuffix(r.URL.Path, "/runs/create") && json.NewDecoder(r.Body).Decode(&body) == nil {
				mutex.Lock()
				defer mutex.Unlock()
				names = append(names, body.Name)
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			_, _ = w.Write([]byte(`{"experiment": {"experiment_id": "7"}}`))
		}))
		o := write(t, "epochs: 2\n")("many.bin", "seed=7", "seeds=3", "mlflow.tracking_uri="+server.URL)
		o.NoModel = noModel
		s, _, stderr := newSystem()
		err := Train(t.Context(), s, o)
		server.Close()
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(names)
		if want := []string{"seed-7", "seed-8", "seed-9"}; !slices.Equal(names, want) {
			t.Errorf("wanted %q, found %q", want, names)
		}
		if found := stderr.String(); strings.Count(found, "note: ") != 1 || !strings.Contains(found, "note: seed 7 (and 2 more): MLflow at ") {
			t.Errorf("wanted one note, found %s", found)
		}
	}
}
