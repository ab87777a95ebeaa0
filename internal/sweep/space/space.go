// Package space reads a sweep file, in the form of W&B's sweeps, and says which points it has: each is the values of
// the sweep's parameters, and a seed. Points are numbered from 0, and a number means the same point on every machine.
package space

import (
	"sync"

	"dnn/internal/config"
	"dnn/internal/sweep/sampler"
)

// MaxPoints is how many points a sweep may have.
const MaxPoints = 1_000_000

// Method says how the settings of a sweep are chosen.
type Method string

// The methods of a sweep file.
const (
	Grid   Method = "grid"   // every combination of the values
	Random Method = "random" // drawn from the distributions, keyed by the sweep's hash and the number of the setting
	Sobol  Method = "sobol"  // a scrambled Sobol sequence through the distributions
	Bayes  Method = "bayes"  // TPE: each generation of settings is drawn by what the ones before have given
	List   Method = "list"   // the settings that the file lists
)

// Sweep is a sweep file that was read and checked.
type Sweep struct {
	Path       string // of the file
	Name       string // empty: it has none
	Text       string // of the file
	Base       string // the experiment file that the parameters change; empty: the built-in one
	Method     Method
	Metric     Metric
	Parameters []Parameter // in the order of the file
	Seeds      int         // runs of each setting, with the seeds from the base's seed on; at least 1
	Settings   int         // how many settings there are, as run_cap or the grid bounds them
	Early      *Halving    // nil: every point trains to its end
	Hash       string      // SHA-256, in hex, of what decides the points: not of comments, names or run_cap
	Notes      []string    // what the user may want to know, such as that what only W&B needs is ignored

	options  Options
	baseText func() ([]byte, error)
	base     *config.Resolved
	axes     []*sampler.Axis // of Parameters, in the order of their keys
	listed   []setting       // of the method list
	at       map[string]string

	mutex sync.Mutex // guards drawn
	drawn *distinct
}

// Experiment returns the base experiment with all that overrides it, and the first seed.
func (s *Sweep) Experiment() *config.Resolved { return s.base }

// Metric is what makes one point better than another.
type Metric struct {
	Name     string   // one of report.SeedMetrics
	Maximize bool     // false: the smallest is the best
	Target   *float64 // the sweep ends once a point has reached it; nil: never
}

// Better reports whether the value a is better than b. NaN, a loss that diverged, is worse than any number.
func (m Metric) Better(a, b float64) bool {
	if a != a || b != b {
		return a == a
	}
	if m.Maximize {
		return a > b
	}
	return a < b
}

// Parameter is a key of the experiment file that the sweep changes, such as optimizer.learning_rate.
type Parameter struct {
	Key          string
	Distribution Distribution
}

// Distribution says which values a parameter may have, as W&B's sweep files do.
type Distribution struct {
	Name     string   // constant, categorical, int_uniform, uniform, log_uniform_values, normal, …
	Values   []string // of constant and categorical: YAML, on one line
	Weights  []float64
	Min, Max float64 // of the numbers; inclusive
	Mu       float64 // of normal and log_normal
	Sigma    float64
	Q        float64 // values are multiples of it; 0: any
}

// Halving stops the points that are worst at some epochs, the rungs: synchronous successive halving (Li et al., JMLR
// 18(185), 2018, algorithm 1's inner loop).
type Halving struct {
	Rungs  []int // ascending numbers of epochs, all below Epochs
	Eta    int   // of so many settings, the best one goes on at each rung; at least 2
	Epochs int   `json:"-"` // of a point that goes on to the end; the hash has them from the base or the parameters
}

// Point is one training run of a sweep.
type Point struct {
	Number  int // from 0: Setting * Sweep.Seeds + the index of the seed
	Setting int // from 0; points of one setting differ in the seed alone
	Seed    uint64
	Values  []Value // one for each parameter, in their order; of a list, those that the setting gives
}

// Value is what one parameter is at a point.
type Value struct {
	Key  string // of the experiment file
	Text string // YAML on one line, such as 0.003 or [300, 100]
}
