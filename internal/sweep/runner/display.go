package runner

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
)

// display tells the user how the sweep goes: on a terminal, a table of the points that go on; elsewhere a line for each
// point that has ended; or JSON lines. At the end it prints the best points.
type display struct {
	*run
	live   *report.Live
	events *report.Events // nil: no JSON
	begun  time.Time
	ended  int // points in this call
	atRung int // points that came to a rung in this call
	total  int // points of the share
}

func newDisplay(r *run) *display {
	d := &display{run: r, live: &report.Live{W: r.system.Stderr, Now: r.system.Now}}
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

// begin is called before the first point.
func (d *display) begin() {
	d.begun, d.total = d.system.Now(), len(d.numbers())
	if d.events != nil || d.Quiet {
		return
	}
	if !d.share.IsWhole() {
		d.say("takes %s, as %s says", d.share, d.share.Why)
	}
	if d.before > 0 {
		d.say("%d of %s have a result already, in %s", d.before, fault.Count(d.total, "point"), d.Output)
	}
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
	d.ended++
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
	d.atRung++
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
	line := fmt.Sprintf("%d of %d done", d.count(), d.total)
	if best := d.best(); best != nil {
		line += fmt.Sprintf(", best %s (point %d)", d.metric(*best), best.Point)
	}
	if elapsed := d.system.Now().Sub(d.begun); d.ended > 0 {
		per := float64(elapsed) / float64(d.ended)
		line += fmt.Sprintf(", %s left", report.Left(time.Duration(per*float64(d.total-d.count()))))
	}
	d.live.Draw(append(lines, line))
}

// activeLine describes a point that goes on.
func (d *display) activeLine(a *active) string {
	line := fmt.Sprintf("point %d: epoch %d/%d", a.point.Number, min(int(a.epochs.Load())+1, a.trial.Epochs), a.trial.Epochs)
	switch v := math.Float64frombits(a.metric.Load()); {
	case a.trained:
		line = fmt.Sprintf("point %d: writes its files", a.point.Number)
	case a.gate.Closed():
		line += ", waits"
	case v == v:
		line += fmt.Sprintf(", %s %s", d.sweep.Metric.Name, report.Value(v))
	}
	return line + d.settings(d.blank(a.point))
}

// best returns the best point that is finished; nil: none is.
func (d *display) best() *folder.Result {
	var best *folder.Result
	for _, n := range d.sortedDone() {
		r := d.done[n]
		if r.Status != folder.Finished {
			continue
		}
		if best == nil || d.sweep.Metric.Better(d.ranking.Score(r), d.ranking.Score(*best)) {
			best = &r
		}
	}
	return best
}

// sortedDone returns the points that have a result.
func (d *display) sortedDone() []int {
	var all []int
	for n := range d.done {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// interrupted says what a sweep that ended early has left.
func (d *display) interrupted() {
	if d.events == nil {
		d.say("%d of %s have a result, in %s: the same command goes on with the others", d.count(),
			fault.Count(d.total, "point"), d.Output)
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
	best := d.best()
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
		if err := d.table(d.system.Stdout); err != nil {
			return err
		}
	}
	var parts []string
	if d.Rung != nil && d.atRung > 0 {
		parts = append(parts, fmt.Sprintf("%d came to rung %d", d.atRung, *d.Rung))
	}
	for _, status := range []folder.Status{folder.Finished, folder.Stopped, folder.Diverged, folder.Failed} {
		if counts[status] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[status], status))
		}
	}
	d.say("%d of %s: %s, in %s", d.count(), fault.Count(d.total, "point"), cmp.Or(strings.Join(parts, ", "), "none"), d.Output)
	if best != nil && strings.HasPrefix(d.sweep.Metric.Name, "test_") {
		d.note("chosen by " + d.sweep.Metric.Name + ", which makes the test part of the choice: the best one's is too good")
	}
	return nil
}

// table prints the best settings, by their mean over the seeds.
func (d *display) table(w io.Writer) error {
	const most = 5
	var settings []int
	finished := map[int]int{} // seeds by setting
	for _, n := range d.sortedDone() {
		r := d.done[n]
		if r.Status != folder.Finished {
			continue
		}
		if finished[r.Setting]++; finished[r.Setting] == 1 {
			settings = append(settings, r.Setting)
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := []string{"point", d.sweep.Metric.Name}
	if d.sweep.Seeds > 1 {
		head = []string{"setting", d.sweep.Metric.Name, "seeds"}
	}
	for _, p := range d.sweep.Parameters {
		head = append(head, p.Key)
	}
	_, _ = fmt.Fprintln(table, strings.Join(head, "\t")) // Flush has the error
	for _, setting := range d.ranking.Order(settings, d.done)[:min(len(settings), most)] {
		row := []string{fmt.Sprint(setting), report.Value(d.ranking.Mean(setting, d.done))}
		if d.sweep.Seeds > 1 {
			row = append(row, fmt.Sprint(finished[setting]))
		}
		for _, p := range d.sweep.Parameters {
			row = append(row, d.value(setting, p.Key))
		}
		_, _ = fmt.Fprintln(table, strings.Join(row, "\t")) // Flush has the error
	}
	return table.Flush()
}

// value returns what a parameter is in a setting; -: it is as in the base experiment.
func (d *display) value(setting int, key string) string {
	for _, n := range d.ranking.Points(setting) {
		for _, p := range d.done[n].Parameters {
			if p.Key == key {
				return p.Value
			}
		}
	}
	return "-"
}
