package optimizer

import (
	"fmt"
	"maps"
	"slices"

	"dnn/internal/nn"
)

// Optimizer is an Updater that changes the parameters.
type Optimizer interface {
	nn.Updater

	// Begin starts the next step, before any of its updates, with that learning rate.
	Begin(rate float64)

	// State returns the arrays that the optimizer keeps from step to step, in a fixed order. They are its own memory: whoever
	// fills them with what another optimizer of the same spec and network had, and calls Restore, goes on where that one was,
	// with the same bits.
	State() []StateArray

	// Counters returns the numbers that the optimizer keeps from step to step besides the arrays.
	Counters() map[string]float64

	// Restore sets the counters to what Counters returned.
	Restore(counters map[string]float64) error
}

// Spec describes an optimizer. Fields that the named one does not have are 0. Names and defaults are Keras 3's:
// Default has them.
type Spec struct {
	Name         string  `json:"name"`          // one of Names
	LearningRate float64 `json:"learning_rate"` // for whoever calls Begin; the optimizer itself does not use it

	Momentum float64 `json:"momentum,omitempty"` // sgd, rmsprop: share of the step before in the next
	Nesterov bool    `json:"nesterov,omitempty"` // sgd: look ahead by the momentum
	Rho      float64 `json:"rho,omitempty"`      // rmsprop: of the average of squared gradients
	Centered bool    `json:"centered,omitempty"` // rmsprop: divide by the variance instead of the mean square
	Beta1    float64 `json:"beta_1,omitempty"`   // adam, adamw, nadam, lion: of the average of gradients
	Beta2    float64 `json:"beta_2,omitempty"`   // of the average of squared gradients; in lion of the stored average
	Epsilon  float64 `json:"epsilon,omitempty"`  // rmsprop, adam, adamw, nadam: keeps a division by 0 away
	AMSGrad  bool    `json:"amsgrad,omitempty"`  // adam, adamw: divide by the largest second moment so far

	WeightDecay float64 `json:"weight_decay,omitempty"` // every step also takes this share, times the learning rate, off every weight; 0: none

	// At most one of these is not 0.
	ClipNorm       float64 `json:"clipnorm,omitempty"`        // largest norm of the gradient of one parameter
	GlobalClipNorm float64 `json:"global_clipnorm,omitempty"` // largest norm of all gradients together
	ClipValue      float64 `json:"clipvalue,omitempty"`       // largest absolute value of an element

	UseEMA                bool    `json:"use_ema,omitempty"`                 // keep an exponential moving average of the weights: see Average
	EMAMomentum           float64 `json:"ema_momentum,omitempty"`            // share of the average that a step keeps
	EMAOverwriteFrequency int     `json:"ema_overwrite_frequency,omitempty"` // every so many steps the weights become their average; 0: never
}

// optimizerKind is what the package knows of an optimizer. Each is defined beside it.
type optimizerKind struct {
	// defaults are Keras's, without the name.
	defaults Spec

	// build returns the optimizer with a state of zeros.
	build func(spec Spec, params []*nn.Param) Optimizer
}

// optimizers are the known ones, by Keras's names. The table is never written to.
var optimizers = map[string]optimizerKind{
	"adam":    adamKind,
	"adamw":   adamWKind,
	"lion":    lionKind,
	"nadam":   nadamKind,
	"rmsprop": rmsPropKind,
	"sgd":     sgdKind,
}

// Names returns the names of the known optimizers in alphabetical order.
func Names() []string { return slices.Sorted(maps.Keys(optimizers)) }

// Default returns the optimizer called name with Keras's defaults; the zero spec if there is none.
func Default(name string) Spec {
	kind, ok := optimizers[name]
	if !ok {
		return Spec{}
	}
	spec := kind.defaults
	spec.Name, spec.EMAMomentum = name, 0.99
	return spec
}

// Validate tells what is wrong with the spec, if anything is.
func (s Spec) Validate() error {
	if _, ok := optimizers[s.Name]; !ok {
		return fmt.Errorf("wanted an optimizer out of %v, found %q", Names(), s.Name)
	}
	for _, f := range []struct {
		name  string
		value float64
		below float64 // 0: any number that is not negative
	}{
		{"learning_rate", s.LearningRate, 0},
		{"epsilon", s.Epsilon, 0},
		{"weight_decay", s.WeightDecay, 0},
		{"clipnorm", s.ClipNorm, 0},
		{"global_clipnorm", s.GlobalClipNorm, 0},
		{"clipvalue", s.ClipValue, 0},
		{"momentum", s.Momentum, 1},
		{"rho", s.Rho, 1},
		{"beta_1", s.Beta1, 1},
		{"beta_2", s.Beta2, 1},
		{"ema_momentum", s.EMAMomentum, 1},
	} {
		switch {
		case f.below == 0 && !(f.value >= 0 && f.value-f.value == 0):
			return fmt.Errorf("%s: wanted a number of at least 0, found %v", f.name, f.value)
		case f.below > 0 && !(f.value >= 0 && f.value < f.below):
			return fmt.Errorf("%s: wanted a number of at least 0 and less than %v, found %v", f.name, f.below, f.value)
		}
	}
	clips := 0
	for _, limit := range []float64{s.ClipNorm, s.GlobalClipNorm, s.ClipValue} {
		if limit > 0 {
			clips++
		}
	}
	switch {
	case clips > 1:
		return fmt.Errorf("wanted one of clipnorm %v, global_clipnorm %v and clipvalue %v, found several", s.ClipNorm, s.GlobalClipNorm, s.ClipValue)
	case s.EMAOverwriteFrequency < 0:
		return fmt.Errorf("ema_overwrite_frequency: wanted at least 1 step, or 0 for never, found %d", s.EMAOverwriteFrequency)
	}
	return nil
}

// New returns the optimizer that spec describes, for these parameters of one network. What a gradient passes on
// its way is Keras's order: clipping, weight decay, the optimizer's own step, the average.
func New(spec Spec, params []*nn.Param) (Optimizer, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	o := optimizers[spec.Name].build(spec, params)
	if spec.WeightDecay > 0 {
		o = newWeightDecay(o, spec.WeightDecay)
	}
	if spec.UseEMA {
		o = NewAverage(o, params, spec.EMAMomentum, spec.EMAOverwriteFrequency)
	}
	switch {
	case spec.ClipNorm > 0:
		o = newClipNorm(o, params, spec.ClipNorm)
	case spec.GlobalClipNorm > 0:
		o = newGlobalClipNorm(o, params, spec.GlobalClipNorm)
	case spec.ClipValue > 0:
		o = newClipValue(o, spec.ClipValue)
	}
	return o, nil
}
