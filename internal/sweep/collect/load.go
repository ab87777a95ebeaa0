package collect

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/statistics"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// sweep is what is there of a sweep.
type sweep struct {
	folder.Identity
	folder     *folder.Folder
	metric     space.Metric // by which points are compared
	own        bool         // whether that is the sweep's own metric, of which points have curves
	names      []string     // of the metrics that are told, in the order of columns
	parameters []parameter
	points     []point   // by number
	settings   []setting // from the best to the worst
	damaged    []error
}

// point is a point that has a result.
type point struct {
	folder.Result
	values []value // of the parameters, in their order
	metric float64 // NaN: it has none
}

// setting is the points of one setting that have a result.
type setting struct {
	number   int
	points   []point
	interval statistics.Interval // of the metric over the seeds; NaN if one of the points has none
	rank     rank
}

// rank is how settings are sorted before their metric is looked at.
type rank int

const (
	complete rank = iota // every seed was trained to its end
	partial              // seeds are missing: one lucky seed must not win
	stopped              // by early stopping
	broken               // a seed has diverged or failed
)

func (r rank) String() string { return [...]string{"finished", "partial", "stopped", "broken"}[r] }

// load reads and sorts the results.
func load(ctx context.Context, f *folder.Folder, o Options) (*sweep, error) {
	s := &sweep{Identity: f.Identity(), folder: f}
	if err := s.choose(o); err != nil {
		return nil, err
	}
	type read struct {
		results []folder.Result
		damaged []error
	}
	all, err := await.Do(ctx, func() (r read, err error) {
		r.results, r.damaged, err = f.Results()
		return r, err
	})
	if err != nil {
		return nil, err
	}
	s.damaged = all.damaged
	for _, r := range all.results {
		p, err := s.point(r)
		if err != nil {
			s.damaged = append(s.damaged, err)
			continue
		}
		s.points = append(s.points, p)
	}
	if len(s.points) == 0 {
		empty := fault.New(fault.Data, o.Folder, "wanted results of the sweep, found none that can be read").
			WithHint("dnn sweep run trains the points")
		return nil, tooMany(append(s.damaged, empty))
	}
	if !slices.ContainsFunc(s.points, func(p point) bool { return p.metric == p.metric }) && s.measured() != "" {
		return nil, fault.New(fault.Data, o.Folder, "wanted points with %s, found only %s", s.metric.Name, s.measured()).
			WithHint("--metric sorts by another metric")
	}
	s.parameters = parametersOf(s.Identity, s.points)
	s.sort()
	return s, nil
}

// choose sets which metrics are told, and which one sorts.
func (s *sweep) choose(o Options) error {
	s.metric = space.Metric{Name: cmp.Or(o.Metric, s.Metric)}
	s.own = s.metric.Name == s.Metric
	s.metric.Maximize = strings.HasSuffix(s.metric.Name, "accuracy")
	if s.own {
		s.metric.Maximize = s.Maximize
	}
	if !slices.Contains(report.SeedMetrics(), s.metric.Name) {
		return fault.New(fault.Usage, "--metric", "wanted one of %s, found %q",
			strings.Join(report.SeedMetrics(), ", "), s.metric.Name)
	}
	if isTest(s.metric.Name) && !o.Test {
		where := "--metric"
		if o.Metric == "" {
			where = o.Folder
		}
		return fault.New(fault.Usage, where, "%s is a figure of the test, which is not told unasked", s.metric.Name).
			WithHint("add --test, or choose by validation: --metric val_loss")
	}
	for _, name := range []string{"loss", "accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy"} {
		if !isTest(name) || o.Test {
			s.names = append(s.names, name)
		}
	}
	return nil
}

// point returns the point of a result, or an error if its parameters are not those of the sweep.
func (s *sweep) point(r folder.Result) (point, error) {
	p := point{Result: r, metric: metricOf(r, s.metric.Name), values: make([]value, len(s.Keys))}
	for _, one := range r.Parameters {
		i := slices.Index(s.Keys, one.Key)
		if i < 0 {
			return p, fault.New(fault.Data, s.folder.PointPath(r.Point), "wanted parameters of the sweep, found %s", one.Key)
		}
		p.values[i] = newValue(one.Value)
	}
	return p, nil
}

// metricOf returns a metric of a result; NaN: it was not measured, or the point has diverged or failed.
func metricOf(r folder.Result, name string) float64 {
	v, ok := r.Metrics[name]
	if !ok || r.Status == folder.Diverged || r.Status == folder.Failed {
		return math.NaN()
	}
	return v
}

// measured returns the names of the told metrics that some point has.
func (s *sweep) measured() string {
	var names []string
	for _, name := range s.names {
		if slices.ContainsFunc(s.points, func(p point) bool { v := metricOf(p.Result, name); return v == v }) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// sort makes the settings of the points, and sorts them.
func (s *sweep) sort() {
	for from := 0; from < len(s.points); {
		to := from + 1
		for to < len(s.points) && s.points[to].Setting == s.points[from].Setting {
			to++
		}
		s.settings = append(s.settings, s.setting(s.points[from:to]))
		from = to
	}
	slices.SortStableFunc(s.settings, func(a, b setting) int { // stable: of equal ones the lower number is first
		switch {
		case a.rank != b.rank:
			return cmp.Compare(a.rank, b.rank)
		case s.metric.Better(a.interval.Mean, b.interval.Mean):
			return -1
		case s.metric.Better(b.interval.Mean, a.interval.Mean):
			return 1
		}
		return 0
	})
}

func (s *sweep) setting(points []point) setting {
	one := setting{number: points[0].Setting, points: points}
	if len(points) < s.Seeds {
		one.rank = partial
	}
	values := make([]float64, len(points))
	for i, p := range points {
		values[i] = p.metric
		switch {
		case p.Status == folder.Diverged || p.Status == folder.Failed || p.metric != p.metric:
			one.rank = max(one.rank, broken)
		case p.Status != folder.Finished:
			one.rank = max(one.rank, stopped)
		}
	}
	one.interval = statistics.NewInterval(values)
	return one
}

// best returns the best point of the best setting: of those whose seeds are all trained to their end, or if there is
// none, of those that miss some. ok is false if there is no such setting.
func (s *sweep) best() (best point, ok bool) {
	first := s.settings[0]
	if first.rank > partial {
		return best, false
	}
	best = first.points[0]
	for _, p := range first.points[1:] {
		if s.metric.Better(p.metric, best.metric) {
			best = p
		}
	}
	return best, true
}

// count returns how many points ended so.
func (s *sweep) count(status folder.Status) int {
	n := 0
	for _, p := range s.points {
		if p.Status == status {
			n++
		}
	}
	return n
}

// missing returns how many points of the sweep have no result that can be read.
func (s *sweep) missing() int { return max(0, s.Settings*s.Seeds-len(s.points)) }
