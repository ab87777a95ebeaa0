package step

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/reference"
)

// pupil and tutors return networks for the same samples. The first layer of one tutor is wider than a panel of columns.
func pupil(t *testing.T, features int) *nn.Sequential {
	return nntest.RandomModel(t, nntest.Network(features, nn.CategoricalCrossentropy,
		nntest.Dense(7, "tanh"), nntest.Dense(4, "softmax")), 1)
}

func tutors(t *testing.T, features int) []*nn.Sequential {
	return []*nn.Sequential{
		nntest.RandomModel(t, nntest.Network(features, nn.CategoricalCrossentropy, nntest.Dense(140, "relu"),
			nntest.Dense(33, "tanh"), nntest.Dense(4, "softmax")), 2),
		nntest.RandomModel(t, nntest.Network(features, nn.CategoricalCrossentropy, nntest.Dense(4, "softmax")), 3),
	}
}

// distilled returns the mean loss of some samples by the definition of Distillation, in float64.
func distilled(student *reference.Network, d Distillation, s *batch.Samples, order []int32) float64 {
	at := func(z []float64) []float64 {
		scaled := make([]float64, len(z))
		for j := range z {
			scaled[j] = z[j] / d.Temperature
		}
		return student.Activate("softmax", scaled)
	}
	sum := 0.0
	for _, i := range order {
		x := reference.Sample(s, int(i))
		z, _ := student.Outputs(x)
		q := make([]float64, len(z))
		for _, teacher := range d.Teachers {
			u, _ := reference.New(teacher).Outputs(x)
			for j, v := range at(u) {
				q[j] += v / float64(len(d.Teachers))
			}
		}
		kl := 0.0
		for j, p := range at(z) {
			kl += q[j] * math.Log(q[j]/p)
		}
		loss := student.LossOf(student.Activate("softmax", z), s.Labels[i])
		sum += (1-d.Weight)*loss + d.Weight*d.Temperature*d.Temperature*kl
	}
	return sum / float64(len(order))
}

// A step's loss and gradients agree with the definition.
func TestGradientOfDistillation(t *testing.T) {
	for _, d := range []Distillation{
		{Teachers: tutors(t, 13)[:1], Temperature: 2, Weight: 0.9},
		{Teachers: tutors(t, 13)[1:], Temperature: 0.5, Weight: 0.3},
		{Teachers: tutors(t, 13), Temperature: 4, Weight: 1},
		{Teachers: tutors(t, 13), Temperature: 1, Weight: 0.5},
		{Teachers: tutors(t, 13), Temperature: 3, Weight: 0},
	} {
		for name, s := range map[string]*batch.Samples{
			"bytes": nntest.RandomBytes(9, 13, 4, 1), "floats": nntest.RandomFloats(9, 13, 4, 1),
		} {
			for _, threads := range []int{1, 3} {
				what := fmt.Sprintf("%d teachers, T %v, weight %v", len(d.Teachers), d.Temperature, d.Weight)
				t.Run(fmt.Sprintf("%s/%s/%d threads", what, name, threads), func(t *testing.T) {
					m, c := pupil(t, 13), nntest.NewCollector(pupil(t, 13))
					e := NewEngine(kernel.Available()[0], threads)
					defer e.Close()
					trainer := NewTrainer(e, m, c, s, 8)
					if err := trainer.Distill(d); err != nil {
						t.Fatal(err)
					}
					order := nntest.Counting(9)[2:8]
					result := trainer.Step(order, nil)
					c.CheckOnce(t, m)
					r := reference.New(m)
					if want := distilled(r, d, s, order); math.Abs(float64(result.MeanLoss())-want) > 2e-6*(1+want) {
						t.Errorf("mean loss: wanted %v, found %v", want, result.MeanLoss())
					}
					checkSlopes(t, m, c, func(param, element int) float64 {
						return r.SlopeOf(param, element, func() float64 { return distilled(r, d, s, order) })
					})
				})
			}
		}
	}
}

// A student that equals its teacher has no loss and no gradient, whatever the labels are.
func TestDistillFromItsOwn(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	m, s := pupil(t, 13), nntest.RandomBytes(9, 13, 4, 1)
	c := nntest.NewCollector(m)
	trainer := NewTrainer(e, m, c, s, 9)
	d := Distillation{Teachers: []*nn.Sequential{pupil(t, 13)}, Temperature: 3, Weight: 1}
	if err := trainer.Distill(d); err != nil {
		t.Fatal(err)
	}
	if loss := trainer.Step(nntest.Counting(9), nil).MeanLoss(); math.Abs(float64(loss)) > 1e-5 {
		t.Errorf("wanted a loss of 0, found %v", loss)
	}
	for i, p := range m.Params() {
		for at, g := range c.Gradient[i] {
			if math.Abs(float64(g)) > 1e-6 {
				t.Fatalf("%s[%d]: wanted a gradient of 0, found %v", p.Name, at, g)
			}
		}
	}
}

// distill takes three steps with teachers, the last on a shorter batch.
func distill(t *testing.T, set *kernel.Set, threads int, d Distillation, s *batch.Samples, count int) outcome {
	t.Helper()
	e := NewEngine(set, threads)
	defer e.Close()
	m := pupil(t, s.Features)
	o := adam(m.Params())
	trainer := NewTrainer(e, m, o, s, 40)
	if err := trainer.Distill(d); err != nil {
		t.Fatal(err)
	}
	var out outcome
	order := nntest.Counting(count)
	for at := 0; at < count; at += 40 {
		end := min(at+40, count)
		o.Begin(0.01)
		out.steps = append(out.steps, trainer.Step(order[at:end], order[end:min(end+40, count)]))
	}
	out.weights = nntest.Digest(m)
	return out
}

// The same seed gives the same bits with teachers as well, and teachers do not change.
func TestSameBitsOfDistillation(t *testing.T) {
	d := Distillation{Teachers: tutors(t, 130), Temperature: 2, Weight: 0.9}
	before := []string{nntest.Digest(d.Teachers[0]), nntest.Digest(d.Teachers[1])}
	var want outcome
	for name, s := range nntest.Forms(nntest.RandomBytes(95, 130, 4, 1)) {
		for _, set := range kernel.Available() {
			for _, threads := range []int{1, 2, 3, 7} {
				got := distill(t, set, threads, d, s, 95)
				if want.weights == "" {
					want = got
				}
				compare(t, fmt.Sprintf("%s, %s, %d threads", name, set.Name, threads), got, want)
			}
		}
	}
	for i, teacher := range d.Teachers {
		if nntest.Digest(teacher) != before[i] {
			t.Errorf("teacher %d: wanted unchanged weights, found others", i+1)
		}
	}
	const golden = "d892ce1f763f64fd"
	if want.weights != golden {
		t.Errorf("weights: wanted %s, found %s", golden, want.weights)
	}
}

// A teacher works in inference: layers that do nothing there make no difference.
func TestDistillFromOtherLayers(t *testing.T) {
	dense := nntest.Dense
	dropout := nn.LayerSpec{Type: "dropout", Rate: 0.5}
	normalization := nn.LayerSpec{Type: "batch_normalization", Momentum: 0.9, Epsilon: 1e-30}
	build := func(layers ...nn.LayerSpec) *nn.Sequential {
		arch := nn.Architecture{Input: 30, Loss: nn.CategoricalCrossentropy}
		count := map[string]int{}
		for _, l := range layers {
			l.Name = nn.LayerName(l.Type, count[l.Type])
			count[l.Type]++
			arch.Layers = append(arch.Layers, l)
		}
		m, err := nn.New(arch, 5)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	s := nntest.RandomBytes(95, 30, 4, 1)
	run := func(m *nn.Sequential) outcome {
		d := Distillation{Teachers: []*nn.Sequential{m}, Temperature: 2, Weight: 1}
		return distill(t, kernel.Available()[0], 2, d, s, 95)
	}
	plain := run(build(dense(40, "softmax"), dense(20, "tanh"), dense(4, "softmax")))
	more := build(dense(40, "softmax"), dropout, normalization, dense(20, "tanh"), dropout, dense(4, "softmax"))
	compare(t, "with dropout and batch normalization", run(more), plain)
}

// Distillation works with a student that has layers of other kinds.
func TestDistillIntoOtherLayers(t *testing.T) {
	e := NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	arch := nn.Architecture{Input: 30, Loss: nn.CategoricalCrossentropy, Layers: []nn.LayerSpec{
		{Type: "dense", Name: "dense", Units: 20, Activation: "relu"},
		{Type: "batch_normalization", Name: "batch_normalization", Momentum: 0.9, Epsilon: 1e-3},
		{Type: "dropout", Name: "dropout", Rate: 0.1},
		{Type: "dense", Name: "dense_1", Units: 4, Activation: "softmax"},
	}}
	m, s := nntest.RandomModel(t, arch, 1), nntest.RandomBytes(60, 30, 4, 1)
	o := adam(m.Params())
	trainer := NewTrainer(e, m, o, s, 60)
	if err := trainer.Distill(Distillation{Teachers: tutors(t, 30), Temperature: 2, Weight: 1}); err != nil {
		t.Fatal(err)
	}
	var first, last Result
	for step := range 200 {
		o.Begin(0.01)
		last = trainer.Step(nntest.Counting(60), nil)
		if step == 0 {
			first = last
		}
	}
	if !(last.Loss < first.Loss/4) {
		t.Errorf("wanted a quarter of the loss %v after 200 steps, found %v", first.MeanLoss(), last.MeanLoss())
	}
}

func TestNoAllocationInDistillation(t *testing.T) {
	for name, s := range nntest.Forms(nntest.RandomBytes(80, 130, 4, 1)) {
		for _, threads := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/%d threads", name, threads), func(t *testing.T) {
				e := NewEngine(kernel.Available()[0], threads)
				defer e.Close()
				m := pupil(t, 130)
				o := adam(m.Params())
				trainer := NewTrainer(e, m, o, s, 40)
				d := Distillation{Teachers: tutors(t, 130), Temperature: 2, Weight: 0.9}
				if err := trainer.Distill(d); err != nil {
					t.Fatal(err)
				}
				order := nntest.Counting(80)
				step := func() {
					o.Begin(0.01)
					trainer.Step(order[:40], order[40:])
					trainer.Step(order[40:], order[:40])
				}
				for range 20 {
					step()
				}
				if n := testing.AllocsPerRun(10, step); n != 0 {
					t.Errorf("wanted no allocation in a step, found %v", n)
				}
			})
		}
	}
}

func TestDistillErrors(t *testing.T) {
	softmax := func(features, classes int) nn.Architecture {
		return nntest.Network(features, nn.CategoricalCrossentropy, nntest.Dense(classes, "softmax"))
	}
	binary := nntest.Network(13, nn.BinaryCrossentropy, nntest.Dense(1, "sigmoid"))
	plain := nntest.Network(13, nn.CategoricalCrossentropy, nntest.Dense(4, "sigmoid"))
	for _, c := range []struct {
		student, teacher    nn.Architecture
		temperature, weight float64
		want                string
	}{
		{softmax(13, 4), softmax(12, 4), 2, 0.9, "teacher 1: the teacher has 12 inputs, wanted 13"},
		{softmax(13, 4), softmax(13, 5), 2, 0.9, "teacher 1: the teacher knows 5 classes, wanted 4"},
		{softmax(13, 4), binary, 2, 0.9, "the teacher ends in sigmoid with binary_crossentropy: wanted a softmax"},
		{softmax(13, 4), plain, 2, 0.9, "the teacher ends in sigmoid with categorical_crossentropy: wanted a softmax"},
		{binary, softmax(13, 4), 2, 0.9, "the network that is to learn ends in sigmoid with binary_crossentropy"},
		{softmax(13, 4), softmax(13, 4), 0, 0.9, "wanted a temperature above 0, found 0"},
		{softmax(13, 4), softmax(13, 4), 1e-300, 0.9, "wanted a temperature above 0, found 1e-300"},
		{softmax(13, 4), softmax(13, 4), math.Inf(1), 0.9, "wanted a temperature above 0, found +Inf"},
		{softmax(13, 4), softmax(13, 4), math.NaN(), 0.9, "wanted a temperature above 0, found NaN"},
		{softmax(13, 4), softmax(13, 4), 2, 1.1, "wanted a weight of 0 to 1, found 1.1"},
		{softmax(13, 4), softmax(13, 4), 2, math.NaN(), "wanted a weight of 0 to 1, found NaN"},
	} {
		e := NewEngine(kernel.Available()[0], 1)
		m := nntest.RandomModel(t, c.student, 1)
		trainer := NewTrainer(e, m, nntest.NewCollector(m), nntest.RandomBytes(9, 13, 2, 1), 9)
		teachers := []*nn.Sequential{nntest.RandomModel(t, c.teacher, 2)}
		d := Distillation{Teachers: teachers, Temperature: c.temperature, Weight: c.weight}
		if err := trainer.Distill(d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("wanted the error %q, found %v", c.want, err)
		}
		d.Teachers = nil
		if err := trainer.Distill(d); err == nil || !strings.Contains(err.Error(), "wanted at least one teacher") {
			t.Errorf("without a teacher: wanted an error that says so, found %v", err)
		}
		e.Close()
	}
}
