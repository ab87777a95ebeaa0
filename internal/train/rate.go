package train

import "dnn/internal/history"

// MultiplyRate makes the next steps take factor, above 0, times the rate of the schedule; 1 is the rate of the schedule
// again. It is what a person does by hand, so the run notes it in RateChanges. Only a callback may call it, between two
// steps.
func (r *Run) MultiplyRate(factor float64) { r.wantedFactor = factor }

// noteRate notes whether a person has changed the learning rate since the last step, and returns all changes.
func (l *loop) noteRate() history.RateChanges {
	steps := l.steps()
	if wanted := l.wantedFactor; wanted != 0 && wanted != l.RateChanges.Factor(steps) {
		l.RateChanges = append(l.RateChanges.Before(steps), history.RateChange{Step: steps, Factor: wanted})
	}
	return l.RateChanges
}

// RateAt returns the learning rate of a step of the run, counted from 0 over all epochs: that of the schedule, as it is
// now, times what a person has made of it.
func (r *Run) RateAt(step int) float64 {
	rate := r.Schedule.Rate(step)
	if factor := r.RateChanges.Factor(step); factor != 1 {
		return float64(rate * factor)
	}
	return rate
}
