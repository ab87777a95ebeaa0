package runner

import (
	"context"
	"fmt"
	"io"
	"time"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/estimate"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// dryRun says how much there is to do, and about how long it would take. It leaves nothing behind.
func (r *run) dryRun(ctx context.Context) error {
	if f, err := folder.Open(r.Output); err == nil {
		if id := r.identity(); f.Identity().Hash != id.Hash {
			_, err := folder.Create(r.Output, id) // says what is wrong, and changes nothing
			return err
		}
		r.folder = f
		all, _, err := f.Results()
		if err != nil {
			return err
		}
		for _, one := range all {
			if r.share.Has(one.Point) && one.Point < r.sweep.Points() {
				r.done[one.Point] = one
			}
		}
	}
	r.show.takes()
	numbers := r.numbers()
	text := fault.Count(len(numbers), "point")
	if !r.share.IsWhole() {
		text += fmt.Sprintf(" of %d", r.sweep.Points())
	} else {
		text += fmt.Sprintf(": %s, %s each", fault.Count(r.sweep.Settings, "setting"), fault.Count(r.sweep.Seeds, "seed"))
	}
	have := "have"
	if len(r.done) == 1 {
		have = "has"
	}
	text += fmt.Sprintf("; %d %s a result\n", len(r.done), have)
	about := "about"
	if len(r.rungs) > 0 {
		text += fmt.Sprintf("early stopping after %s of %s: of %d, one goes on\n", list(r.rungs),
			fault.Count(r.sweep.Early.Epochs, "epoch"), r.sweep.Early.Eta)
		about = "at most about"
	}
	if _, err := io.WriteString(r.system.Stdout, text); err != nil {
		return err
	}
	left, err := r.estimate(ctx, numbers)
	if err != nil {
		return err
	}
	took := about + " " + report.Left(left)
	switch {
	case left == 0:
		_, err := fmt.Fprintln(r.system.Stdout, "nothing is left to train")
		return err
	case left < time.Second:
		took = "less than a second"
	}
	_, err = fmt.Fprintf(r.system.Stdout, "%s on %s\n", took, fault.Count(r.Threads, "thread"))
	return err
}

// list returns numbers as a person lists them: 1, 3 and 9.
func list(numbers []int) string {
	text := fmt.Sprint(numbers[0])
	for i, n := range numbers[1:] {
		between := ", "
		if i == len(numbers)-2 {
			between = " and "
		}
		text += between + fmt.Sprint(n)
	}
	return text
}

// estimate returns about how long the points that have no result would take: the first one is trained for a moment, and
// the others are compared with it, by their samples and parameters. Points that stop early take less.
func (r *run) estimate(ctx context.Context, numbers []int) (time.Duration, error) {
	const sampled = 64 // settings that are looked at; the others are like them
	var first *job
	work, looked, left := 0.0, 0, 0
	for _, n := range numbers {
		if _, ok := r.done[n]; ok {
			continue
		}
		left++
		if looked == sampled {
			continue
		}
		j, err := r.estimated(n)
		if err != nil {
			return 0, err
		}
		if err := r.prepare(&j); err != nil {
			if fault.KindOf(err) == fault.Config {
				report.Note(r.system.Stderr, err.Error())
				continue
			}
			return 0, err
		}
		looked++
		work += j.trial.Work()
		if first == nil {
			first = &j
		}
	}
	if first == nil {
		return 0, nil
	}
	from, err := first.trial.Load(ctx)
	if err == nil && r.folder != nil {
		err = r.folder.Identity().CheckLearned(r.Output, from.Hashes)
	}
	if err != nil {
		return 0, err
	}
	seconds, err := estimate.Seconds(ctx, first.trial, r.system.Now)
	if err != nil {
		return 0, err
	}
	per := seconds / first.trial.Work() * work / float64(looked)
	return time.Duration(per * float64(left) / float64(r.Threads) * float64(time.Second)), nil
}

// estimated returns the job of a point. One of the method bayes is like any other for this.
func (r *run) estimated(n int) (job, error) {
	if r.sweep.Method != space.Bayes {
		p, err := r.sweep.Point(n)
		return job{point: p, rung: len(r.rungs)}, err
	}
	values, err := r.sweep.Propose(0, nil)
	return job{point: r.sweep.PointOf(n, values)}, err
}
