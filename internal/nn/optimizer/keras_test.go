package optimizer_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/optimizer"
)

// kerasSteps is training-optimizers.json: parameters that optimizers move along given gradients.
type kerasSteps struct {
	Defaults  map[string]map[string]any
	Shapes    [][]int
	Initial   [][]float32
	Gradients [][][]float32 // by step
	Runs      []kerasRun
}

type kerasRun struct {
	Name      string
	Arguments json.RawMessage
	Weights   [][][]float32 // after each step
	Final     [][]float32   // at the end of training
}

func (k *kerasSteps) params() []*nn.Param {
	var params []*nn.Param
	for i, shape := range k.Shapes {
		p := nn.NewParam(nn.ParamSpec{Name: fmt.Sprint("p", i), Shape: shape})
		p.Index = i
		p.SetFloats(k.Initial[i])
		params = append(params, p)
	}
	return params
}

func (r *kerasRun) spec(t *testing.T) optimizer.Spec {
	t.Helper()
	spec := optimizer.Default(r.Name)
	var arguments map[string]any
	if err := json.Unmarshal(r.Arguments, &arguments); err != nil {
		t.Fatal(err)
	}
	give(&spec, arguments)
	return spec
}

// give sets the settings that have the names of Keras's arguments. Other arguments must be without effect.
func give(spec *optimizer.Spec, arguments map[string]any) {
	for _, s := range spec.Settings() {
		if v, ok := arguments[s.Name]; ok {
			if _, isInt := s.Value.(*int); isInt {
				v = uint64(v.(float64))
			}
			s.Set(v)
		}
	}
}

// move takes one step of o along gradients that come in blocks of two columns.
func move(w *kernel.Worker, o optimizer.Optimizer, params []*nn.Param, rate float64, gradients [][]float32) {
	o.Begin(rate)
	for i, p := range params {
		g := kernel.NewMatrix(p.Value.Rows, p.Value.Cols)
		g.Unflatten(gradients[i])
		for c := 0; c < g.Cols; c += 2 {
			o.Update(w, p, 0, c, g.Columns(c, min(c+2, g.Cols)))
		}
	}
	if d, ok := o.(optimizer.Deferred); ok {
		d.Prepare(w)
		for _, p := range params {
			for r := range p.Value.Rows {
				d.Apply(w, p, r, r+1)
			}
		}
	}
}

func TestOptimizersAsKeras(t *testing.T) {
	var k kerasSteps
	nntest.Read(t, "training-optimizers.json", &k)
	tried := map[string]bool{}
	for _, run := range k.Runs {
		tried[run.Name] = true
		for _, set := range kernel.Available() {
			t.Run(fmt.Sprintf("%s%s/%s", run.Name, run.Arguments, set.Name), func(t *testing.T) {
				spec, params := run.spec(t), k.params()
				o, err := optimizer.New(spec, params)
				if err != nil {
					t.Fatal(err)
				}
				for i, g := range k.Gradients {
					move(&kernel.Worker{Set: set}, o, params, spec.LearningRate, g)
					for j, p := range params {
						what := fmt.Sprintf("%s after step %d", p.Name, i+1)
						nntest.Near(t, what, p.Floats(), run.Weights[i][j], 1e-6)
					}
				}
				average := optimizer.AverageOf(o)
				if (average != nil) != spec.UseEMA {
					t.Fatalf("an average: wanted %t, found %t", spec.UseEMA, average != nil)
				}
				if average != nil {
					average.Swap()
				}
				for j, p := range params {
					nntest.Near(t, p.Name+" in the end", p.Floats(), run.Final[j], 1e-6)
				}
			})
		}
	}
	for _, name := range optimizer.Names() {
		if !tried[name] {
			t.Errorf("%s: wanted a comparison with Keras, found none", name)
		}
		got, want := optimizer.Default(name), optimizer.Default(name)
		for _, s := range want.Settings() { // a setting that Keras does not list is 0, False or None
			switch v := s.Value.(type) {
			case *float64:
				*v = 0
			case *int:
				*v = 0
			case *bool:
				*v = false
			}
		}
		give(&want, k.Defaults[name])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("defaults of %s (-Keras +ours):\n%s", name, diff)
		}
	}
}
