package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"dnn/internal/history"
	"dnn/internal/train"
)

// clock is a clock that tests set.
type clock struct{ t time.Time }

func newClock() *clock                   { return &clock{time.Unix(1e9, 0)} }
func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

// writes records each Write as a line of its own, quoted so that escape sequences can be read.
type writes struct{ log bytes.Buffer }

func (w *writes) Write(p []byte) (int, error) {
	fmt.Fprintf(&w.log, "%q\n", p)
	return len(p), nil
}

func fixedWidth(columns int) func() int { return func() int { return columns } }

// rehearse plays a run of 2 epochs and 8 steps to a callback, 20 ms a step; with stopAt > 0 it is stopped after that
// many steps of the second epoch.
func rehearse(t *testing.T, c train.Callback, clk *clock, validated bool, stopAt int) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	plan := train.Plan{Epochs: 2, BatchSize: 100, Steps: 8, TrainSamples: 800}
	must(c.TrainBegin(plan))
	defer func() {
		if c.TrainEnd != nil {
			must(c.TrainEnd())
		}
	}()
	for epoch := 1; epoch <= plan.Epochs; epoch++ {
		start := clk.now()
		if c.EpochBegin != nil {
			must(c.EpochBegin(epoch))
		}
		for step := 1; step <= plan.Steps; step++ {
			clk.advance(20 * time.Millisecond)
			if c.StepEnd != nil {
				must(c.StepEnd(train.Step{Step: step, Loss: 1 / float64(step), Accuracy: 0.1 * float64(step)}))
			}
			if epoch == 2 && step == stopAt {
				return
			}
		}
		clk.advance(30 * time.Millisecond) // validation
		must(c.EpochEnd(history.Epoch{
			Epoch: epoch, Seconds: clk.now().Sub(start).Seconds(), Loss: 0.5123, Accuracy: 0.8521,
			Validated: validated, ValLoss: 0.0002012, ValAccuracy: 0.9421,
		}))
	}
}

func TestTrainProgress(t *testing.T) {
	terminal := func(columns int, color bool) Screen {
		return Screen{Terminal: true, Color: color, Width: fixedWidth(columns)}
	}
	for _, test := range []struct {
		name      string
		screen    Screen
		validated bool
		stopAt    int
	}{
		{"terminal", terminal(120, false), true, 0},
		{"terminal-color", terminal(120, true), true, 0},
		{"terminal-80", terminal(80, false), true, 0},
		{"terminal-30", terminal(30, true), true, 0},
		{"terminal-no-validation", terminal(120, false), false, 0},
		{"terminal-exact", terminal(70, false), false, 0}, // one column more than fits
		{"terminal-interrupted", terminal(120, false), true, 5},
		{"terminal-interrupted-when-drawn", terminal(120, false), true, 4},
		{"terminal-sparkline", Screen{Terminal: true, UTF8: true, Width: fixedWidth(140)}, true, 0},
		{"lines", Screen{UTF8: true, Width: fixedWidth(140)}, true, 0},
		{"lines-no-validation", Screen{}, false, 0},
		{"lines-interrupted", Screen{}, true, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out writes
			clk := newClock()
			rehearse(t, TrainProgress(&out, test.screen, clk.now), clk, test.validated, test.stopAt)
			golden(t, "progress/"+test.name+".golden", out.log.Bytes())
		})
	}
}

// TestTrainProgressIgnoresBrokenWriter holds because a run must not end where its progress cannot be seen.
func TestTrainProgressIgnoresBrokenWriter(t *testing.T) {
	clk := newClock()
	rehearse(t, TrainProgress(brokenWriter{}, Screen{Terminal: true}, clk.now), clk, true, 3)
}

func TestTrainProgressIsThrottled(t *testing.T) {
	var out writes
	clk := newClock()
	c := TrainProgress(&out, Screen{Terminal: true}, clk.now)
	if err := c.TrainBegin(train.Plan{Epochs: 1, Steps: 10000}); err != nil {
		t.Fatal(err)
	}
	if err := c.EpochBegin(1); err != nil {
		t.Fatal(err)
	}
	for step := 1; step <= 10000; step++ { // a second
		clk.advance(100 * time.Microsecond)
		if err := c.StepEnd(train.Step{Step: step}); err != nil {
			t.Fatal(err)
		}
	}
	if lines := strings.Count(out.log.String(), "\n"); lines < 15 || lines > 23 { // header, first, 20, last
		t.Errorf("%d writes in a second", lines)
	}
}

// TestFiguresAreKeras compares with what Keras prints (see testdata/generate.py).
func TestFiguresAreKeras(t *testing.T) {
	var want struct {
		StepTimes []struct {
			Seconds float64
			Want    string
		}
		Metrics []struct {
			Value float64
			Want  string
		}
	}
	readJSON(t, "testdata/progress/keras.json", &want)
	if len(want.StepTimes) == 0 || len(want.Metrics) == 0 {
		t.Fatal("nothing to compare with")
	}
	for _, w := range want.StepTimes {
		if got := formatStepTime(w.Seconds); got != w.Want {
			t.Errorf("%v s: got %s, want %s", w.Seconds, got, w.Want)
		}
	}
	for _, w := range want.Metrics {
		if got := metric("loss", w.Value); got != "loss: "+w.Want {
			t.Errorf("%v: got %s, want %s", w.Value, got, w.Want)
		}
	}
}

// TestRunLeft holds that the line shows what is left of a run of several epochs, until its last.
func TestRunLeft(t *testing.T) {
	var out writes
	clk := newClock()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	wants := func(want string) {
		t.Helper()
		if got := out.log.String(); strings.Contains(got, "run:") != (want != "") || !strings.Contains(got, want) {
			t.Errorf("got %s, want %q", got, want)
		}
		out.log.Reset()
	}
	c := TrainProgress(&out, Screen{Terminal: true, Width: fixedWidth(120)}, clk.now)
	must(c.TrainBegin(train.Plan{Epochs: 3, Steps: 2}))
	for epoch, want := range [][2]string{
		{" - loss: 0.5000 - run: 3:05 left", "run: 2:04 left"}, // that validation takes 13 s is known afterwards
		{" - loss: 0.5000 - run: 1:53 left", "run: 1:28 left"},
		{}, // the epoch's own time says it
	} {
		must(c.EpochBegin(epoch + 1))
		clk.advance(37 * time.Second)
		must(c.StepEnd(train.Step{Step: 1, Loss: 0.5}))
		wants(want[0])
		clk.advance(25 * time.Second)
		must(c.StepEnd(train.Step{Step: 2, Loss: 0.5}))
		wants(want[1])
		clk.advance(13 * time.Second)
		must(c.EpochEnd(history.Epoch{Epoch: epoch + 1, Seconds: 75}))
		wants("")
	}

	c = TrainProgress(&out, Screen{Terminal: true, Width: fixedWidth(120)}, clk.now)
	must(c.TrainBegin(train.Plan{Epochs: 2, Steps: 100}))
	must(c.EpochBegin(1)) // which goes on after 98 steps
	clk.advance(time.Second)
	must(c.StepEnd(train.Step{Step: 99}))
	wants("run: 1:41 left")
	clk.advance(time.Second)
	must(c.StepEnd(train.Step{Step: 100}))
	out.log.Reset()
	must(c.EpochEnd(history.Epoch{Epoch: 1, Seconds: 100}))
	if got := out.log.String(); !strings.Contains(got, " 100s 1s/step ") {
		t.Errorf("of a resumed epoch: got %s, want 1s/step", got)
	}
}

func TestMetricThatIsNoNumber(t *testing.T) {
	for value, want := range map[float64]string{math.Inf(1): "x: inf", math.Inf(-1): "x: -inf"} {
		if got := metric("x", value); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := metric("x", math.NaN()); got != "x: nan" {
		t.Errorf("got %s", got)
	}
}

func TestFormatETA(t *testing.T) {
	for s, want := range map[float64]string{0: "0s", 0.99: "0s", 59.9: "59s", 60: "60s", 61: "1:01", 3600: "60:00", 3661: "1:01:01", 90000: "25:00:00"} {
		if got := formatETA(s); got != want {
			t.Errorf("%v: got %s, want %s", s, got, want)
		}
	}
}

// TestStepTimeLeavesFirstStepOut holds that the slow first step counts only while there is no other.
func TestStepTimeLeavesFirstStepOut(t *testing.T) {
	var out writes
	clk := newClock()
	c := TrainProgress(&out, Screen{Terminal: true}, clk.now)
	if err := c.TrainBegin(train.Plan{Epochs: 1, Steps: 9}); err != nil {
		t.Fatal(err)
	}
	if err := c.EpochBegin(1); err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		took time.Duration
		want string
	}{
		{5 * time.Second, "40s 5s/step"}, {60 * time.Millisecond, "0s 60ms/step"}, {80 * time.Millisecond, "0s 70ms/step"},
	} {
		out.log.Reset()
		clk.advance(step.took)
		if err := c.StepEnd(train.Step{Step: i + 1}); err != nil {
			t.Fatal(err)
		}
		if got := out.log.String(); !strings.Contains(got, " "+step.want+" ") {
			t.Errorf("step %d: got %s, want %s", i+1, got, step.want)
		}
	}
}

func TestBarLineGivesWay(t *testing.T) {
	l := barLine{counter: "4/8", done: 0.5, clock: "1s", figures: []string{"2ms/step", "loss: 0.5"}}
	for width, want := range map[int]string{
		48: "4/8 ━━━━━━━━━━────────── 1s 2ms/step - loss: 0.5",
		36: "4/8 ━━━━──── 1s 2ms/step - loss: 0.5",
		35: "4/8 1s 2ms/step - loss: 0.5",
		27: "4/8 1s 2ms/step - loss: 0.5",
		26: "4/8 1s 2ms/step",
		15: "4/8 1s 2ms/step",
		14: "4/8 1s",
		5:  "4/8",
		2:  "4/",
	} {
		if got := l.fit(width, false); got != want {
			t.Errorf("width %d: got %q, want %q", width, got, want)
		}
	}
}

// TestBarLineFits tries every width.
func TestBarLineFits(t *testing.T) {
	l := barLine{counter: "480/480", done: 0.5, clock: "1s", figures: []string{
		"2ms/step", "accuracy: 0.8521", "loss: 0.5123", "val_accuracy: 0.9421", "val_loss: 0.2012",
	}, spark: "█▅▂▁"}
	full := l.width(barWidth, l.figures)
	for width := 0; width <= full+10; width++ {
		if got := utf8.RuneCountInString(l.fit(width, false)); got > width {
			t.Errorf("%d columns in %d: %s", got, width, l.fit(width, false))
		}
		whole := l.wrapped(width, false, "")
		for line := range strings.Lines(whole) {
			if got := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width >= 30 && got > width {
				t.Errorf("%d columns in %d: %s", got, width, line)
			}
		}
		if got, want := strings.Contains(whole, "val_loss: 0.2012 █▅▂▁"), width >= full+5; got != want {
			t.Errorf("width %d: sparkline %v, want %v", width, got, want)
		}
		for _, figure := range l.figures {
			if !strings.Contains(whole, figure) {
				t.Errorf("width %d: %s is lost", width, figure)
			}
		}
	}
	if got := l.fit(full, false); !strings.HasSuffix(got, "val_loss: 0.2012") || strings.Count(got, "━") != 10 {
		t.Errorf("at full width: %s", got)
	}
}
