package runner

import "dnn/internal/sweep/folder"

// pointEvent is the JSON line of a point.
type pointEvent struct {
	Event string `json:"event"`
	folder.Result
	Folder string `json:"folder"`
}

// rungEvent is the JSON line of a point at a rung.
type rungEvent struct {
	Event string `json:"event"`
	Rung  int    `json:"rung"`
	folder.Result
}

// endEvent is the last JSON line.
type endEvent struct {
	Event    string      `json:"event"`
	Points   int         `json:"points"` // of the sweep
	Done     int         `json:"done"`   // of them, those that have a result and are the command's
	Before   int         `json:"before"` // of these, those that had it before
	Finished int         `json:"finished"`
	Stopped  int         `json:"stopped"`
	Diverged int         `json:"diverged"`
	Failed   int         `json:"failed"`
	Metric   string      `json:"metric"`
	Best     *pointEvent `json:"best"` // null: none is finished
	Folder   string      `json:"folder"`
	Rung     *rungEnd    `json:"rung,omitempty"` // of a command that brings points to a rung
}

// rungEnd says how many points have come to a rung.
type rungEnd struct {
	Number int `json:"number"`
	Points int `json:"points"` // of the command's, those that are alive at it
	Done   int `json:"done"`   // of them, those that have come to it, now or before
}

// endEvent prints the last line.
func (d *display) endEvent(counts map[folder.Status]int, best *folder.Result) error {
	e := endEvent{
		Event: "end", Points: d.sweep.Points(), Done: d.count(), Before: d.before, Finished: counts[folder.Finished],
		Stopped: counts[folder.Stopped], Diverged: counts[folder.Diverged], Failed: counts[folder.Failed],
		Metric: d.sweep.Metric.Name, Folder: d.Output,
	}
	if d.toRung() {
		e.Rung = &rungEnd{*d.Rung, d.total, d.progress()}
	}
	if best != nil {
		e.Best = &pointEvent{"point", *best, d.folder.PointPath(best.Point)}
	}
	return d.events.Object(e)
}
