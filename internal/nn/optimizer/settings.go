package optimizer

import "dnn/internal/setting"

// Bounds of settings, and settings that several rules have.

const (
	maxDecay   = 0.999999      // closer to 1, 1 - beta has hardly any digits left in float32
	minEpsilon = 1e-30         // smaller numbers are denormal or 0 in float32
	maxNorm    = 1e9           // a larger limit would never clip a gradient
	maxSteps   = 1_000_000_000 // more than any run takes
)

func momentumSetting(value *float64) setting.Setting {
	return setting.Setting{Name: "momentum", Value: value, Bounds: setting.From(0, maxDecay), Example: "0.9",
		Doc:    "Fraction of the last step that is taken again; 0: none.",
		Advice: "0.9 with sgd, nearly always."}
}

func beta1Setting(value *float64) setting.Setting {
	return setting.Setting{Name: "beta_1", Value: value, Bounds: setting.From(0, maxDecay), Example: "0.95",
		Doc:    "Fraction of the running mean of the gradients that is kept at each step.",
		Advice: "leave it at 0.9; 0.95 where batches are small, and gradients noisy."}
}

func beta2Setting(value *float64) setting.Setting {
	return setting.Setting{Name: "beta_2", Value: value, Bounds: setting.From(0, maxDecay), Example: "0.99",
		Doc:    "The same of the squared gradients; lion: of the gradients, after the step.",
		Advice: "leave it out; 0.99 forgets old gradients sooner, in a run of few steps."}
}

func epsilonSetting(value *float64) setting.Setting {
	return setting.Setting{Name: "epsilon", Value: value, Bounds: setting.From(minEpsilon, 1), Example: "1e-8",
		Doc:    "Added to a divisor, which keeps it from 0.",
		Advice: "leave it out; 1e-8 is PyTorch's, to compare with it."}
}
