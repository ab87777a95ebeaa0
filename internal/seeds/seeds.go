// Package seeds trains an experiment with many seeds: what an experiment is worth is the mean over seeds, and how sure it
// is. A run shares nothing with another but read-only data, so many go side by side, each on a thread of its own, and
// each gives the same bytes as alone.
//
// Train is dnn train with --seeds. Compare tells which of two experiments is better.
package seeds

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"dnn/internal/atomicfile"
	"dnn/internal/await"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/mlflow"
	"dnn/internal/modelfile"
	"dnn/internal/picture"
	"dnn/internal/report"
	"dnn/internal/world"
)

// Train trains an experiment: once, as experiment.Train does, or with each of its seeds, if it has several. Then it
// writes a folder next to the output, with the model of each seed, a table and a picture; and the model that is best by
// validation, which is the first one without validation, to the output. The models of an earlier call that are of the
// very same runs are not trained again.
func Train(ctx context.Context, system *world.System, o experiment.Options) error {
	p, err := experiment.Prepare(ctx, system, o)
	if err != nil {
		return err
	}
	if p.Seeds == 1 {
		return p.Run(ctx)
	}
	if o.Attach != nil {
		return fault.New(fault.Usage, "--serve", "does not go with seeds: %d, as it shows one run", p.Seeds).
			WithHint("add --seeds 1")
	}
	for _, other := range []struct{ flag, value string }{
		{"--lr-find", o.LRFind}, {"--preview-augmentation", o.Preview},
	} {
		if other.value != "" {
			return fault.New(fault.Usage, other.flag, "does not go with seeds: %d, as it trains nothing", p.Seeds).
				WithHint("add --seeds 1")
		}
	}
	t, err := newTraining(system, o, p)
	if err != nil {
		return err
	}
	return p.Profiled(func() error { return t.run(ctx) })
}

// training is a call of Train with several seeds.
type training struct {
	*experiment.Prepared
	system  *world.System
	options experiment.Options
	plan    plan
	folder  string // of the models, the table and the picture; empty: nothing is written
}

// newTraining checks what may keep the seeds from being trained or written.
func newTraining(system *world.System, o experiment.Options, p *experiment.Prepared) (*training, error) {
	if err := p.CheckSeeds(); err != nil {
		return nil, err
	}
	t := &training{Prepared: p, system: system, options: o, plan: planFor(system, p, p.Seeds, p.Threads)}
	if atomicfile.IsStream(p.Output) {
		return t, nil
	}
	t.folder = modelfile.ReplaceExtension(p.Output, ".seeds")
	inputs := p.Inputs()
	outputs := []world.File{{Role: "the table of seeds", Path: t.table()}, {Role: "the picture of seeds", Path: t.picture()}}
	if !o.NoModel {
		for i := range p.Seeds {
			outputs = append(outputs, world.File{Role: "the model of a seed", Path: t.model(p.Seed + uint64(i))})
		}
	}
	for _, out := range outputs { // one by one: they are distinct
		if err := world.CheckDistinct([]world.File{out}, inputs); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *training) table() string   { return filepath.Join(t.folder, "table.csv") }
func (t *training) picture() string { return filepath.Join(t.folder, "seeds.png") }

// model returns the path of the model of a seed.
func (t *training) model(seed uint64) string {
	return filepath.Join(t.folder, "seed-"+strconv.FormatUint(seed, 10)+".bin")
}

// plan says how runs share the cores.
type plan struct {
	workers int // runs at once
	threads int // of each
	alive   int // runs at once, with those that only write their files
}

// planFor returns how so many runs share the cores: as many at once as there are threads, with one thread each, since
// threads of one run wait for each other and runs do not. Only fewer runs than threads, or runs that do not fit into
// memory side by side, have several threads each. 0 threads are all cores.
func planFor(system *world.System, p *experiment.Prepared, runs, threads int) plan {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	workers, alive := min(threads, runs), 2*threads
	if available, ok := system.Memory(); ok {
		alive = max(1, min(alive, int(float64(available)/p.Bytes())))
		workers = min(workers, alive)
	}
	return plan{workers: workers, threads: threads / workers, alive: alive}
}

// run trains all seeds, and writes and tells what they say together.
func (t *training) run(ctx context.Context) error {
	if t.folder != "" && !t.options.DryRun {
		unlock, err := t.Lock()
		if err != nil {
			return err
		}
		defer unlock()
		if err := t.prepareFolder(); err != nil {
			return err
		}
	}
	if err := t.Announce(); err != nil {
		return err
	}
	if t.options.DryRun {
		if err := atomicfile.ProbeFolder(t.folder); t.folder != "" && err != nil {
			return fault.CannotWrite(t.folder, err)
		}
		if t.options.Listener.Planned == nil {
			return nil
		}
		_, err := fmt.Fprintf(t.system.Stdout, "%s, %d to %d: %d at once, %s each\n", fault.Count(t.Seeds, "seed"),
			t.Seed, t.Seed+uint64(t.Seeds-1), t.plan.workers, fault.Count(t.plan.threads, "thread"))
		return err
	}
	if err := t.Load(ctx); err != nil {
		return err
	}
	defer func() { _ = t.Data().Close() }() // read-only: nothing can be lost
	begun := t.system.Now()
	all, err := t.trainAll(ctx)
	if err != nil {
		return err
	}
	found := report.Seeds{List: all, Folder: t.folder, WallSeconds: t.system.Now().Sub(begun).Seconds()}
	if err := t.Data().CheckSizes(); err != nil {
		return err
	}
	if err := t.write(ctx, &found); err != nil {
		return err
	}
	if tell := t.options.Listener.Seeds; tell != nil {
		if err := tell(found); err != nil {
			return err
		}
	}
	t.sayBest(found)
	return nil
}

// prepareFolder makes the folder, and removes what killed writers have left in it.
func (t *training) prepareFolder() error {
	if err := os.MkdirAll(t.folder, 0o777); err != nil {
		return fault.CannotWrite(t.folder, err)
	}
	atomicfile.RemoveAbandoned(t.folder, func(string) bool { return true })
	paths := []string{t.table()}
	if !t.options.NoModel {
		paths = append(paths, t.Output)
	}
	for _, path := range paths {
		if err := atomicfile.Probe(path); err != nil {
			return fault.CannotWrite(path, err)
		}
	}
	return nil
}

// trainAll trains the seeds, and tells each in their order.
func (t *training) trainAll(ctx context.Context) ([]report.Seed, error) {
	var all []report.Seed
	var noted noteOnce
	before := 0
	train := func(ctx context.Context, i int, free func()) (report.Seed, error) {
		run := experiment.SeedRun{Seed: t.Seed + uint64(i), Threads: t.plan.threads, Trained: free}
		if t.folder != "" && !t.options.NoModel {
			run.Output = t.model(run.Seed)
		}
		run.Note = func(text string) error { noted.say(run.Seed, text); return nil }
		s, err := t.Train(ctx, run)
		if s.Before {
			if left := mlflow.LeftNote(run.Output); left != "" {
				noted.say(run.Seed, left)
			}
		}
		return s, ofSeed(ctx, err, fmt.Sprintf("seed %d", run.Seed))
	}
	took := func(_ int, s report.Seed) (bool, error) {
		all = append(all, s)
		if s.Before {
			before++
		}
		if tell := t.options.Listener.Seed; tell != nil {
			return false, tell(s)
		}
		return false, nil
	}
	finished, err := inOrder(ctx, t.plan, t.Seeds, train, took)
	if text := noted.text(); text != "" && err == nil {
		err = t.Note(text)
	}
	switch {
	case err != nil && t.folder != "" && !t.options.NoModel:
		report.Message(t.system.Stderr, "%d of %d seeds are finished, in %s: the same command goes on with the others",
			finished, t.Seeds, t.folder)
	case err == nil && before > 0 && t.options.Listener.Verbose:
		report.Message(t.system.Stderr, "%d of %d seeds were finished before, in %s", before, t.Seeds, t.folder)
	}
	return all, err
}

// ofSeed says in an error of a run which run it is of. That a run was stopped is no matter of this one.
func ofSeed(ctx context.Context, err error, which string) error {
	f, ok := err.(*fault.Error) //nolint:errorlint // only the error itself is reworded, not what it wraps
	if !ok || ctx.Err() != nil {
		return err
	}
	named := *f
	named.Where = which
	if f.Where != "" {
		named.Where += ", " + f.Where
	}
	return &named
}

// write writes the table, the picture, and the best model.
func (t *training) write(ctx context.Context, found *report.Seeds) error {
	if t.folder == "" {
		return nil
	}
	if err := await.Write(ctx, t.table(), found.WriteCSV); err != nil {
		return err
	}
	if !t.options.NoPicture {
		draw := func(w io.Writer) error { return picture.WriteSeeds(w, "png", *found) }
		if err := await.Write(ctx, t.picture(), draw); err != nil {
			return err
		}
	}
	if t.options.NoModel {
		return nil
	}
	found.Best, found.ChosenBy = best(found.List)
	model, err := os.ReadFile(found.Best.Model)
	if err != nil {
		return fault.New(fault.Data, found.Best.Model, "cannot read: %w", fault.Pathless(err))
	}
	err = await.Write(ctx, t.Output, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(model))
		return err
	})
	if err != nil {
		return err
	}
	found.Model = t.Output
	return nil
}

// sayBest says which seed the model is.
func (t *training) sayBest(found report.Seeds) {
	switch {
	case found.Best == nil || !t.options.Listener.Verbose:
	case found.ChosenBy == "":
		report.Message(t.system.Stderr, "%s has seed %d, the first: without validation there is no way to choose the best",
			t.Output, found.Best.Seed)
	default:
		report.Message(t.system.Stderr, "%s has seed %d, the best of %d by %s, %.4f; all are in %s", t.Output,
			found.Best.Seed, len(found.List), found.ChosenBy, found.Best.ValLoss, t.folder)
	}
}

// best returns the seed with the lowest loss on the validation samples, and the name of that metric; without validation
// the first, and no name.
func best(all []report.Seed) (one *report.Seed, by string) {
	one = &all[0]
	if !one.Validated {
		return one, ""
	}
	for i := range all {
		if loss := all[i].ValLoss; loss < one.ValLoss || one.ValLoss != one.ValLoss && loss == loss {
			one = &all[i]
		}
	}
	return one, "val_loss"
}
