package nntest

import (
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
)

// Optimizers returns specs that together have every kind of state.
func Optimizers() []optimizer.Spec {
	var all []optimizer.Spec
	for _, name := range optimizer.Names() {
		all = append(all, optimizer.Default(name))
	}
	with := func(name string, change func(*optimizer.Spec)) {
		spec := optimizer.Default(name)
		change(&spec)
		all = append(all, spec)
	}
	with("sgd", func(s *optimizer.Spec) { s.Rule = &optimizer.SGDRule{Momentum: 0.9, Nesterov: true} })
	with("rmsprop", func(s *optimizer.Spec) {
		s.Rule = &optimizer.RMSpropRule{Momentum: 0.5, Rho: 0.9, Centered: true, Epsilon: 1e-7}
	})
	with("adam", func(s *optimizer.Spec) {
		s.Rule, s.WeightDecay = &optimizer.AdamRule{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7, AMSGrad: true}, 0.1
	})
	with("adam", func(s *optimizer.Spec) { s.ClipValue = 0.01 })
	with("adamw", func(s *optimizer.Spec) { s.ClipNorm, s.UseEMA = 0.1, true })
	with("nadam", func(s *optimizer.Spec) { s.GlobalClipNorm, s.UseEMA, s.EMAOverwriteFrequency = 0.1, true, 2 })
	with("adafactor", func(s *optimizer.Spec) { s.WeightDecay, s.ClipNorm = 0.1, 0.1 })
	with("adafactor", func(s *optimizer.Spec) { s.UseEMA, s.EMAOverwriteFrequency, s.ClipValue = true, 2, 0.01 })
	return all
}

// NewOptimizer returns a function that makes the optimizer for the parameters of a network.
func NewOptimizer(t *testing.T, spec optimizer.Spec) func([]*nn.Param) optimizer.Optimizer {
	return func(params []*nn.Param) optimizer.Optimizer {
		o, err := optimizer.New(spec, params)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
}
