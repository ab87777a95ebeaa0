package history

import (
	"fmt"
	"math"
)

// RateChange is a change of the learning rate that a person made by hand while the run went on.
type RateChange struct {
	Step   int     `json:"step"`   // how many steps the run had taken, in all its epochs: the next one is the first with this rate
	Factor float64 `json:"factor"` // what the schedule's rate is multiplied by since
}

// RateChanges are the changes of a run, in the order of their steps. A run with one does not follow from its experiment.
type RateChanges []RateChange

// Factor returns what the schedule's rate is multiplied by in a step, which is counted from 0 over all epochs; 1 before the
// first change.
func (c RateChanges) Factor(step int) float64 {
	factor := 1.0
	for _, change := range c {
		if change.Step <= step {
			factor = change.Factor
		}
	}
	return factor
}

// Before returns those of the first so many steps of the run.
func (c RateChanges) Before(steps int) RateChanges {
	for i, change := range c {
		if change.Step >= steps {
			return c[:i:i]
		}
	}
	return c
}

// Check says what is wrong with changes of a file: steps that do not ascend, or a factor that is not finite and above 0.
func (c RateChanges) Check() error {
	after := -1
	for _, change := range c {
		if change.Step <= after {
			return fmt.Errorf("rate_changes: wanted a step after %d, found %d", after, change.Step)
		}
		if !(change.Factor > 0) || math.IsInf(change.Factor, 0) {
			return fmt.Errorf("rate_changes: step %d: wanted a finite factor above 0, found %v", change.Step, change.Factor)
		}
		after = change.Step
	}
	return nil
}

// Note says for a person what was changed; empty: nothing was.
func (c RateChanges) Note() string {
	if len(c) == 0 {
		return ""
	}
	last := c[len(c)-1]
	return fmt.Sprintf("a person changed the learning rate during the run, last to %v times that of its schedule, after step %d: "+
		"it is no longer reproducible from its experiment", last.Factor, last.Step)
}
