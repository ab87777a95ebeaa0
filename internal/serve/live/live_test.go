package live_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dnn/internal/history"
	"dnn/internal/interop/browser"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
	"dnn/internal/nn/step"
	"dnn/internal/serve/live"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

const side, steps = 8, 3 // of an image, and in an epoch

// newRun returns a run on images of 8x8 pixels, and the model that it would leave.
func newRun(t *testing.T, epochs int) (*train.Run, *modelfile.Model) {
	t.Helper()
	network := nntest.Network(side*side, nn.CategoricalCrossentropy, nntest.Dense(6, "relu"), nntest.Dense(3, "softmax"))
	model, err := nn.New(network, 1)
	if err != nil {
		t.Fatal(err)
	}
	rule, err := optimizer.New(optimizer.Default("adam"), model.Params())
	if err != nil {
		t.Fatal(err)
	}
	engine := step.NewEngine(kernel.Available()[0], 2)
	t.Cleanup(engine.Close)
	samples := nntest.RandomBytes(40, side*side, 3, 1)
	like := &modelfile.Model{InputShape: []int{side, side}, Scale: 1. / 255, Classes: []string{"a", "b", "c"}}
	like.Store(model)
	return &train.Run{
		Engine: engine, Model: model, Optimizer: rule, Train: samples.Slice(0, 30), Validation: samples.Slice(30, 40),
		Epochs: epochs, BatchSize: 10, Schedule: schedule.Constant(0.01), Shuffle: true, Seed: 1, Now: time.Now,
	}, like
}

// weights returns what the page is told of a network.
func weights(t *testing.T, run *train.Run, like *modelfile.Model) []byte {
	t.Helper()
	m := *like
	m.Store(run.Model)
	d, err := browser.Describe(chain.Of(&m, ""))
	if err != nil {
		t.Fatal(err)
	}
	return d.Weights
}

// after returns the weights of an undisturbed run after so many epochs.
func after(t *testing.T, epochs int) []byte {
	t.Helper()
	run, like := newRun(t, epochs)
	if _, err := run.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	return weights(t, run, like)
}

// bench is a run that is shown, and the server that shows it.
type bench struct {
	*testing.T
	run   *train.Run
	like  *modelfile.Model
	shown *live.Training
	web   *httptest.Server
	ended chan error
}

// errStopped is the cause that ends a run which a person stops.
var errStopped = errors.New("stopped on the page")

// newBench returns a run that has not begun.
func newBench(t *testing.T, epochs int, o live.Options) (b *bench, begin func()) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	o.Kernels, o.Stop = kernel.Available()[0], func() { cancel(errStopped) }
	if o.Now == nil {
		o.Now = time.Now
	}
	b = &bench{T: t, shown: live.New(ctx, o), ended: make(chan error, 1)}
	b.run, b.like = newRun(t, epochs)
	b.run.Now = o.Now
	b.shown.Attach(b.run, b.like)
	b.web = httptest.NewServer(b.shown.Handler())
	t.Cleanup(func() {
		b.shown.Close()
		b.web.Close()
	})
	return b, func() {
		go func() {
			_, err := b.run.Do(ctx)
			b.shown.End(err)
			b.ended <- err
		}()
	}
}

// event is what the tests look at of an event.
type event struct {
	Phase   live.Phase
	Message string
	Epoch   int
	Step    int
	Rate    float64 `json:"learning_rate"`
	Factor  float64
	ByHand  bool `json:"by_hand"`
	Since   int
	History []history.Record[history.Number]
	Kept    []int
	Every   int
	Viewers int
	Begun   int64
}

// watch returns a function that waits for an event which has what is wanted. The last one heard counts too: what comes
// quickly, one after the other, is told in one event.
func (b *bench) watch() (until func(what string, wanted func(event) bool) event) {
	b.Helper()
	response, err := b.web.Client().Get(b.web.URL + "/training/events")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		b.Fatalf("wanted events, found %q", kind)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<30) // many short epochs can be told at once
	heard := 0
	var last *event
	return func(what string, wanted func(event) bool) event {
		b.Helper()
		if last != nil && wanted(*last) {
			return *last
		}
		for lines.Scan() {
			text, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var e event
			if err := json.Unmarshal([]byte(text), &e); err != nil {
				b.Fatalf("%v: %s", err, text)
			}
			if e.Since != heard {
				b.Fatalf("wanted the epochs after %d, found those after %d", heard, e.Since)
			}
			heard += len(e.History)
			last = &e
			if wanted(e) {
				return e
			}
		}
		b.Fatalf("the stream ended before %s", what)
		return event{}
	}
}

// post returns the status and the body of the answer to a request of a person.
func (b *bench) post(what, body string) (int, string) {
	b.Helper()
	return b.ask(http.MethodPost, "/training/"+what, body)
}

func (b *bench) ask(method, path, body string) (int, string) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), method, b.web.URL+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	response, err := b.web.Client().Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// do is post that must work.
func (b *bench) do(what, body string) {
	b.Helper()
	if code, text := b.post(what, body); code != http.StatusOK {
		b.Fatalf("%s: status %d: %s", what, code, text)
	}
}

func phase(p live.Phase) func(event) bool { return func(e event) bool { return e.Phase == p } }

// pausedAfter is the pause before the epoch after so many.
func pausedAfter(epochs int) func(event) bool {
	return func(e event) bool { return e.Phase == live.Paused && e.Epoch == epochs+1 && e.Step == 0 }
}

// A run that begins paused goes on for one epoch at a time. Its epochs are those of a run that nobody looks at.
func TestEpochByEpoch(t *testing.T) {
	b, begin := newBench(t, 4, live.Options{Paused: true})
	until := b.watch()
	until("waiting", phase(live.Waiting))
	begin()
	e := until("the first pause", phase(live.Paused))
	if !slices.Equal(e.Kept, []int{0}) || e.Rate != 0.01 {
		t.Errorf("wanted the untrained network alone and the rate 0.01, found %+v", e)
	}
	for epoch := 1; epoch <= 3; epoch++ {
		b.do("resume", `{"epochs":1}`)
		e := until("a pause", pausedAfter(epoch))
		if len(e.Kept) != epoch+1 || e.Kept[epoch] != epoch {
			t.Errorf("after epoch %d: wanted all epochs, found %v", epoch, e.Kept)
		}
	}
	for epoch := range 4 {
		code, text := b.ask(http.MethodGet, "/training/epochs/"+string(rune('0'+epoch))+"/weights", "")
		if code != http.StatusOK || epoch > 0 && text != string(after(t, epoch)) {
			t.Errorf("epoch %d: wanted the weights of a run of so many epochs, found others; status %d", epoch, code)
		}
	}
	b.do("resume", "")
	e = until("the end", phase(live.Finished))
	if err := <-b.ended; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(weights(t, b.run, b.like), after(t, 4)) || e.ByHand || b.run.RateChanges != nil {
		t.Errorf("wanted the model of a run that nobody looks at, found another; by hand: %t", e.ByHand)
	}
	if code, text := b.post("pause", ""); code != http.StatusConflict || !strings.Contains(text, "finished") {
		t.Errorf("pause after the end: status %d, %s", code, text)
	}
}

// A pause within an epoch lasts until the run goes on, whose clock has stood still meanwhile.
func TestPause(t *testing.T) {
	var hours atomic.Int64
	b, begin := newBench(t, 2, live.Options{Now: func() time.Time { return time.Unix(3600*hours.Load(), 0) }})
	b.run.Callbacks = append([]train.Callback{{StepEnd: func(s train.Step) error {
		if s.Step == 2 {
			b.do("pause", "")
		}
		return nil
	}}}, b.run.Callbacks...)
	until := b.watch()
	begin()
	for epoch := 1; epoch <= 2; epoch++ {
		e := until("a pause", func(e event) bool { return e.Phase == live.Paused && e.Epoch == epoch })
		if e.Step != 2 {
			t.Errorf("epoch %d: wanted a pause after step 2, found step %d", epoch, e.Step)
		}
		hours.Add(1)
		b.do("resume", "")
		until("the end of the epoch", func(e event) bool {
			if n := len(e.History); n > 0 && *e.History[n-1].Seconds != 0 {
				t.Errorf("epoch %d: wanted no time, found %v s, with the pause", epoch, *e.History[n-1].Seconds)
			}
			return e.Since+len(e.History) >= epoch
		})
	}
	until("the end", phase(live.Finished))
	if err := <-b.ended; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(weights(t, b.run, b.like), after(t, 2)) {
		t.Error("wanted the model of a run without a pause, found another")
	}
}

// A changed rate counts from the next step on, is told at once, and marks the run.
func TestRate(t *testing.T) {
	b, begin := newBench(t, 3, live.Options{Paused: true})
	until := b.watch()
	begin()
	until("the first pause", phase(live.Paused))
	b.do("resume", `{"epochs":1}`)
	until("a pause", pausedAfter(1))
	b.do("rate", `{"factor":0.5}`)
	e := until("the change", func(e event) bool { return e.Factor == 0.5 })
	if !e.ByHand || e.Rate != 0.005 || e.Phase != live.Paused {
		t.Errorf("wanted the rate 0.005 by hand while paused, found %+v", e)
	}
	b.do("resume", "")
	until("the end", phase(live.Finished))
	if err := <-b.ended; err != nil {
		t.Fatal(err)
	}
	if want := (history.RateChanges{{Step: steps, Factor: 0.5}}); !slices.Equal(b.run.RateChanges, want) {
		t.Errorf("wanted the changes %v, found %v", want, b.run.RateChanges)
	}
	if bytes.Equal(weights(t, b.run, b.like), after(t, 3)) {
		t.Error("the rate has changed nothing")
	}
}

// Two changes of the rate between two steps are both made.
func TestRateTimes(t *testing.T) {
	b, begin := newBench(t, 2, live.Options{Paused: true})
	until := b.watch()
	begin()
	until("the first pause", phase(live.Paused))
	for range 2 {
		b.do("rate", `{"times":0.5}`)
	}
	until("both changes", func(e event) bool { return e.Factor == 0.25 })
	b.do("resume", "")
	until("the end", phase(live.Finished))
	if err := <-b.ended; err != nil {
		t.Fatal(err)
	}
	if want := (history.RateChanges{{Step: 0, Factor: 0.25}}); !slices.Equal(b.run.RateChanges, want) {
		t.Errorf("wanted the changes %v, found %v", want, b.run.RateChanges)
	}
}

// A rate that is taken back before the next step has changed nothing.
func TestRateTakenBack(t *testing.T) {
	b, begin := newBench(t, 2, live.Options{Paused: true})
	until := b.watch()
	begin()
	until("the first pause", phase(live.Paused))
	for _, factor := range []float64{0.5, 1} {
		b.do("rate", fmt.Sprintf(`{"factor":%v}`, factor))
		if e := until("the change", func(e event) bool { return e.Factor == factor }); e.ByHand != (factor != 1) {
			t.Errorf("factor %v: wanted another word about a change by hand, found %t", factor, e.ByHand)
		}
	}
	b.do("resume", "")
	if e := until("the end", phase(live.Finished)); e.ByHand {
		t.Error("wanted a run that follows from its experiment, found one that was changed by hand")
	}
	if err := <-b.ended; err != nil || b.run.RateChanges != nil {
		t.Errorf("found %v, and changes %v", err, b.run.RateChanges)
	}
	if !bytes.Equal(weights(t, b.run, b.like), after(t, 2)) {
		t.Error("wanted the model of a run that nobody changes, found another")
	}
}

// Events tell a run from the next at the same address, and how many look on.
func TestWhoIsThere(t *testing.T) {
	for second := range 2 {
		b, begin := newBench(t, 1, live.Options{Paused: true, Now: func() time.Time { return time.Unix(int64(second), 0) }})
		first := b.watch()
		b.watch()
		begin()
		e := first("the pause", func(e event) bool { return e.Phase == live.Paused && e.Viewers == 2 })
		if e.Begun != 1e6*int64(second) {
			t.Errorf("wanted when the run began, found %v", e.Begun)
		}
		b.do("resume", "")
		if err := <-b.ended; err != nil {
			t.Fatal(err)
		}
	}
}

// A run is stopped also while it is paused.
func TestStop(t *testing.T) {
	for _, paused := range []bool{false, true} {
		b, begin := newBench(t, 1<<20, live.Options{Paused: paused})
		until := b.watch()
		begin()
		if paused {
			until("the pause", phase(live.Paused))
		} else {
			until("an epoch", func(e event) bool { return len(e.History) > 0 })
		}
		b.do("stop", "")
		if err := <-b.ended; !errors.Is(err, errStopped) {
			t.Errorf("wanted %v, found %v", errStopped, err)
		}
		if e := until("the end", phase(live.Stopped)); e.Message != errStopped.Error() {
			t.Errorf("wanted %q, found %q", errStopped, e.Message)
		}
	}
}

// A pause ends with the run's context, as by Ctrl-C.
func TestInterruptedPause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	run, like := newRun(t, 2)
	shown := live.New(ctx, live.Options{Kernels: kernel.Available()[0], Now: time.Now, Paused: true})
	shown.Attach(run, like)
	run.Callbacks = append([]train.Callback{{EpochBegin: func(int) error {
		cancel(errStopped)
		return nil
	}}}, run.Callbacks...)
	if _, err := run.Do(ctx); !errors.Is(err, errStopped) {
		t.Errorf("wanted %v, found %v", errStopped, err)
	}
}

// What cannot be done is refused, with a reason, and changes nothing.
func TestRefused(t *testing.T) {
	b, begin := newBench(t, 2, live.Options{Paused: true})
	until := b.watch()
	begin()
	until("the pause", phase(live.Paused))
	for _, c := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{http.MethodGet, "/training/pause", "", 405, "POST"},
		{http.MethodPost, "/training/events", "", 405, "GET"},
		{http.MethodPost, "/training/epochs/0/weights", "", 405, "GET"},
		{http.MethodGet, "/training/epochs/1/weights", "", 404, "found 1"},
		{http.MethodGet, "/training/epochs/-1/weights", "", 404, "found -1"},
		{http.MethodGet, "/training/epochs/x/weights", "", 404, `found \"x\"`},
		{http.MethodGet, "/training/none", "", 404, "none"},
		{http.MethodPost, "/training/resume", "{", 400, "an object"},
		{http.MethodPost, "/training/resume", `{"epochs":0}`, 400, "1 or more"},
		{http.MethodPost, "/training/resume", `{"epochs":1.5}`, 400, "an object"},
		{http.MethodPost, "/training/rate", "", 400, "an object"},
		{http.MethodPost, "/training/rate", "null", 400, "found null"},
		{http.MethodPost, "/training/rate", `{"factor":0}`, 400, "1e-06"},
		{http.MethodPost, "/training/rate", "{}", 400, "wanted factor or times"},
		{http.MethodPost, "/training/rate", `{"factor":1,"times":1}`, 400, "wanted factor or times"},
		{http.MethodPost, "/training/rate", `{"times":1e9}`, 400, "1000"},
		{http.MethodPost, "/training/rate", `{"factor":-1}`, 400, "1e-06"},
		{http.MethodPost, "/training/rate", `{"factor":1e9}`, 400, "1000"},
		{http.MethodPost, "/training/rate", `{"factor":"0.5"}`, 400, "an object"},
		{http.MethodPost, "/training/rate", `{"factor":NaN}`, 400, "an object"},
		{http.MethodPost, "/training/rate", strings.Repeat(" ", 2000), 413, "1 KB"},
	} {
		code, text := b.ask(c.method, c.path, c.body)
		if code != c.code || !strings.Contains(text, c.says) || !json.Valid([]byte(text)) {
			t.Errorf("%s %s %.20s: wanted %d and %q, found %d: %s", c.method, c.path, c.body, c.code, c.says, code, text)
		}
	}
	b.do("resume", "")
	until("the end", phase(live.Finished))
	if err := <-b.ended; err != nil || b.run.RateChanges != nil {
		t.Errorf("found %v, and changes %v", err, b.run.RateChanges)
	}
}

// stuck is a client that does not read: its first write ends when it is released.
type stuck struct {
	*httptest.ResponseRecorder
	begun, release chan struct{}
	writes         int
}

func (s *stuck) Write(p []byte) (int, error) {
	if s.writes++; s.writes == 1 {
		close(s.begun)
		<-s.release
	}
	return s.ResponseRecorder.Write(p)
}

// Who reads too slowly does not hold up the run, and gets the latest state in one event.
func TestSlowViewer(t *testing.T) {
	b, begin := newBench(t, 50, live.Options{})
	s := &stuck{ResponseRecorder: httptest.NewRecorder(), begun: make(chan struct{}), release: make(chan struct{})}
	left := make(chan struct{})
	go func() {
		defer close(left)
		b.shown.Handler().ServeHTTP(s, httptest.NewRequest(http.MethodGet, "/training/events", nil))
	}()
	<-s.begun
	begin()
	if err := <-b.ended; err != nil {
		t.Fatal(err)
	}
	b.shown.Close()
	close(s.release)
	<-left
	if s.writes != 2 || !strings.Contains(s.Body.String(), `"phase":"finished"`) {
		t.Errorf("wanted one event before and one after the run, found %d: %.300s", s.writes, s.Body)
	}
}

// There is room for so many that watch, and for another when one has gone.
func TestTooManyViewers(t *testing.T) {
	b, _ := newBench(t, 1, live.Options{})
	var leave []func() error
	for {
		response, err := b.web.Client().Get(b.web.URL + "/training/events")
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusOK {
			_ = response.Body.Close()
			if response.StatusCode != http.StatusServiceUnavailable || len(leave) != 100 {
				t.Errorf("after %d viewers: wanted status 503, found %d", len(leave), response.StatusCode)
			}
			break
		}
		leave = append(leave, response.Body.Close)
	}
	for _, f := range leave {
		_ = f()
	}
	for { // the server notices in its own time
		response, err := b.web.Client().Get(b.web.URL + "/training/events")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return
		}
	}
}

// A page that stays has similar images also when the run's data are gone.
func TestImagesStay(t *testing.T) {
	b, begin := newBench(t, 1, live.Options{Stays: true})
	before := bytes.Clone(b.run.Train.Bytes)
	begin()
	if err := <-b.ended; err != nil {
		t.Fatal(err)
	}
	clear(b.run.Train.Bytes)
	if code, text := b.ask(http.MethodGet, "/board/models", ""); code != http.StatusOK || !strings.Contains(text, `"similar":true`) {
		t.Errorf("status %d: %.300s", code, text)
	}
	code, text := b.ask(http.MethodPost, "/board/similar", string(before[:side*side]))
	if code != http.StatusOK || !strings.Contains(text, `"index":0`) {
		t.Errorf("wanted the image itself, found status %d: %.300s", code, text)
	}
}

// The page shows the network from the first step on, and computes pictures and similar images with it.
func TestPage(t *testing.T) {
	b, begin := newBench(t, 1, live.Options{Paused: true})
	until := b.watch()
	if _, text := b.ask(http.MethodGet, "/", ""); !strings.Contains(text, `id="training"`) {
		t.Error("wanted the page of a training, found another")
	}
	begin()
	until("the pause", phase(live.Paused))
	code, text := b.ask(http.MethodGet, "/board/models", "")
	if code != http.StatusOK || !strings.Contains(text, `"name":"training"`) {
		t.Errorf("status %d: %s", code, text)
	}
	code, text = b.ask(http.MethodPost, "/board/similar", strings.Repeat("\x80", side*side))
	if code != http.StatusOK || strings.Count(text, `"similarity"`) != 3 {
		t.Errorf("status %d: %.300s", code, text)
	}
}
