package config

const (
	constant    = "constant"
	step        = "step"
	exponential = "exponential"
	polynomial  = "polynomial"
	cosine      = "cosine"
	oneCycle    = "one_cycle"
)

// scheduleKeys are the keys of the schedules, each for those that have it. Keras counts steps where these count epochs, so
// that a schedule means the same with another batch size.
func scheduleKeys() []Key {
	const name = "schedule.name"
	epochs := number{min: 0, minOpen: true, max: maxEpochs}
	epochsOrNone := number{min: 0, max: maxEpochs}
	return []Key{
		{Name: "schedule",
			Doc: "How the learning rate changes from step to step. Epochs may be fractions."},
		{Name: name, Default: constant, Example: cosine, kind: choice{constant, step, exponential, polynomial, cosine, oneCycle},
			Doc: "Which schedule."},
		{Name: "schedule.warmup_epochs", By: name, Example: "1.5", kind: epochsOrNone,
			Variants: []Variant{{step, "0"}, {exponential, "0"}, {polynomial, "0"}, {cosine, "0"}},
			Doc:      "How long the rate first rises from 0 to the optimizer's."},
		{Name: "schedule.step_epochs", By: name, Example: "5", kind: epochs,
			Variants: []Variant{{step, "10"}},
			Doc:      "How long the rate stays before it is multiplied by factor."},
		{Name: "schedule.factor", By: name, Example: "0.5", kind: number{min: 0, minOpen: true, max: 1},
			Variants: []Variant{{step, "0.1"}},
			Doc:      "What the rate is multiplied by."},
		{Name: "schedule.decay_epochs", By: name, Example: "5", kind: epochsOrNone,
			Variants: []Variant{{exponential, "1"}, {polynomial, "0"}},
			Doc:      "How long a decay takes; 0 for what is left of the epochs."},
		{Name: "schedule.decay_rate", By: name, Example: "0.5", kind: number{min: 0, minOpen: true, max: 1},
			Variants: []Variant{{exponential, "0.96"}},
			Doc:      "What the rate is multiplied by over decay_epochs."},
		{Name: "schedule.staircase", By: name, Example: "true", kind: boolean{},
			Variants: []Variant{{exponential, "false"}},
			Doc:      "Whether it falls at the end of each decay_epochs, not at each step."},
		{Name: "schedule.end_learning_rate", By: name, Example: "1e-5", kind: number{min: 0, max: 1000},
			Variants: []Variant{{polynomial, "0.0001"}},
			Doc:      "The rate at the end of the decay."},
		{Name: "schedule.power", By: name, Example: "2", kind: number{min: 0, minOpen: true, max: 100},
			Variants: []Variant{{polynomial, "1"}},
			Doc:      "Exponent of the polynomial; 1 for a straight line."},
		{Name: "schedule.cycle", By: name, Example: "true", kind: boolean{},
			Variants: []Variant{{polynomial, "false"}},
			Doc:      "Whether it starts over, longer, after decay_epochs."},
		{Name: "schedule.alpha", By: name, Example: "0.01", kind: number{min: 0, max: 1},
			Variants: []Variant{{cosine, "0"}},
			Doc:      "The least rate, as a share of the optimizer's."},
		{Name: "schedule.first_decay_epochs", By: name, Example: "10", kind: epochsOrNone,
			Variants: []Variant{{cosine, "0"}},
			Doc:      "How long the first wave is, before a restart; 0 for one wave, to the end."},
		{Name: "schedule.t_mul", By: name, Example: "1", kind: number{min: 1, max: 1000},
			Variants: []Variant{{cosine, "2"}},
			Doc:      "How many times longer each wave is than the one before, with restarts."},
		{Name: "schedule.m_mul", By: name, Example: "0.5", kind: number{min: 0, minOpen: true, max: 1},
			Variants: []Variant{{cosine, "1"}},
			Doc:      "How many times higher each wave is than the one before, with restarts."},
		{Name: "schedule.pct_start", By: name, Example: "0.25", kind: number{min: 0, minOpen: true, max: 1, maxOpen: true},
			Variants: []Variant{{oneCycle, "0.3"}},
			Doc:      "Share of all steps in which the rate rises to the optimizer's, its peak."},
		{Name: "schedule.div_factor", By: name, Example: "10", kind: number{min: 1, max: maxNorm},
			Variants: []Variant{{oneCycle, "25"}},
			Doc:      "How many times lower than the peak the first rate is."},
		{Name: "schedule.final_div_factor", By: name, Example: "100", kind: number{min: 1, max: maxNorm},
			Variants: []Variant{{oneCycle, "10000"}},
			Doc:      "How many times lower than the first rate the last one is."},
	}
}
