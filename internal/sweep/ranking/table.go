package ranking

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"dnn/internal/report"
	"dnn/internal/sweep/folder"
)

// BestPoint returns the best point that is finished, of equal ones that with the lower number; nil: none is.
func (r Ranking) BestPoint(done Results) *folder.Result {
	var best *folder.Result
	for _, n := range slices.Sorted(maps.Keys(done)) {
		one := done[n]
		if one.Status != folder.Finished {
			continue
		}
		if best == nil || r.Sweep.Metric.Better(r.Score(one), r.Score(*best)) {
			best = &one
		}
	}
	return best
}

// WriteTable writes a table of the best settings of which points are finished, by their mean over the seeds.
func (r Ranking) WriteTable(w io.Writer, done Results) error {
	const most = 5
	finished := map[int]int{} // seeds by setting
	for _, one := range done {
		if one.Status == folder.Finished {
			finished[one.Setting]++
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := []string{"point", r.Sweep.Metric.Name}
	if r.Sweep.Seeds > 1 {
		head = []string{"setting", r.Sweep.Metric.Name, "seeds"}
	}
	for _, p := range r.Sweep.Parameters {
		head = append(head, p.Key)
	}
	_, _ = fmt.Fprintln(table, strings.Join(head, "\t")) // Flush has the error
	order := r.Order(slices.Sorted(maps.Keys(finished)), done)
	for _, setting := range order[:min(len(order), most)] {
		row := []string{fmt.Sprint(setting), report.Value(r.Mean(setting, done))}
		if r.Sweep.Seeds > 1 {
			row = append(row, fmt.Sprint(finished[setting]))
		}
		for _, p := range r.Sweep.Parameters {
			row = append(row, r.value(setting, p.Key, done))
		}
		_, _ = fmt.Fprintln(table, strings.Join(row, "\t")) // Flush has the error
	}
	return table.Flush()
}

// value returns what a parameter is in a setting; -: it is as in the base experiment.
func (r Ranking) value(setting int, key string, done Results) string {
	for _, n := range r.Points(setting) {
		for _, p := range done[n].Parameters {
			if p.Key == key {
				return p.Value
			}
		}
	}
	return "-"
}
