package config

import "dnn/internal/keyfile"

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
	epochs := keyfile.Number{Min: 0, MinOpen: true, Max: maxEpochs}
	epochsOrNone := keyfile.Number{Min: 0, Max: maxEpochs}
	return []Key{
		{Name: "schedule",
			Doc: "How the learning rate changes from step to step. Epochs may be fractions."},
		{Name: name, Default: constant, Example: cosine, Kind: choice(constant, step, exponential, polynomial, cosine, oneCycle),
			Doc:    "Which schedule.",
			Advice: "cosine for a run of known length, one_cycle for a short one; constant for a first trial."},
		{Name: "schedule.warmup_epochs", By: name, Example: "1.5", Kind: epochsOrNone,
			Variants: variants(step, "0", exponential, "0", polynomial, "0", cosine, "0"),
			Doc:      "How long the rate first rises from 0 to the optimizer's; 0: not at all.",
			Advice:   "1 to 5 with large batches or a high learning rate."},
		{Name: "schedule.step_epochs", By: name, Example: "5", Kind: epochs,
			Variants: variants(step, "10"),
			Doc:      "How long the rate stays before it is multiplied by factor.",
			Advice:   "a third of the epochs."},
		{Name: "schedule.factor", By: name, Example: "0.5", Kind: keyfile.Number{Min: 0, MinOpen: true, Max: 1},
			Variants: variants(step, "0.1"),
			Doc:      "What the rate is multiplied by.",
			Advice:   "0.1, or 0.5 in shorter steps."},
		{Name: "schedule.decay_epochs", By: name, Example: "5", Kind: epochsOrNone,
			Variants: variants(exponential, "1", polynomial, "0"),
			Doc:      "How long a decay takes; 0: what is left of the epochs.",
			Advice:   "exponential: 1, with the decay_rate of one epoch; polynomial: 0."},
		{Name: "schedule.decay_rate", By: name, Example: "0.5", Kind: keyfile.Number{Min: 0, MinOpen: true, Max: 1},
			Variants: variants(exponential, "0.96"),
			Doc:      "What the rate is multiplied by over decay_epochs.",
			Advice:   "0.9 to 0.98 an epoch: after 20 epochs 0.12 to 0.67 of the rate is left."},
		{Name: "schedule.staircase", By: name, Example: "true", Kind: keyfile.Boolean{},
			Variants: variants(exponential, "false"),
			Doc:      "Whether it falls at the end of each decay_epochs, not at each step.",
			Advice:   "false; true where the rate of an epoch is to be one number."},
		{Name: "schedule.end_learning_rate", By: name, Example: "1e-5", Kind: keyfile.Number{Min: 0, Max: 1000},
			Variants: variants(polynomial, "0.0001"),
			Doc:      "The rate at the end of the decay.",
			Advice:   "a hundredth of the optimizer's, or 0."},
		{Name: "schedule.power", By: name, Example: "2", Kind: keyfile.Number{Min: 0, MinOpen: true, Max: 100},
			Variants: variants(polynomial, "1"),
			Doc:      "Exponent of the polynomial; 1: a straight line.",
			Advice:   "1; 2 stays longer at low rates."},
		{Name: "schedule.cycle", By: name, Example: "true", Kind: keyfile.Boolean{},
			Variants: variants(polynomial, "false"),
			Doc:      "Whether it starts over, longer, after decay_epochs.",
			Advice:   "false; true only with decay_epochs that are fewer than the epochs."},
		{Name: "schedule.alpha", By: name, Example: "0.01", Kind: keyfile.Number{Min: 0, Max: 1},
			Variants: variants(cosine, "0"),
			Doc:      "The least rate, as a fraction of the optimizer's.",
			Advice:   "0; 0.01 where the last epochs are to learn as well."},
		{Name: "schedule.first_decay_epochs", By: name, Example: "10", Kind: epochsOrNone,
			Variants: variants(cosine, "0"),
			Doc:      "How long the first wave is, before a restart; 0: never, one wave to the end.",
			Advice:   "0; a tenth of the epochs where a run may have to be stopped early."},
		{Name: "schedule.t_mul", By: name, Example: "1", Kind: keyfile.Number{Min: 1, Max: 1000},
			Variants: variants(cosine, "2"),
			Doc:      "How many times longer each wave is than the one before, with restarts.",
			Advice:   "2; 1 for waves of one length."},
		{Name: "schedule.m_mul", By: name, Example: "0.5", Kind: keyfile.Number{Min: 0, MinOpen: true, Max: 1},
			Variants: variants(cosine, "1"),
			Doc:      "How many times higher each wave is than the one before, with restarts.",
			Advice:   "1; 0.5 where a restart should undo less."},
		{Name: "schedule.pct_start", By: name, Example: "0.25", Kind: keyfile.Number{Min: 0, MinOpen: true, Max: 1, MaxOpen: true},
			Variants: variants(oneCycle, "0.3"),
			Doc:      "Fraction of all steps in which the rate rises to the optimizer's, its peak.",
			Advice:   "0.3; less in a long run."},
		{Name: "schedule.div_factor", By: name, Example: "10", Kind: keyfile.Number{Min: 1, Max: maxNorm},
			Variants: variants(oneCycle, "25"),
			Doc:      "How many times lower than the peak the first rate is.",
			Advice:   "25, with a peak of some times the rate that is good without a schedule."},
		{Name: "schedule.final_div_factor", By: name, Example: "100", Kind: keyfile.Number{Min: 1, Max: maxNorm},
			Variants: variants(oneCycle, "10000"),
			Doc:      "How many times lower than the first rate the last one is.",
			Advice:   "10000, as in PyTorch; 100 where the last epochs are to learn as well."},
	}
}
