package optimizer

import (
	"fmt"

	"dnn/internal/nn"
	"dnn/internal/setting"
)

// Optimizer is an Updater that changes the parameters.
type Optimizer interface {
	nn.Updater

	// Begin starts the next step, before any of its updates, with the given learning rate.
	Begin(rate float64)

	// State returns the arrays that the optimizer keeps from step to step, in a fixed order. They are the optimizer's
	// own memory. To go on where another optimizer of the same spec and network stopped, with the same bits, fill them
	// with that one's values and call Restore with its Counters.
	State() []StateArray

	// Counters returns the numbers that the optimizer keeps from step to step, by name.
	Counters() map[string]float64

	// Restore sets the counters to what Counters returned.
	Restore(counters map[string]float64) error
}

// Rule is the settings of one kind of optimizer, such as AdamRule, without those that all kinds have. It stands in the
// file of the optimizer's formula.
type Rule interface {
	// Settings returns the settings, with pointers to the rule's fields.
	Settings() []setting.Setting

	// build returns the optimizer with a state of zeros.
	build(params []*nn.Param) Optimizer
}

// kind is a kind of optimizer with Keras's name and defaults.
type kind struct {
	name         string
	learningRate float64
	weightDecay  float64
	rule         func() Rule
}

// kinds returns the kinds of optimizers in alphabetical order. A new one is a file and a line here.
func kinds() []kind {
	return []kind{
		{"adafactor", 0.001, 0, func() Rule { return newAdafactorRule() }},
		{"adam", 0.001, 0, func() Rule { return newAdamRule() }},
		{"adamw", 0.001, 0.004, func() Rule { return newAdamRule() }},
		{"lion", 0.001, 0, func() Rule { return &LionRule{Beta1: 0.9, Beta2: 0.99} }},
		{"nadam", 0.001, 0, func() Rule { return &NadamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7} }},
		{"rmsprop", 0.001, 0, func() Rule { return &RMSpropRule{Rho: 0.9, Epsilon: 1e-7} }},
		{"sgd", 0.01, 0, func() Rule { return &SGDRule{} }},
	}
}

// Names returns Keras's names of the optimizers, in alphabetical order.
func Names() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// Spec describes an optimizer: a rule, and the settings that all rules have. Names and defaults are Keras 3's; Default
// returns them.
type Spec struct {
	Name string // one of Names
	Rule Rule   // the settings that only this optimizer has

	LearningRate float64 // from which a schedule gets what Begin is told; the optimizer itself does not use it
	WeightDecay  float64 // every step also takes this fraction, times the learning rate, off every weight; 0: none

	// At most one of these is not 0.
	ClipValue      float64 // largest absolute value of an element of a gradient
	ClipNorm       float64 // largest norm of the gradient of one parameter
	GlobalClipNorm float64 // largest norm of all gradients together

	UseEMA                bool    // keep an exponential moving average of the weights: see Average
	EMAMomentum           float64 // fraction of the average that a step keeps
	EMAOverwriteFrequency int     // every so many steps the weights become their average; 0: never
}

// Default returns the optimizer called name with Keras's defaults; the zero Spec if there is no such optimizer.
func Default(name string) Spec {
	for _, k := range kinds() {
		if k.name == name {
			return Spec{
				Name: name, Rule: k.rule(), LearningRate: k.learningRate, WeightDecay: k.weightDecay, EMAMomentum: 0.99,
			}
		}
	}
	return Spec{}
}

// Settings returns the learning rate, the settings of the rule, and those that every optimizer has.
func (s *Spec) Settings() []setting.Setting {
	all := []setting.Setting{{
		Name: "learning_rate", Value: &s.LearningRate, Bounds: setting.Above(0, 1000), Example: "0.01",
		Doc: "Length of a step; a schedule starts from it.",
		Advice: "0.001 for adam, 0.01 to 0.1 for sgd, 0.0001 for lion; dnn train --lr-find suggests one. " +
			"Lower it if the loss jumps.",
	}}
	if s.Rule != nil {
		all = append(all, s.Rule.Settings()...)
	}
	return append(all,
		setting.Setting{Name: "weight_decay", Value: &s.WeightDecay, Bounds: setting.From(0, 1), Example: "0.004",
			Doc:    "Fraction of a weight that each step takes away, times the learning rate; 0: none.",
			Advice: "0.004 to 0.1 with adamw, 5e-4 with sgd, for a network that overfits."},
		setting.Setting{Name: "clipvalue", Value: &s.ClipValue, Bounds: setting.From(0, maxNorm), Example: "0.5",
			Doc: "Largest size of a number in a gradient; 0: any.",
			Advice: "0.5 where the loss jumps; " +
				"global_clipnorm keeps the direction of the step, and is to be preferred."},
		setting.Setting{Name: "clipnorm", Value: &s.ClipNorm, Bounds: setting.From(0, maxNorm), Example: "1",
			Doc:    "Largest norm of the gradient of one kernel or bias; 0: any.",
			Advice: "1 where the loss jumps because of one layer."},
		setting.Setting{Name: "global_clipnorm", Value: &s.GlobalClipNorm, Bounds: setting.From(0, maxNorm),
			Example: "1",
			Doc:     "Largest norm of all gradients together; 0: any.",
			Advice:  "1 where the loss jumps or becomes nan."},
		setting.Setting{Name: "use_ema", Value: &s.UseEMA, Example: "true",
			Doc:    "Whether the model is a running mean of the weights over the steps.",
			Advice: "true with a constant learning rate; one that falls to 0 does the same."},
		setting.Setting{Name: "ema_momentum", Value: &s.EMAMomentum, Bounds: setting.From(0, maxDecay),
			Example: "0.999", Needs: "use_ema",
			Doc:    "Fraction of that running mean that is kept at each step.",
			Advice: "0.99 to 0.999: a mean over the last hundred to thousand steps."},
		setting.Setting{Name: "ema_overwrite_frequency", Value: &s.EMAOverwriteFrequency,
			Bounds: setting.From(0, maxSteps), Example: "100", Needs: "use_ema",
			Doc:    "Steps after which the weights become their mean, again and again; 0: only in the end.",
			Advice: "0; 100 to 1000 where training is to go on from the mean."})
}

// Check returns an error if two settings contradict each other.
func (s *Spec) Check() *setting.Error {
	if m := setting.Contradiction(s.Rule); m != nil {
		return m
	}
	first := ""
	for _, clip := range []struct {
		name  string
		limit float64
	}{{"clipvalue", s.ClipValue}, {"clipnorm", s.ClipNorm}, {"global_clipnorm", s.GlobalClipNorm}} {
		switch {
		case clip.limit == 0:
		case first != "":
			return &setting.Error{Setting: clip.name,
				What: "wanted at most one way to clip gradients, found " + first + " too",
				Hint: "set one of them to 0, or take it out"}
		default:
			first = clip.name
		}
	}
	return nil
}

// Validate returns an error if the name, a setting or a combination of settings is wrong.
func (s *Spec) Validate() error {
	if Default(s.Name).Rule == nil {
		return fmt.Errorf("wanted an optimizer out of %v, found %q", Names(), s.Name)
	}
	if s.Rule == nil {
		return fmt.Errorf("wanted the settings of %s, found none", s.Name)
	}
	if err := setting.Check(s.Settings()); err != nil {
		return err
	}
	if m := s.Check(); m != nil {
		return m
	}
	return nil
}

// New returns the optimizer that spec describes, for the parameters of one network. A gradient passes, in Keras's
// order, clipping, weight decay, the rule and the average.
func New(spec Spec, params []*nn.Param) (Optimizer, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	o := spec.Rule.build(params)
	if spec.WeightDecay > 0 {
		decay := newWeightDecay(o, spec.WeightDecay)
		if inner, ok := o.(Deferred); ok {
			o = &deferredDecay{decay, inner, params}
		} else {
			o = decay
		}
	}
	if spec.UseEMA {
		average := NewAverage(o, params, spec.EMAMomentum, spec.EMAOverwriteFrequency)
		if inner, ok := o.(Deferred); ok {
			o = &deferredAverage{average, inner}
		} else {
			o = average
		}
	}
	switch {
	case spec.ClipNorm > 0:
		o = clipDeferred(newClipNorm(o, params, spec.ClipNorm), o, params)
	case spec.GlobalClipNorm > 0:
		o = clipDeferred(newGlobalClipNorm(o, params, spec.GlobalClipNorm), o, params)
	case spec.ClipValue > 0:
		o = clipDeferred(newClipValue(o, spec.ClipValue), o, params)
	}
	return o, nil
}

// PerWeight returns how many numbers the optimizer keeps for each weight of a kernel: moments, averages, and gradients
// that wait for all others. An invalid spec has none.
func (s Spec) PerWeight() int {
	const side = 16 // what is kept for each row and column of a kernel is less than one number for each weight
	o, err := New(s, []*nn.Param{nn.NewParam(nn.ParamSpec{Shape: []int{side, side}})})
	if err != nil {
		return 0
	}
	kept := 0
	for _, a := range o.State() {
		kept += a.Value.Rows * a.Value.Cols
	}
	kept /= side * side
	if _, waits := o.(Deferred); waits {
		kept++
	}
	return kept
}
