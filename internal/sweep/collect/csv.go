package collect

import (
	"encoding/csv"
	"io"
	"strconv"

	"dnn/internal/report"
)

// writeCSV writes a line for each point, in the order of their numbers. It has neither times nor machines, so its bytes
// are the same wherever the points ran. Metrics are the exact float32 values; one that there is not is empty.
func (s *sweep) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := append([]string{"point", "setting", "seed"}, s.Keys...)
	head = append(append(head, "status", "epochs"), s.names...)
	if err := out.Write(append(head, "sha256")); err != nil {
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
