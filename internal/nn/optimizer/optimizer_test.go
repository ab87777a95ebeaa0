package optimizer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/optimizer"
)

// follow compares some steps of an optimizer, whose gradients come in two blocks, with the formula in float64.
func follow(t *testing.T, o func([]*nn.Param) optimizer.Optimizer, tolerance float64,
	formula func(step, element int, p, g, rate float64) float64) {
	t.Helper()
	for _, set := range kernel.Available() {
		rng := rand.New(rand.NewPCG(1, 1))
		p := nn.NewParam(nn.ParamSpec{Name: "p", Shape: []int{5, 37}})
		other := nn.NewParam(nn.ParamSpec{Name: "other", Shape: []int{3}})
		other.Index = 1
		optimizer := o([]*nn.Param{p, other})
		want := make([]float64, p.Count())
		for i := range want {
			v := rng.Float32() - 0.5
			want[i] = float64(v)
			p.Value.Data[i/37*p.Value.Stride+i%37] = v
		}
		w := &kernel.Worker{Set: set}
		for step := 1; step <= 30; step++ {
			rate := 0.01 / float64(step)
			g := kernel.NewMatrix(5, 37)
			for i := range want {
				v := (rng.Float32() - 0.5) * float32(math.Pow(10, float64(i%5-3)))
				g.Data[i/37*g.Stride+i%37] = v
				want[i] = formula(step, i, want[i], float64(v), rate)
			}
			optimizer.Begin(rate)
			optimizer.Update(w, p, 0, 0, g.Columns(0, 16))
			optimizer.Update(w, p, 0, 16, g.Columns(16, 37).Slice(0, 2))
			optimizer.Update(w, p, 2, 16, g.Columns(16, 37).Slice(2, 5))
		}
		for i, got := range p.Floats() {
			if math.Abs(float64(got)-want[i]) > tolerance {
				t.Errorf("%s: element %d after 30 steps: wanted %v, found %v", set.Name, i, want[i], got)
			}
		}
		for _, pad := range p.Value.Columns(37, p.Value.Stride).Data[:p.Value.Stride-37] {
			if pad != 0 {
				t.Errorf("%s: wanted zeros in the padding, found %v", set.Name, pad)
			}
		}
		for _, v := range other.Floats() {
			if v != 0 {
				t.Errorf("%s: wanted zeros in another parameter, found %v", set.Name, v)
			}
		}
	}
}

// Adam with moments in float64.
func TestAdamFollowsItsFormula(t *testing.T) {
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-7
	var m, v [5 * 37]float64
	formula := func(step, i int, p, g, rate float64) float64 {
		if step == 1 {
			m[i], v[i] = 0, 0
		}
		m[i] += (g - m[i]) * (1 - beta1)
		v[i] += (g*g - v[i]) * (1 - beta2)
		alpha := rate * math.Sqrt(1-math.Pow(beta2, float64(step))) / (1 - math.Pow(beta1, float64(step)))
		return p - m[i]*alpha/(math.Sqrt(v[i])+epsilon)
	}
	follow(t, func(p []*nn.Param) optimizer.Optimizer { return optimizer.NewAdam(p, 0.9, 0.999, 1e-7) }, 1e-6, formula)
}

func TestSGDFollowsItsFormula(t *testing.T) {
	follow(t, func([]*nn.Param) optimizer.Optimizer { return optimizer.NewSGD() }, 1e-6,
		func(_, _ int, p, g, rate float64) float64 { return p - rate*g })
}

// The first step of Adam is the learning rate in the direction of the gradient, whatever its size.
func TestAdamsFirstStep(t *testing.T) {
	p := nn.NewParam(nn.ParamSpec{Name: "p", Shape: []int{3}})
	a := optimizer.NewAdam([]*nn.Param{p}, 0.9, 0.999, 1e-7)
	a.Begin(0.001)
	g := kernel.NewMatrix(1, 3)
	copy(g.Data, []float32{5, -0.1, 0})
	a.Update(&kernel.Worker{Set: kernel.Available()[0]}, p, 0, 0, g)
	for i, want := range []float64{-0.001, 0.001, 0} {
		if got := float64(p.Value.Data[i]); math.Abs(got-want) > 1e-7 {
			t.Errorf("element %d: wanted a step of %v, found %v", i, want, got)
		}
	}
}

func TestOptimizerSpecValidates(t *testing.T) {
	for _, name := range optimizer.Names() {
		spec := optimizer.Default(name)
		if err := spec.Validate(); err != nil {
			t.Errorf("defaults of %s: wanted no error, found %v", name, err)
		}
	}
	if spec := optimizer.Default("adagrad"); spec != (optimizer.Spec{}) {
		t.Errorf("defaults of an unknown optimizer: wanted none, found %+v", spec)
	}
	for _, c := range []struct {
		change func(*optimizer.Spec)
		want   string
	}{
		{func(s *optimizer.Spec) { s.Name = "Adam" },
			`wanted an optimizer out of [adafactor adam adamw lion nadam rmsprop sgd], found "Adam"`},
		{func(s *optimizer.Spec) { s.Rule = nil }, "wanted the settings of adam, found none"},
		{func(s *optimizer.Spec) { s.LearningRate = -1 },
			"learning_rate: wanted a number above 0 and at most 1000, found -1"},
		{func(s *optimizer.Spec) { s.LearningRate = math.Inf(1) },
			"learning_rate: wanted a number above 0 and at most 1000, found +Inf"},
		{func(s *optimizer.Spec) { s.WeightDecay = math.NaN() },
			"weight_decay: wanted a number from 0 to 1, found NaN"},
		{func(s *optimizer.Spec) { s.Rule.(*optimizer.AdamRule).Beta1 = 1 },
			"beta_1: wanted a number from 0 to 0.999999, found 1"},
		{func(s *optimizer.Spec) { s.EMAMomentum = -0.5 },
			"ema_momentum: wanted a number from 0 to 0.999999, found -0.5"},
		{func(s *optimizer.Spec) { s.EMAOverwriteFrequency = -1 },
			"ema_overwrite_frequency: wanted a whole number from 0 to 1000000000, found -1"},
		{func(s *optimizer.Spec) { s.ClipNorm, s.ClipValue = 1, 2 },
			"clipnorm: wanted at most one way to clip gradients, found clipvalue too"},
		{func(s *optimizer.Spec) { s.Rule = &optimizer.SGDRule{Nesterov: true} },
			"nesterov: wanted a momentum above 0 beside it, found 0"},
	} {
		spec := optimizer.Default("adam")
		c.change(&spec)
		if _, err := optimizer.New(spec, nil); err == nil || err.Error() != c.want {
			t.Errorf("wanted %s, found %v", c.want, err)
		}
	}
}

func TestPerWeight(t *testing.T) {
	with := func(name string, change func(*optimizer.Spec)) optimizer.Spec {
		s := optimizer.Default(name)
		change(&s)
		return s
	}
	nothing := func(*optimizer.Spec) {}
	for _, c := range []struct {
		spec optimizer.Spec
		want int
	}{
		{with("sgd", nothing), 0},
		{with("sgd", func(s *optimizer.Spec) { s.Rule.(*optimizer.SGDRule).Momentum = 0.9 }), 1},
		{with("sgd", func(s *optimizer.Spec) { s.ClipValue = 1 }), 0},
		{with("sgd", func(s *optimizer.Spec) { s.GlobalClipNorm = 1 }), 1},
		{with("lion", nothing), 1},
		{with("rmsprop", nothing), 1},
		{with("adam", nothing), 2},
		{with("adam", func(s *optimizer.Spec) { s.Rule.(*optimizer.AdamRule).AMSGrad = true }), 3},
		{with("adamw", func(s *optimizer.Spec) { s.UseEMA = true }), 3},
		{with("nadam", func(s *optimizer.Spec) { s.ClipNorm, s.UseEMA = 1, true }), 4},
		{with("adafactor", nothing), 1}, // its gradient
		{optimizer.Spec{}, 0},
	} {
		if found := c.spec.PerWeight(); found != c.want {
			t.Errorf("%+v: wanted %d, found %d", c.spec, c.want, found)
		}
	}
}
