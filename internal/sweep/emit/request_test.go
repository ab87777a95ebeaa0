package emit

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"dnn/internal/experiment/experimenttest"
	"dnn/internal/fault"
)

// request writes a sweep of three points over a small experiment with these lines, and runs emit for Slurm.
func request(t *testing.T, lines string) (stdout string, err error) {
	t.Helper()
	folder := t.TempDir()
	experimenttest.Write(t, folder, "layers: [6]\nbatch_size: 8\nepochs: 3\n"+lines)
	path := filepath.Join(folder, "s.yaml")
	text := "base: t.yaml\nmethod: grid\nparameters: {layers: {values: [[4], [5], [6]]}}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w := experimenttest.NewSystem()
	err = Run(t.Context(), &w.System, Request{Path: path, Target: Slurm, Threads: 1, TaskSeconds: 300})
	return w.Out.String(), err
}

// TestMeasure: what a point takes is found out without a word to a tracker, and also where the schedule needs more
// epochs than are trained.
func TestMeasure(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	found, err := request(t, "mlflow: {tracking_uri: "+server.URL+"}\nschedule: {name: cosine, warmup_epochs: 2}\n")
	if err != nil || !strings.Contains(found, "\n#SBATCH --array=0-0\n") || !strings.Contains(found, "\n#SBATCH --mem=512M\n") {
		t.Errorf("wanted a task of 512 MB, found %v and\n%s", err, found)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("a tracker was asked %d times", n)
	}
}

// TestLog: a log that all tasks would write to is refused before there are tasks.
func TestLog(t *testing.T) {
	found, err := request(t, "learning_rate_log: {file: rates.csv}\n")
	if fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "wanted no log in a sweep") || found != "" {
		t.Errorf("wanted that a log is refused, found %v and\n%s", err, found)
	}
}
