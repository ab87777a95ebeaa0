package emit

import (
	"context"
	"slices"

	"dnn/internal/experiment"
	"dnn/internal/sweep/estimate"
	"dnn/internal/sweep/space"
	"dnn/internal/world"
)

// measured is how many points measure trains for a moment: the first, the last, and some between them.
const measured = 3

// pointCost is what a point takes.
type pointCost struct {
	seconds float64 // on one thread of this machine, without reading the data
	bytes   float64 // of memory, without the data
	data    float64 // bytes of memory that the points of a task share
}

// measure trains some points for a moment on this machine, and returns what a whole point takes: the mean of the time,
// and the most memory.
func measure(ctx context.Context, system *world.System, s *space.Sweep, dataDir string) (pointCost, error) {
	var cost pointCost
	trials := experiment.NewPool(system, experiment.Options{DataDir: dataDir})
	defer trials.Close()
	points := s.Points()
	numbers := []int{0, points / 2, points - 1}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers[:measured])
	for _, n := range numbers {
		point, err := s.Point(n)
		if err != nil {
			return pointCost{}, err
		}
		resolved, err := s.Resolve(point)
		if err != nil {
			return pointCost{}, err
		}
		trial, err := trials.Trial(resolved)
		if err != nil {
			return pointCost{}, err
		}
		from, err := trial.Load(ctx)
		if err != nil {
			return pointCost{}, err
		}
		seconds, err := estimate.Seconds(ctx, trial, system.Now)
		if err != nil {
			return pointCost{}, err
		}
		cost.seconds += seconds / float64(len(numbers))
		cost.bytes = max(cost.bytes, trial.Bytes())
		cost.data = max(cost.data, from.Bytes)
	}
	return cost, nil
}
