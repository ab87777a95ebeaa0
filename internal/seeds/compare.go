package seeds

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"dnn/internal/config"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/statistics"
	"dnn/internal/world"
)

// MinSeeds is the fewest seeds after which Compare can know anything: with fewer, no difference is evidence enough.
const MinSeeds = 5

// CompareOptions say which experiments to compare, and how.
type CompareOptions struct {
	First, Second string // experiment files
	Metric        string // one of report.SeedMetrics; empty: test_accuracy
	MaxSeeds      int    // at least MinSeeds
	NotWorse      bool   // it is an error if the second is worse
	DataDir       string // folder of the data sets; empty: from the environment
	Threads       int    // 0: all cores
	JSON          bool   // print the Comparison as JSON, and no progress
}

// Outcome says what the difference between two experiments amounts to.
type Outcome string

// What the second experiment is beside the first.
const (
	Same    Outcome = "same"    // the same experiment: no run is needed to know
	Better  Outcome = "better"  // by more than chance explains
	Worse   Outcome = "worse"   // by more than chance explains
	Unknown Outcome = "unknown" // the seeds have not shown a difference
)

// Comparison is how the second of two experiments differs from the first. Its JSON is what dnn compare --json prints.
type Comparison struct {
	Experiments [2]string `json:"experiments"`
	Metric      string    `json:"metric"`
	Seeds       int       `json:"seeds"` // from 1 on
	Level       float64   `json:"level"` // the probability of a verdict of better or worse where there is no difference
	Means       []float64 `json:"means"` // of the first and of the second; none if they are the same experiment
	Difference  *Gap      `json:"difference,omitempty"`
	Outcome     Outcome   `json:"verdict"`
}

// Gap is the difference of a metric, second less first, over the seeds.
type Gap struct {
	Mean     float64 `json:"mean"`
	Std      float64 `json:"std"`
	Low      float64 `json:"low"` // the true difference is between Low and High with 1 - Level, whenever one stops
	High     float64 `json:"high"`
	Evidence float64 `json:"evidence"` // of a difference: from 1/Level on it is known
}

// Compare trains two experiments with the seeds 1, 2, 3, … until it knows which is better, by a sequential test of the
// paired differences, or MaxSeeds is reached, and prints what it found. It writes no files. A second experiment that is
// not what it is wanted to be is an error of kind fault.BelowMinimum.
func Compare(ctx context.Context, system *world.System, o CompareOptions) error {
	o.Metric = cmp.Or(o.Metric, "test_accuracy")
	pair, err := preparePair(ctx, system, o)
	if err != nil {
		return err
	}
	c := Comparison{
		Experiments: [2]string{o.First, o.Second}, Metric: o.Metric, Level: statistics.Usual().Level, Means: []float64{},
		Outcome: Same,
	}
	same, err := pair.same()
	if err == nil && !same {
		err = pair.compare(ctx, &c)
	}
	if err != nil {
		return err
	}
	if o.JSON {
		err = report.NewEvents(system.Stdout).Object(c)
	} else {
		_, err = fmt.Fprintln(system.Stdout, report.OneLine(c.Verdict()))
	}
	if err == nil && o.NotWorse && c.Outcome == Worse {
		err = fault.New(fault.BelowMinimum, o.Second, "wanted an experiment that is not worse than %s, found %s",
			o.First, c.difference())
	}
	return err
}

// pair is two experiments that are compared.
type pair struct {
	experiments [2]*experiment.Prepared
	system      *world.System
	options     CompareOptions
}

// preparePair checks both experiments, and that their metric can be compared.
func preparePair(ctx context.Context, system *world.System, o CompareOptions) (*pair, error) {
	p := &pair{system: system, options: o}
	for i, path := range []string{o.First, o.Second} {
		one, err := experiment.Prepare(ctx, system, experiment.Options{
			Config: path, DataDir: o.DataDir, NoModel: true, NoHistory: true, NoPicture: true,
			Flags:    []config.Flag{{Name: "dnn compare", Key: "mlflow", Value: "off"}}, // some of the runs do not count
			Listener: experiment.Listener{Verbose: !o.JSON},
		})
		if err == nil {
			err = one.CheckSeeds()
		}
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(o.Metric, "val_") && one.ValidationSplit == 0 {
			return nil, fault.New(fault.Usage, "--metric", "wanted a metric that %s measures, found %s: it has no validation",
				path, o.Metric)
		}
		p.experiments[i] = one
	}
	a, b := p.experiments[0], p.experiments[1]
	if strings.HasPrefix(o.Metric, "val_") && (a.ValidationSplit != b.ValidationSplit || a.Validation != b.Validation ||
		a.Dataset.IsTable() != b.Dataset.IsTable()) {
		return nil, fault.New(fault.Usage, "--metric", "wanted experiments that are validated on the same samples, found other ones").
			WithHint("compare them by a metric of the test")
	}
	return p, nil
}

// same reports whether both are the same experiment.
func (p *pair) same() (bool, error) {
	a, err := p.experiments[0].Settings()
	if err != nil {
		return false, err
	}
	b, err := p.experiments[1].Settings()
	return a == b, err
}

// close releases the data that was loaded.
func (p *pair) close() {
	for _, one := range p.experiments {
		if data := one.Data(); data != nil {
			_ = data.Close() // read-only: nothing can be lost
		}
	}
}

// compare trains both until it knows which is better.
func (p *pair) compare(ctx context.Context, c *Comparison) error {
	most := p.options.MaxSeeds
	share := planFor(p.system, p.experiments[0], 2*most, p.options.Threads)
	if other := planFor(p.system, p.experiments[1], 2*most, p.options.Threads); other.workers < share.workers {
		share = other
	}
	defer p.close()
	for i, one := range p.experiments {
		if err := one.Load(ctx); err != nil {
			return err
		}
		if hash := p.experiments[0].Data().Hash; one.Data().Hash != hash {
			return fault.New(fault.Data, c.Experiments[i], "wanted the data of %s, found other data: %s and %s",
				c.Experiments[0], p.experiments[0].Dataset, one.Dataset)
		}
	}
	if err := p.checkTests(); err != nil {
		return err
	}
	train := func(ctx context.Context, i int, _ func()) (report.Seed, error) {
		seed := uint64(i/2) + 1
		s, err := p.experiments[i%2].Train(ctx, experiment.SeedRun{Seed: seed, Threads: share.threads})
		err = ofSeed(ctx, err, fmt.Sprintf("%s, seed %d", c.Experiments[i%2], seed))
		if v := s.Metric(c.Metric); err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			err = fault.New(fault.Diverged, fmt.Sprintf("%s, seed %d", c.Experiments[i%2], seed), "its %s is %v", c.Metric, v)
		}
		return s, err
	}
	var values [2][]float64
	took := func(i int, s report.Seed) (bool, error) {
		values[i%2] = append(values[i%2], s.Metric(c.Metric))
		if i%2 == 0 {
			return false, nil
		}
		known := c.look(values[0], values[1])
		if !p.options.JSON {
			report.Message(p.system.Stderr, "%s", c.progress(values[0][i/2], values[1][i/2]))
		}
		return known, nil
	}
	if _, err := inOrder(ctx, share, 2*most, train, took); err != nil {
		return err
	}
	for _, one := range p.experiments {
		if err := one.Data().CheckSizes(); err != nil {
			return err
		}
	}
	return nil
}

// checkTests returns an error if the experiments, which have the same files, are not tested on the same rows of a table,
// or not on the same column of them.
func (p *pair) checkTests() error {
	a, b := p.experiments[0].Dataset, p.experiments[1].Dataset
	seed := func(of *uint64) any {
		if of == nil || a.Test != "" && !strings.HasPrefix(p.options.Metric, "val_") { // it does not say what tests
			return "none"
		}
		return *of
	}
	for _, of := range []struct {
		key           string
		first, second any
	}{
		{"target", a.Target, b.Target}, {"header", !a.NoHeader, !b.NoHeader}, {"test_split", a.TestSplit, b.TestSplit},
		{"split_seed", seed(a.SplitSeed), seed(b.SplitSeed)},
	} {
		if of.first != of.second {
			return fault.New(fault.Data, p.options.Second, "dataset: wanted %s: %v, as %s has, found %v", of.key, of.first,
				p.options.First, of.second).WithHint("only what is tested on the same samples can be compared")
		}
	}
	return nil
}

// look updates the comparison to these values of the seeds so far, and reports whether it knows which is better.
func (c *Comparison) look(first, second []float64) (known bool) {
	differences := make([]float64, len(first))
	for i := range first {
		differences[i] = second[i] - first[i]
	}
	l := statistics.Usual().Look(differences)
	a, _ := statistics.Moments(first)
	b, _ := statistics.Moments(second)
	c.Seeds, c.Means = len(first), []float64{a, b}
	c.Difference, c.Outcome = nil, Unknown
	if l.Count >= MinSeeds { // below, nothing is sure
		c.Difference = &Gap{Mean: l.Mean, Std: l.Std, Low: l.Mean - l.Half, High: l.Mean + l.Half, Evidence: l.Evidence}
	}
	if l.Known {
		c.Outcome = Worse
		if (l.Mean < 0) == strings.HasSuffix(c.Metric, "loss") {
			c.Outcome = Better
		}
	}
	return l.Known
}

// progress returns the line of a pair.
func (c *Comparison) progress(first, second float64) string {
	return fmt.Sprintf("seed %d: %s %.4f and %.4f", c.Seeds, c.metric(), first, second)
}

// metric returns the name of the metric in words: test accuracy.
func (c *Comparison) metric() string { return strings.ReplaceAll(c.Metric, "_", " ") }

// difference returns the difference in words: test accuracy +0.0021 +- 0.0006 after 12 seeds.
func (c *Comparison) difference() string {
	sign := ""
	if c.Difference.Mean > 0 {
		sign = "+"
	}
	half := (c.Difference.High - c.Difference.Low) / 2
	return fmt.Sprintf("%s %s%s after %s", c.metric(), sign, report.PlusMinus(c.Difference.Mean, half),
		fault.Count(c.Seeds, "seed"))
}

// Verdict returns in one sentence what the second experiment is beside the first.
func (c *Comparison) Verdict() string {
	a, b := c.Experiments[0], c.Experiments[1]
	switch c.Outcome {
	case Same:
		return fmt.Sprintf("%s is the same experiment as %s", b, a)
	case Unknown:
		largest := max(math.Abs(c.Difference.Low), math.Abs(c.Difference.High))
		return fmt.Sprintf("%s and %s: no difference of %s larger than %.*f found in %s", b, a, c.metric(),
			report.DecimalsFor(largest), largest, fault.Count(c.Seeds, "seed"))
	}
	return fmt.Sprintf("%s is %s than %s: %s", b, c.Outcome, a, c.difference())
}

// CheckMetric returns an error if there is no metric of that name. where says where it stands.
func CheckMetric(where, name string) error {
	if known := report.SeedMetrics(); !slices.Contains(known, name) {
		return fault.New(fault.Usage, where, "wanted one of %s, found %q", strings.Join(known, ", "), name)
	}
	return nil
}
