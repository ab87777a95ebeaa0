package runner

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/label"
)

// display tells the user how the sweep goes: on a terminal, a table of the points that go on; elsewhere a line for each
// point that has ended; or JSON lines. At the end it prints the best points.
type display struct {
	*run
	live   *report.Live
	events *report.Events    // nil: no JSON
	short  map[string]string // names of parameters, for narrow lines
	begun  time.Time
	total  int // points of the share; with --rung, those of them that are alive at it
	ended  int // of them, in this call
	came   int // with --rung: of them, before this call
}

func newDisplay(r *run) *display {
	d := &display{run: r, live: &report.Live{W: r.system.Stderr, Now: r.system.Now}, short: map[string]string{}}
	keys := r.keys()
	for i, short := range label.Keys(keys) {
		d.short[keys[i]] = short
	}
	switch {
	case r.JSON:
		d.events = report.NewEvents(r.system.Stdout)
	case !r.Quiet:
		d.live.Screen = r.system.Screen(r.system.Stderr)
	}
	return d
}

// words reports whether lines for a person are printed.
func (d *display) words() bool { return d.events == nil && !d.Quiet }

// period returns how often redraw is called.
func (d *display) period() time.Duration {
	if d.live.Screen.Terminal {
		return 100 * time.Millisecond
	}
	return time.Hour
}

// toRung reports whether the command brings points to a rung, and none to its end.
func (d *display) toRung() bool { return d.Rung != nil && *d.Rung < len(d.rungs) }

// begin is called before the first point.
func (d *display) begin() {
	d.begun = d.system.Now()
	if !d.toRung() {
		d.total = len(d.numbers())
	}
	if !d.words() {
		return
	}
	d.takes()
	if d.before > 0 && !d.toRung() {
		d.say("%d of %s have a result already, in %s", d.before, fault.Count(d.total, "point"), d.Output)
	}
}

// beginRung is called with --rung, once it is known how many points of the share are alive at it, and were there before.
func (d *display) beginRung(total, before int) {
	d.total, d.came = total, before
	if d.words() && before > 0 && d.toRung() {
		d.say("%d of %s came to rung %d before, in %s", before, fault.Count(total, "point"), *d.Rung, d.Output)
	}
}

// takes says which part of the points the command takes, if it is a part.
func (d *display) takes() {
	if !d.share.IsWhole() {
		d.say("%s", d.share.Note())
	}
}

// progress returns how many points have come to where the command brings them.
func (d *display) progress() int {
	if d.toRung() {
		return d.came + d.ended
	}
	return d.count()
}

// say prints a line above the table.
func (d *display) say(format string, args ...any) {
	d.live.Clear()
	report.Message(d.system.Stderr, format, args...)
}

// note prints a note above the table.
func (d *display) note(text string) {
	d.live.Clear()
	report.Note(d.system.Stderr, text)
}

// point tells the result of a point.
func (d *display) point(r folder.Result) error {
	if !d.toRung() || r.Status != folder.Stopped { // which was at an earlier rung
		d.ended++
	}
	switch {
	case d.events != nil:
		return d.events.Object(pointEvent{"point", r, d.folder.PointPath(r.Point)})
	case d.words() && !d.live.Screen.Terminal:
		report.Message(d.system.Stderr, "point %d of %d: %s", r.Point, d.sweep.Points(), d.line(r))
	}
	return nil
}

// rung tells that a point has come to a rung of early stopping.
func (d *display) rung(rung int, r folder.Result) error {
	if d.toRung() {
		d.ended++
	}
	switch {
	case d.events != nil:
		return d.events.Object(rungEvent{"rung", rung, r})
	case d.words() && !d.live.Screen.Terminal:
		report.Message(d.system.Stderr, "point %d of %d: %s after %s%s", r.Point, d.sweep.Points(), d.metric(r),
			fault.Count(r.Epochs, "epoch"), d.settings(r))
	}
	return nil
}

// metric returns the sweep's metric of a result, with its name.
func (d *display) metric(r folder.Result) string {
	return d.sweep.Metric.Name + " " + report.Value(d.ranking.Score(r))
}

// line describes a result: val_loss 0.0912, optimizer.learning_rate=0.003, seed 2.
func (d *display) line(r folder.Result) string {
	var text string
	switch r.Status {
	case folder.Diverged, folder.Failed:
		text = string(r.Status)
	default:
		text = d.metric(r)
		if r.Status == folder.Stopped {
			text += fmt.Sprintf(" (stopped after %s)", fault.Count(r.Epochs, "epoch"))
		}
	}
	return text + d.settings(r)
}

// settings describes the parameters of a point, with a comma before each.
func (d *display) settings(r folder.Result) string {
	var text strings.Builder
	for _, p := range r.Parameters {
		fmt.Fprintf(&text, ", %s=%s", p.Key, p.Value)
	}
	if d.sweep.Seeds > 1 {
		fmt.Fprintf(&text, ", seed %d", r.Seed)
	}
	return text.String()
}

// redraw draws the table of what goes on.
func (d *display) redraw(active []*active) {
	if !d.live.Due() {
		return
	}
	const most = 12
	var lines []string
	for _, a := range active {
		if len(lines) == most {
			lines = append(lines, fmt.Sprintf("… and %d more", len(active)-most))
			break
		}
		lines = append(lines, d.activeLine(a))
	}
	done := d.progress()
	parts := []string{fmt.Sprintf("%d of %d done", done, d.total)}
	if elapsed := d.system.Now().Sub(d.begun); d.ended > 0 {
		left := float64(elapsed) / float64(d.ended) * float64(d.total-done)
		parts = append(parts, report.Left(time.Duration(left))+" left")
	}
	if best := d.ranking.BestPoint(d.done); best != nil {
		parts = append(parts, fmt.Sprintf("best %s (point %d)", d.metric(*best), best.Point))
	}
	d.live.Draw(append(lines, d.live.Fit(parts...)))
}

// activeLine describes a point that goes on.
func (d *display) activeLine(a *active) string {
	to := a.trial.Epochs
	if !d.last(a.job) {
		to = d.rungs[a.rung]
	}
	parts := []string{fmt.Sprintf("point %d: epoch %d/%d", a.point.Number, min(int(a.epochs.Load())+1, to), to)}
	switch v := math.Float64frombits(a.metric.Load()); {
	case a.trained:
		parts[0] = fmt.Sprintf("point %d: writes its files", a.point.Number)
	case a.gate.Closed():
		parts = append(parts, "waits")
	case v == v:
		parts = append(parts, d.sweep.Metric.Name+" "+report.Value(v))
	}
	for _, v := range a.point.Values {
		parts = append(parts, d.short[v.Key]+"="+label.Value(v.Text))
	}
	if d.sweep.Seeds > 1 {
		parts = append(parts, fmt.Sprintf("seed %d", a.point.Seed))
	}
	return d.live.Fit(parts...)
}

// interrupted says what a sweep that ended early has left.
func (d *display) interrupted() {
	what := "a result"
	if d.toRung() {
		what = fmt.Sprintf("come to rung %d", *d.Rung)
	}
	if d.events == nil && d.total > 0 {
		d.say("%d of %s have %s, in %s: the same command goes on with the others", d.progress(), fault.Count(d.total, "point"),
			what, d.Output)
	}
}

// end prints the result.
func (d *display) end() error {
	d.live.Clear()
	counts := map[folder.Status]int{}
	for _, r := range d.done {
		if d.share.Has(r.Point) {
			counts[r.Status]++
		}
	}
	best := d.ranking.BestPoint(d.done)
	if d.events != nil {
		return d.endEvent(counts, best)
	}
	if d.Quiet {
		if best == nil {
			return nil
		}
		_, err := fmt.Fprintf(d.system.Stdout, "point %d: %s\n", best.Point, d.line(*best))
		return err
	}
	if !d.share.Single && best != nil {
		if err := d.ranking.WriteTable(d.system.Stdout, d.done); err != nil {
			return err
		}
	}
	var parts []string
	for _, status := range []folder.Status{folder.Finished, folder.Stopped, folder.Diverged, folder.Failed} {
		if counts[status] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[status], status))
		}
	}
	line := fmt.Sprintf("%d of %s", d.progress(), fault.Count(d.total, "point"))
	if d.toRung() {
		parts = append([]string{line + fmt.Sprintf(" came to rung %d", *d.Rung)}, parts...)
	} else {
		parts = []string{line + ": " + cmp.Or(strings.Join(parts, ", "), "none")}
	}
	d.say("%s, in %s", strings.Join(parts, ", "), d.Output)
	if best != nil && strings.HasPrefix(d.sweep.Metric.Name, "test_") {
		d.note("chosen by " + d.sweep.Metric.Name + ", which makes the test part of the choice: the best one's is too good")
	}
	return nil
}
