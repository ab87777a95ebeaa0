// Package estimate says about how long a point of a sweep would take, by training it for a moment.
package estimate

import (
	"context"
	"errors"
	"time"

	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/train"
)

// window is how long a point is trained. It is many steps of most networks.
const window = 400 * time.Millisecond

// errMeasured ends the run that is measured.
var errMeasured = errors.New("measured")

// Seconds returns about how long all epochs of a trial would take on one thread, with those that early_stopping may
// spare. It begins to train the trial, which is of no use afterwards. now is the clock.
func Seconds(ctx context.Context, trial *experiment.Trial, now func() time.Time) (float64, error) {
	steps, plan, begun := 0, train.Plan{}, time.Time{}
	_, err := trial.Train(ctx, experiment.TrialRun{
		Threads: 1,
		Plan:    func(p train.Plan) { plan, begun = p, now() },
		Step: func(train.Step) error {
			if steps++; now().Sub(begun) > window {
				return errMeasured
			}
			return nil
		},
	})
	if err != nil && !errors.Is(err, errMeasured) && fault.KindOf(err) != fault.Diverged {
		return 0, err
	}
	perStep := now().Sub(begun).Seconds() / float64(max(1, steps))
	return perStep * float64(plan.Steps) * float64(plan.Epochs), nil
}
