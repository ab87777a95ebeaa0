package collect

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"dnn/internal/report"
)

// columns returns the names of the columns of the table. A parameter that is named like another column, such as epochs or
// loss, is parameters.epochs there.
func (s *sweep) columns() []string {
	first, rest := []string{"point", "setting", "seed"}, append([]string{"status", "epochs"}, report.SeedMetrics()...)
	all := first
	for _, key := range s.Keys {
		if slices.Contains(first, key) || slices.Contains(rest, key) || key == "sha256" {
			key = "parameters." + key
		}
		all = append(all, key)
	}
	all = append(append(all, "status", "epochs"), s.names...)
	return append(all, "sha256")
}

// writeCSV writes a line for each point, in the order of their numbers. It has neither times nor machines, so its bytes
// are the same wherever the points ran. Metrics are the exact float32 values; one that there is not is empty.
func (s *sweep) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(s.columns()); err != nil {
		return err
	}
	for _, p := range s.points {
		line := []string{strconv.Itoa(p.Point), strconv.Itoa(p.Setting), strconv.FormatUint(p.Seed, 10)}
		for _, v := range p.values {
			line = append(line, v.text)
		}
		line = append(line, string(p.Status), strconv.Itoa(p.Epochs))
		for _, name := range s.names {
			cell := ""
			if v, ok := p.Metrics[name]; ok {
				cell = report.FormatFloat32(float32(v))
			}
			line = append(line, cell)
		}
		if err := out.Write(append(line, p.Model)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
