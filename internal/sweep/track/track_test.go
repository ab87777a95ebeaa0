package track

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dnn/internal/mlflow"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
	"dnn/internal/world"
)

// told is what a server was told of one run.
type told struct {
	Status         string
	Params, Tags   map[string]string
	Metrics, Files map[string]string // metrics by key and step
}

// server does what an MLflow server does, as far as package mlflow asks it to.
type server struct {
	mutex sync.Mutex
	away  bool
	runs  map[string]*told // by name
	hold  chan struct{}    // a request waits until it is closed; nil: none waits

	refused chan struct{} // has an element once a request was refused
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-r.Context().Done():
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	text, _ := io.ReadAll(r.Body)
	if s.away {
		select {
		case s.refused <- struct{}{}:
		default:
		}
		http.Error(w, "out of order", http.StatusBadGateway)
		return
	}
	var body struct {
		RunName string `json:"run_name"`
		RunID   string `json:"run_id"`
		Tags    []mlflow.Param
		Params  []mlflow.Param
		Metrics []mlflow.Metric
		Status  string
	}
	_ = json.Unmarshal(text, &body) // a file is none
	run := s.runs[body.RunID]
	switch what := strings.TrimPrefix(r.URL.Path, "/api/2.0/mlflow"); what {
	case "/experiments/get-by-name":
		_, _ = io.WriteString(w, `{"experiment": {"experiment_id": "7"}}`)
	case "/runs/create":
		if s.runs[body.RunName] != nil {
			panic(body.RunName + " was made twice")
		}
		run = &told{"", map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
		for _, tag := range body.Tags {
			run.Tags[tag.Key] = tag.Value
		}
		s.runs[body.RunName] = run
		_, _ = fmt.Fprintf(w, `{"run": {"info": {"run_id": %q, "artifact_uri": "mlflow-artifacts:/7/%s"}}}`, body.RunName, body.RunName)
	case "/runs/log-batch":
		for _, p := range body.Params {
			run.Params[p.Key] = p.Value
		}
		for _, m := range body.Metrics {
			run.Metrics[fmt.Sprint(m.Key, " ", m.Step)] = fmt.Sprint(m.Value)
		}
	case "/runs/search":
		_, _ = io.WriteString(w, "{}")
	case "/runs/update":
		run.Status = body.Status
	default:
		name, file := filepath.Split(strings.TrimPrefix(what, "-artifacts/artifacts/7/"))
		s.runs[strings.TrimSuffix(name, "/")].Files[file] = string(text)
	}
}

func start(t *testing.T) (*server, string) {
	t.Helper()
	s := &server{runs: map[string]*told{}, refused: make(chan struct{}, 1)}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h.URL
}

func none(string) (string, bool) { return "", false }

func outside() *world.System {
	return &world.System{Env: none, Now: func() time.Time { return time.Unix(1000, 0) }}
}

// end ends a Tracker, and returns its note.
func end(t *Tracker) (note string) {
	t.End(func(text string) { note += text })
	return note
}

// newTracker returns a Tracker of a sweep whose base has a line, and itself a name.
func newTracker(t *testing.T, base, name string) *Tracker {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"base.yaml":  "epochs: 3\nlayers: [7]\nseed: 4\n" + base,
		"rates.yaml": "base: base.yaml\nmethod: grid\nseeds: 2\nparameters:\n  batch_size: {values: [8, 16]}\n" + name,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sweep, err := space.Load(space.Options{Path: filepath.Join(dir, "rates.yaml"), Env: none})
	if err != nil {
		t.Fatal(err)
	}
	f, err := folder.Create(filepath.Join(dir, "rates.sweep"), folder.Identity{
		Hash: sweep.Hash, Seeds: 2, Settings: 2, Keys: []string{"batch_size"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return Start(t.Context(), outside(), Options{Sweep: sweep, Folder: f, Version: "v"})
}

func serverAt(url string) string {
	return fmt.Sprintf("mlflow: {tracking_uri: %q, experiment: digits}\n", url)
}

const history = "epoch,epoch_s,loss,accuracy,val_loss,val_accuracy,learning_rate\n" +
	"1,0.5,0.25,0.5,,,0.1\n2,1,0.125,0.75,0.5,0.875,0.01\n"

// commit leaves a point that ended in some way, with these files.
func commit(t *testing.T, tracker *Tracker, point int, status folder.Status, files ...string) (won bool) {
	t.Helper()
	d, err := tracker.Folder.Draft(point)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text := name
		if name == folder.HistoryFile {
			text = history
		}
		if err := d.Write(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	won, err = tracker.Commit(d, folder.Result{
		Point: point, Setting: point / 2, Seed: uint64(4 + point%2), Status: status, Epochs: 2, Seconds: 1.5,
		Parameters: []folder.Parameter{{Key: "batch_size", Value: fmt.Sprint(8 + 8*(point/2))}},
		Metrics:    map[string]float64{"loss": 0.125, "test_loss": 0.375},
	})
	if err != nil {
		t.Fatal(err)
	}
	return won
}

// records returns the records that are left.
func records(t *testing.T, tracker *Tracker) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(tracker.Folder.Path(), "points", "[0-9]*", RecordFile))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestCommit: the server gets a run for each point, with all that is known of it, in each way in which points end.
func TestCommit(t *testing.T) {
	s, url := start(t)
	tracker := newTracker(t, serverAt(url), "")
	commit(t, tracker, 0, folder.Finished, folder.ModelFile, folder.HistoryFile, folder.ExperimentFile)
	commit(t, tracker, 1, folder.Stopped, folder.HistoryFile, folder.ExperimentFile)
	commit(t, tracker, 2, folder.Diverged)
	commit(t, tracker, 3, folder.Failed)
	if note := end(tracker); note != "" {
		t.Error(note)
	}
	names := []string{"rates point 0", "rates point 1", "rates point 2", "rates point 3"}
	if found := slices.Sorted(maps.Keys(s.runs)); !slices.Equal(found, names) {
		t.Fatalf("wanted %q, found %q", names, found)
	}
	for i, want := range []struct {
		status, tag    string
		files, metrics int
	}{
		{"FINISHED", "finished", 3, 9}, {"FINISHED", "stopped", 2, 9}, {"FAILED", "diverged", 0, 1}, {"FAILED", "failed", 0, 1},
	} {
		r := s.runs[names[i]]
		if r.Status != want.status || r.Tags["dnn.status"] != want.tag || len(r.Files) != want.files || len(r.Metrics) != want.metrics {
			t.Errorf("%s: wanted %v, found %+v", names[i], want, r)
		}
	}
	r := s.runs[names[1]]
	for key, want := range map[string]string{
		"dnn.sweep": tracker.Sweep.Hash, "dnn.point": "1", "dnn.setting": "0", "dnn.seed": "5", "dnn.version": "v",
	} {
		if r.Tags[key] != want {
			t.Errorf("%s: wanted %s, found %s", key, want, r.Tags[key])
		}
	}
	if r.Params["batch_size"] != "8" || r.Params["layers"] != "[7]" || r.Params["seed"] != "5" || r.Params["optimizer.name"] != "adam" {
		t.Errorf("wanted all keys of the experiment, found %v", r.Params)
	}
	if r.Metrics["loss 1"] != "0.25" || r.Metrics["val_accuracy 2"] != "0.875" || r.Metrics["test_loss 2"] != "0.375" ||
		r.Files[folder.HistoryFile] != history {
		t.Errorf("wanted the metrics by epoch and the files, found %+v", r)
	}
	if left := records(t, tracker); len(left) != 0 {
		t.Errorf("wanted no records, found %q", left)
	}
}

// TestAway: a server that is away is one note, and all records stay until it is back.
func TestAway(t *testing.T) {
	s, url := start(t)
	s.away = true
	tracker := newTracker(t, serverAt(url), "")
	for point := range 4 {
		commit(t, tracker, point, folder.Finished, folder.HistoryFile)
	}
	note := end(tracker)
	if want := "; it lacks 4 points: `dnn mlflow sync " + tracker.Folder.Path() + "` sends"; !strings.Contains(note, want) ||
		!strings.Contains(note, "502") {
		t.Errorf("wanted %s, found %s", want, note)
	}
	if left := records(t, tracker); len(left) != 4 {
		t.Fatalf("wanted 4 records, found %q", left)
	}
	draft, err := tracker.Folder.Draft(3) // of a writer that was killed before its point was there
	if err != nil {
		t.Fatal(err)
	}
	if err := draft.Write(RecordFile, []byte("{")); err != nil {
		t.Fatal(err)
	}
	s.away = false
	if err := mlflow.Sync(t.Context(), tracker.Folder.Path(), none, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if left := records(t, tracker); len(left) != 0 || len(s.runs) != 4 || s.runs["rates point 3"].Status != "FINISHED" {
		t.Errorf("wanted 4 runs and no records, found %v and %q", s.runs, left)
	}
}

// TestComesBack: a server that was away is asked once more at the end.
func TestComesBack(t *testing.T) {
	s, url := start(t)
	s.away = true
	tracker := newTracker(t, serverAt(url), "name: lr\n")
	commit(t, tracker, 0, folder.Finished)
	<-s.refused
	s.mutex.Lock()
	s.away = false
	s.mutex.Unlock()
	commit(t, tracker, 1, folder.Finished)
	if note := end(tracker); note != "" || len(s.runs) != 2 || s.runs["lr point 0"] == nil {
		t.Errorf("wanted both points, found %v, %s", s.runs, note)
	}
}

// TestHangs: a server that never answers holds neither points nor the end.
func TestHangs(t *testing.T) {
	s, url := start(t)
	s.hold = make(chan struct{})
	tracker := newTracker(t, serverAt(url), "")
	tracker.wait = time.Millisecond
	for point := range 4 {
		commit(t, tracker, point, folder.Finished)
	}
	if note := end(tracker); !strings.Contains(note, "it lacks 4 points") {
		t.Errorf("wanted a note of 4 points, found %q", note)
	}
	close(s.hold)
}

// TestSecond: of two writers of a point, the one whose files are kept tells of it.
func TestSecond(t *testing.T) {
	s, url := start(t)
	s.hold = make(chan struct{})
	first := newTracker(t, serverAt(url), "")
	second := Start(t.Context(), outside(), first.Options)
	second.wait = time.Millisecond
	if !commit(t, first, 0, folder.Finished) || commit(t, second, 0, folder.Finished) {
		t.Error("wanted the first to win")
	}
	if note := end(second); note != "" {
		t.Errorf("wanted nothing to tell of, found %s", note)
	}
	close(s.hold)
	if note := end(first); note != "" || len(s.runs) != 1 {
		t.Errorf("wanted one run, found %v, %s", s.runs, note)
	}
}

// TestWithout: points without a server leave no record.
func TestWithout(t *testing.T) {
	tracker := newTracker(t, "", "")
	if tracker != nil {
		t.Error("wanted no tracker of an experiment without a server, found one")
	}
	if note := end(tracker); note != "" {
		t.Error(note)
	}
}

// TestDamaged: metrics end where a history is damaged.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), folder.HistoryFile)
	for text, want := range map[string]int{
		history: 8, history[:len(history)-8]: 3, "": 0, "\x00,\n\n,,,": 0, history + "3,x,1,1,1,1,1\n": 8, "epoch\n1\n": 0,
		"epoch,epoch_s,loss\n1,2,NaN\n2": 1,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if found := metricsOf(path, 0); len(found) != want {
			t.Errorf("%q: wanted %d metrics, found %v", text, want, found)
		}
	}
}

// TestLeft: the next call sends what an earlier one has left.
func TestLeft(t *testing.T) {
	s, url := start(t)
	s.away = true
	first := newTracker(t, serverAt(url), "")
	commit(t, first, 0, folder.Finished)
	commit(t, first, 3, folder.Finished)
	_ = end(first)
	s.away = false
	o := first.Options
	o.Done = []int{3, 1, 0}
	if note := end(Start(t.Context(), outside(), o)); note != "" || len(s.runs) != 2 || len(records(t, first)) != 0 {
		t.Errorf("wanted both points and no records, found %v and %q; %s", s.runs, records(t, first), note)
	}
}
