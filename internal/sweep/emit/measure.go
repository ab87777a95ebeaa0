package emit

import (
	"context"
	"slices"

	"dnn/internal/config"
	"dnn/internal/experiment"
	"dnn/internal/nn/batch"
	"dnn/internal/sweep/space"
	"dnn/internal/world"
)

// measured is how many points measure trains for an epoch: the first, the last, and some between them.
const measured = 3

// pointCost is what a point takes.
type pointCost struct {
	seconds float64 // on one thread of this machine, without reading the data
	bytes   float64 // of memory, with the data
}

// measure trains some points for an epoch on this machine, and returns what a whole point takes: the mean of the time,
// and the most memory.
func measure(ctx context.Context, system *world.System, s *space.Sweep, dataDir string, flags []config.Flag) (pointCost, error) {
	var cost pointCost
	points := s.Points()
	numbers := []int{0, points / 2, points - 1}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers[:measured])
	for _, n := range numbers {
		point, err := s.Point(n)
		if err != nil {
			return pointCost{}, err
		}
		seconds, bytes, err := epoch(ctx, system, s, point, dataDir, flags)
		if err != nil {
			return pointCost{}, err
		}
		cost.seconds += seconds / float64(len(numbers))
		cost.bytes = max(cost.bytes, bytes)
	}
	return cost, nil
}

// epoch trains a point for an epoch, and returns the time of all its epochs and the memory that it takes.
func epoch(
	ctx context.Context, system *world.System, s *space.Sweep, point space.Point, dataDir string, flags []config.Flag,
) (seconds, bytes float64, err error) {
	resolved, err := s.Resolve(point)
	if err != nil {
		return 0, 0, err
	}
	all := slices.Concat(flags, point.Flags())
	o := experiment.Options{
		Config: s.Base, Flags: append(slices.Clip(all), config.Flag{Name: "--set", Key: "epochs", Value: "1"}), DataDir: dataDir,
		NoModel: true, NoHistory: true, NoPicture: true,
	}
	share := float64(resolved.Epochs) // of the whole point, as a multiple of what is trained
	p, err := experiment.Prepare(ctx, system, o)
	if err != nil { // such as a schedule that needs more than one epoch
		o.Flags, share = all, 1
		p, err = experiment.Prepare(ctx, system, o)
	}
	if err != nil {
		return 0, 0, err
	}
	if err := p.Load(ctx); err != nil {
		return 0, 0, err
	}
	defer func() { _ = p.Data().Close() }() // read-only: nothing can be lost
	found, err := p.Train(ctx, experiment.SeedRun{Seed: point.Seed, Threads: 1})
	if err != nil {
		return 0, 0, err
	}
	data := 0
	for _, samples := range []*batch.Samples{p.Data().Train, p.Data().Validation, p.Data().Test} {
		if samples != nil {
			data += len(samples.Bytes) + 4*len(samples.Floats)
		}
	}
	return found.Seconds * share, p.Bytes() + float64(data), nil
}
