package compare

import (
	"errors"
	"fmt"
	"io"

	"dnn/internal/nn/batch"
	"dnn/internal/report"
)

// Report is what dnn compare --json prints: one object.
type Report struct {
	Models      []string     `json:"models"`  // their files; the first is the one that the others are compared with
	Dataset     string       `json:"dataset"` // its name
	Samples     int          `json:"samples"`
	Unit        string       `json:"unit"`     // what a sample is: image or row
	Accuracy    float64      `json:"accuracy"` // of the first model
	Tolerance   float64      `json:"tolerance"`
	Comparisons []Comparison `json:"comparisons"` // one for each other model
}

// New compares each of the tested models with the first one, on the samples s of the data set of that name. Models whose
// outputs differ by at most tolerance, and whose classes do not, are the same function.
func New(tested []Tested, s *batch.Samples, dataset string, tolerance float64) Report {
	unit := "row"
	if s.Bytes != nil {
		unit = "image"
	}
	r := Report{
		Dataset: dataset, Samples: s.Count, Unit: unit, Accuracy: float64(tested[0].Result.Accuracy()), Tolerance: tolerance,
	}
	for i, t := range tested {
		r.Models = append(r.Models, t.Name)
		if i > 0 {
			c := of(tested[0], t, s.Labels, tolerance)
			c.unit = unit
			r.Comparisons = append(r.Comparisons, c)
		}
	}
	return r
}

// Wrong returns an error of kind fault.BelowMinimum if some model is not what was wanted: the same function as the
// first, or one that is not worse at the level of 5 %.
func (r Report) Wrong(same, notWorse bool) error {
	var all []error
	for _, c := range r.Comparisons {
		if err := c.wrong(same, notWorse); err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// Write writes for each comparison what differs to details, and the verdict as a line to verdicts.
func (r Report) Write(verdicts, details io.Writer) error {
	for _, c := range r.Comparisons {
		if len(r.Comparisons) > 1 {
			report.Message(details, "%s and %s", r.Models[0], c.Name)
		}
		for _, line := range c.Details() {
			report.Message(details, "%s", line)
		}
		if _, err := fmt.Fprintln(verdicts, report.OneLine(c.Verdict())); err != nil {
			return err
		}
	}
	return nil
}
