package cmd_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dnn/cmd"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
)

// watched is a run of dnn train --serve in this process.
type watched struct {
	*testing.T
	url    string
	events *bufio.Scanner
	ended  chan int // the exit status
	stderr string   // after ended
}

// addressed passes on what is written, and finds the address of the page in it.
type addressed struct {
	all bytes.Buffer // not embedded: its WriteString would pass Write by
	url chan string  // of which there is one
}

func (a *addressed) Write(p []byte) (int, error) {
	if found := regexp.MustCompile(`^watch it at (http://\S+/)`).FindSubmatch(p); found != nil {
		a.url <- string(found[1])
	}
	return a.all.Write(p)
}

// watch begins a run on its page, and looks on.
func watch(t *testing.T, args ...string) *watched {
	t.Helper()
	s, _, _ := system(nil)
	stderr := &addressed{url: make(chan string, 1)}
	s.Stderr = stderr
	w := &watched{T: t, ended: make(chan int, 1)}
	go func() {
		status := cmd.Run(t.Context(), s, append([]string{"train", "--quiet", "--serve=end", "--paused", "--addr", "127.0.0.1:0"}, args...))
		w.stderr = stderr.all.String()
		w.ended <- status
	}()
	select {
	case w.url = <-stderr.url:
	case status := <-w.ended:
		t.Fatalf("exit status %d: %s", status, w.stderr)
	}
	response, err := http.Get(w.url + "training/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	w.events = bufio.NewScanner(response.Body)
	return w
}

// until waits for the pause after so many epochs.
func (w *watched) until(epochs int) {
	w.Helper()
	for w.events.Scan() {
		text, ok := strings.CutPrefix(w.events.Text(), "data: ")
		if !ok {
			continue
		}
		var e struct {
			Phase string
			Epoch int
			Step  int
		}
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			w.Fatal(err)
		}
		if e.Phase == "paused" && e.Epoch == epochs+1 && e.Step == 0 {
			return
		}
	}
	w.Fatalf("the page ended before a pause after %d epochs", epochs)
}

// do asks something of the run.
func (w *watched) do(what, body string) {
	w.Helper()
	response, err := http.Post(w.url+"training/"+what, "application/json", strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		w.Fatalf("%s: status %d, %v: %s", what, response.StatusCode, err, text)
	}
}

// one lets the run go on to the pause after so many epochs, one by one.
func (w *watched) one(from, to int) {
	w.Helper()
	for epoch := from + 1; epoch <= to; epoch++ {
		w.do("resume", `{"epochs":1}`)
		w.until(epoch)
	}
}

// predict asks for the answer of the network as it is now, by TensorFlow Serving's protocol.
func (w *watched) predict() string {
	w.Helper()
	image := "[" + strings.TrimSuffix(strings.Repeat("7,", 12*12), ",") + "]"
	response, err := http.Post(w.url+"v1/models/training:predict", "application/json", strings.NewReader(`{"instances":[`+image+`]}`))
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasPrefix(string(text), `{"predictions":[[`) {
		w.Fatalf("wanted predictions, found status %d, %v: %s", response.StatusCode, err, text)
	}
	return string(text)
}

// end waits for the end with that exit status, and returns what was printed on standard error.
func (w *watched) end(status int) string {
	w.Helper()
	if found := <-w.ended; found != status {
		w.Fatalf("wanted exit status %d, found %d: %s", status, found, w.stderr)
	}
	return w.stderr
}

// watchable returns the flags of a run of 5 epochs, which writes to a path.
func watchable(t *testing.T) func(path string) []string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "bars")
	if err := tinyIDX(data, 12, 3); err != nil {
		t.Fatal(err)
	}
	return func(path string) []string {
		return []string{"--set", "dataset={idx: " + data + "}", "--layers", "5", "--epochs", "5", "-o", path}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Pauses, a page that looks on, and who asks for predictions change no byte of the model, also of a run that is stopped there and resumed.
func TestWatchedSameModel(t *testing.T) {
	args, folder := watchable(t), t.TempDir()
	plain, paused, stopped := filepath.Join(folder, "plain.bin"), filepath.Join(folder, "paused.bin"), filepath.Join(folder, "stopped.bin")
	runDNN(t, nil, append([]string{"train", "--quiet"}, args(plain)...)...)
	want := readFile(t, plain)

	w := watch(t, args(paused)...)
	w.one(0, 1)
	first := w.predict()
	w.one(1, 2)
	if again := w.predict(); again == first {
		t.Errorf("wanted another answer after another epoch, found %s twice", first)
	}
	w.do("resume", "")
	w.end(0)
	if !bytes.Equal(readFile(t, paused), want) {
		t.Error("paused: wanted the bytes of a run that nobody watches, found others")
	}

	w = watch(t, args(stopped)...)
	w.one(0, 3)
	w.do("stop", "")
	if text := w.end(int(fault.Interrupted)); !strings.HasSuffix(text, "\ndnn: stopped on the page\n") {
		t.Errorf("stopped: found %q", text)
	}
	w = watch(t, append(args(stopped), "--resume")...)
	w.do("resume", "")
	w.end(0)
	if !bytes.Equal(readFile(t, stopped), want) {
		t.Error("stopped and resumed: wanted the bytes of a run that nobody watches, found others")
	}
}

// A rate that a person changes is noted in the model, and kept by a run that is resumed, watched or not.
func TestRateByHand(t *testing.T) {
	args, folder := watchable(t), t.TempDir()
	whole, parts := filepath.Join(folder, "whole.bin"), filepath.Join(folder, "parts.bin")
	const note = "a person changed the learning rate during the run, last to 0.25 times that of its schedule, after step 6: " +
		"it is no longer reproducible from its experiment"
	turn := func(path string) *watched {
		w := watch(t, args(path)...)
		w.one(0, 1)
		w.do("rate", `{"factor":0.5}`)
		w.one(1, 2)
		w.do("rate", `{"factor":0.25}`)
		w.one(2, 3)
		return w
	}
	w := turn(whole)
	w.do("resume", "")
	if text := w.end(0); !strings.Contains(text, "note: "+note+"\n") {
		t.Errorf("wanted a note of the change, found %q", text)
	}
	model, err := modelfile.Read(whole)
	if err != nil {
		t.Fatal(err)
	}
	if len(model.RateChanges) != 2 || model.RateChanges[0].Step != 3 || model.RateChanges[1].Step != 6 {
		t.Errorf("wanted changes after steps 3 and 6, found %v", model.RateChanges)
	}
	history := string(readFile(t, filepath.Join(folder, "whole.history.csv")))
	if !strings.Contains(history, ",0.001\n") || !strings.Contains(history, ",0.0005\n") || !strings.Contains(history, ",0.00025\n") {
		t.Errorf("wanted the rates 0.001, 0.0005 and 0.00025, found\n%s", history)
	}
	s, _, stderr := system(nil)
	if status := cmd.Run(t.Context(), s, []string{"verify", whole}); status != int(fault.Data) ||
		!strings.Contains(stderr.String(), "cannot be verified: "+note+"\nhint: ") {
		t.Errorf("verify: status %d, %q", status, stderr)
	}

	w = turn(parts)
	w.do("stop", "")
	w.end(int(fault.Interrupted))
	s, _, stderr = system(nil)
	status := cmd.Run(t.Context(), s, append([]string{"train", "--quiet", "--resume"}, args(parts)...))
	if status != 0 || strings.Count(stderr.String(), note) != 2 {
		t.Errorf("resumed: wanted a note of the change at its begin and its end, found status %d, %q", status, stderr)
	}
	if !bytes.Equal(readFile(t, parts), readFile(t, whole)) {
		t.Error("stopped and resumed: wanted the bytes of a run that was not stopped, found others")
	}
}
