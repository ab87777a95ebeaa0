package marks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dnn/scripts/bench/paired"
)

// The names of dnn among the contenders. DNN is the first of them.
const (
	DNN         = "dnn train"
	FromNothing = "dnn download, then dnn train" // the images are not there before
)

// The names of the metrics.
const (
	Time     = "time"
	Accuracy = "test accuracy"
)

// scenario is what the names of the experiments begin with.
const scenario = "fast/"

// Experiment returns the experiment whose contenders train by the recipe until they reach percent of the test images.
func Experiment(percent int, r Recipe, contenders []paired.Contender) paired.Experiment {
	return paired.Experiment{
		Name: Name(percent), Title: fmt.Sprintf("%d %% of the test images", percent),
		About:      fmt.Sprintf("[fast-%[1]d.yaml](../configs/fast-%[1]d.yaml): %s.", percent, r),
		Metrics:    []paired.Metric{{Name: Time, Unit: "s"}, {Name: Accuracy, Mean: true}},
		Contenders: contenders,
	}
}

// About says for readers of the page what is measured.
func About(seeds int) string {
	return fmt.Sprintf("From the start of the process to its end: loading the images, training, writing the model, "+
		"the test. The images are on this machine, as the four IDX files in the page cache. All programs have the "+
		"same network and the same recipe: batches, the rate of each step, Adam's settings, initial weights, label "+
		"smoothing. scikit-learn lacks some of that, and has settings of its own, the fastest that were found to "+
		"reach the mark. dnn's test accuracy is the mean of %d seeds, a peer's that of a seed a round: two rounds, one for 99 %%. A peer that may be faster "+
		"with one thread than with as many as it takes is there twice. Where images are distorted, a peer distorts "+
		"each batch anew, with one interpolation; Candle and scikit-learn have no operation that takes pixels from "+
		"given points, so they are left out there. [The peers](../scripts/bench/peers) are in this repository.",
		seeds)
}

// Name returns the name of the experiment for that mark.
func Name(percent int) string { return scenario + strconv.Itoa(percent) }

// Of returns the results that are about marks.
func Of(results []*paired.Result) []*paired.Result {
	return slices.DeleteFunc(slices.Clone(results), func(r *paired.Result) bool { return !Is(r) })
}

// Best returns the results that are about marks, each peer once: with the number of threads with which it is faster.
func Best(results []*paired.Result) []*paired.Result {
	var all []*paired.Result
	for _, r := range Of(results) {
		best := *r
		best.Contenders = slices.DeleteFunc(slices.Clone(r.Contenders), func(c paired.Contender) bool {
			return slices.ContainsFunc(r.Contenders, func(twin paired.Contender) bool {
				return c.Name != twin.Name && program(c.Name) == program(twin.Name) &&
					slices.Compare(rank(r, c), rank(r, twin)) > 0
			})
		})
		all = append(all, &best)
	}
	return all
}

// program returns the name of a peer without the number of its threads.
func program(name string) string { return strings.TrimSuffix(name, oneThread) }

// Is reports whether the result is about a mark.
func Is(r *paired.Result) bool { return strings.HasPrefix(r.Name, scenario) }

// What dnn wants to reach: so many times the speed of the fastest peer of all, and of the fastest in Python.
const (
	timesAny    = 5
	timesPython = 15
)

// Targets returns what dnn wants to reach in that result; nothing if it is not about a mark.
func Targets(r *paired.Result) []paired.Target {
	percent, err := strconv.Atoi(strings.TrimPrefix(r.Name, scenario))
	if err != nil || !Is(r) {
		return nil
	}
	targets := []paired.Target{
		{Experiment: r.Name, Metric: Accuracy, Subject: DNN, Is: paired.AtLeast, Limit: float64(percent) / 100},
	}
	for _, t := range []struct {
		peer  string
		times float64
	}{{fastest(r, ""), timesAny}, {fastest(r, python), timesPython}} {
		if t.peer != "" {
			targets = append(targets, paired.Target{Experiment: r.Name, Metric: Time, Subject: DNN, Reference: t.peer,
				Is: paired.AtMost, Limit: 1 / t.times})
		}
	}
	return targets
}

// fastest returns the peer with the least median time, of those in that language or, if that is "", of all. It returns
// "" if none was measured.
func fastest(r *paired.Result, in string) string {
	name, least := "", 0.0
	for _, c := range r.Contenders {
		speaks := language(c.Name)
		if speaks == "" || in != "" && speaks != in {
			continue
		}
		if values := r.Values(c.Name, Time); len(values) > 0 {
			if time := paired.Median(values); name == "" || time < least {
				name, least = c.Name, time
			}
		}
	}
	return name
}

// Summary returns a table with a row for each result that is about a mark.
func Summary(results []*paired.Result) [][]string {
	rows := [][]string{{"mark", "recipe", "dnn train", "its test accuracy", "fastest peer", "dnn is faster",
		"fastest in Python", "dnn is faster"}}
	for _, r := range Of(results) {
		row := []string{strings.TrimPrefix(r.Name, scenario) + " %", strings.TrimSuffix(r.About, "."),
			seconds(r, DNN), accuracy(r, DNN)}
		for _, peer := range []string{fastest(r, ""), fastest(r, python)} {
			if peer == "" {
				row = append(row, "-", "")
				continue
			}
			row = append(row, peer+": "+seconds(r, peer), times(r, peer))
		}
		rows = append(rows, row)
	}
	return rows
}

// Table returns a table with a row for each contender, dnn first, then the fastest peers.
func Table(r *paired.Result) [][]string {
	rows := [][]string{{"program", "language", "median", "least to most", "dnn is faster", "test accuracy"}}
	contenders := slices.Clone(r.Contenders)
	slices.SortStableFunc(contenders, func(a, b paired.Contender) int { return slices.Compare(rank(r, a), rank(r, b)) })
	for _, c := range contenders {
		row := []string{c.Name, language(c.Name), seconds(r, c.Name), "", times(r, c.Name), accuracy(r, c.Name)}
		if values := r.Values(c.Name, Time); len(values) > 0 {
			row[3] = paired.Digits(slices.Min(values)) + " to " + paired.Digits(slices.Max(values))
		}
		rows = append(rows, row)
	}
	return rows
}

// rank returns numbers by which Table sorts: what is no peer first, in its order, then peers by their time, then those
// without one.
func rank(r *paired.Result, c paired.Contender) []float64 {
	switch values := r.Values(c.Name, Time); {
	case language(c.Name) == "":
		return []float64{0}
	case len(values) == 0:
		return []float64{2}
	default:
		return []float64{1, paired.Median(values)}
	}
}

// seconds returns the median time of a contender as text.
func seconds(r *paired.Result, name string) string {
	if r.Failed[name] != nil {
		return "failed"
	}
	values := r.Values(name, Time)
	if len(values) == 0 {
		return "-"
	}
	return paired.Digits(paired.Median(values)) + " s"
}

// accuracy returns the mean test accuracy of a contender as text.
func accuracy(r *paired.Result, name string) string {
	values := r.Values(name, Accuracy)
	if len(values) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", 100*paired.Mean(values))
}

// times returns how many times faster dnn is than a peer, as text; "" of dnn itself.
func times(r *paired.Result, name string) string {
	ratios := r.Ratios(name, DNN, Time)
	if language(name) == "" || len(ratios) == 0 {
		return ""
	}
	return paired.Digits(paired.Median(ratios)) + " x"
}
