package curve

import (
	"math"
	"reflect"
	"testing"
)

// must fails if a function could not be made.
func must(t *testing.T) func(f *Function, ok bool) *Function {
	return func(f *Function, ok bool) *Function {
		t.Helper()
		if !ok {
			t.Fatal("wanted a function, found none")
		}
		return f
	}
}

// TestSpellings has activations as exporters and people write them.
func TestSpellings(t *testing.T) {
	do := must(t)
	x := Variable()
	op := func(name string, fs ...*Function) *Function { return do(Combine(Operators()[name], fs...)) }
	line := func(f *Function, a, b float64) *Function { return do(f.Line(a, b)) }
	mul := func(f, g *Function) *Function { return do(Combine(Arithmetic("Mul"), f, g)) }
	div := func(f, g *Function) *Function { return do(Combine(Arithmetic("Div"), f, g)) }
	add := func(f, g *Function) *Function { return do(Combine(Arithmetic("Add"), f, g)) }
	sub := func(f, g *Function) *Function { return do(Combine(Arithmetic("Sub"), f, g)) }
	one := func(f func(args []float64) float64, g *Function) *Function { return do(Combine(f, g)) }
	erf := line(op("Erf", line(x, float64(float32(1/math.Sqrt2)), 0)), 1, 1)
	sixth := float64(float32(1. / 6))
	for name, c := range map[string]struct {
		f    *Function
		want []Step
	}{
		"variable":         {x, nil},
		"line":             {line(line(x, 1./255, 0), 1, -0.5), []Step{{A: 1. / 255, B: -0.5}}},
		"line by values":   {sub(x, line(x, 3, 1)), []Step{{A: -2, B: -1}}},
		"gelu, half last":  {line(mul(x, erf), 0.5, 0), []Step{{Function: "gelu"}}},
		"gelu, half first": {mul(line(x, 0.5, 0), erf), []Step{{Function: "gelu"}}},
		"gelu, half inner": {mul(x, line(erf, 0.5, 0)), []Step{{Function: "gelu"}}},
		"gelu of gelu": {
			one(Gelu, line(mul(x, erf), 0.5, 0)), []Step{{Function: "gelu"}, {Function: "gelu"}}},
		"silu":           {mul(op("Sigmoid", x), x), []Step{{Function: "silu"}}},
		"silu, divided":  {div(x, line(op("Exp", line(x, -1, 0)), 1, 1)), []Step{{Function: "silu"}}},
		"mish":           {mul(x, op("Tanh", op("Log", line(op("Exp", x), 1, 1)))), []Step{{Function: "mish"}}},
		"hard_silu":      {line(mul(x, one(Clip(0, 6), line(x, 1, 3))), sixth, 0), []Step{{Function: "hard_silu"}}},
		"hard_sigmoid":   {line(one(Clip(0, 6), line(x, 1, 3)), sixth, 0), []Step{{Function: "hard_sigmoid"}}},
		"sparse_sigmoid": {one(HardSigmoid(0.5, 0.5), x), []Step{{Function: "sparse_sigmoid"}}},
		"relu":           {op("Max", x, line(x, 0, 0)), []Step{{Function: "relu"}}},
		"relu twice":     {op("Relu", op("Relu", x)), []Step{{Function: "relu"}}},
		"softsign":       {div(x, line(op("Abs", x), 1, 1)), []Step{{Function: "softsign"}}},
		"log_sigmoid":    {op("Log", op("Sigmoid", x)), []Step{{Function: "log_sigmoid"}}},
		"squareplus":     {line(add(x, op("Sqrt", line(mul(x, x), 1, 4))), 0.5, 0), []Step{{Function: "squareplus"}}},
		"tanh_shrink":    {sub(x, op("Tanh", x)), []Step{{Function: "tanh_shrink"}}},
		"hard_shrink":    {one(Shrink(0.5, 0), x), []Step{{Function: "hard_shrink"}}},
		"soft_shrink":    {one(Shrink(0.5, 0.5), x), []Step{{Function: "soft_shrink"}}},
		"selu":           {one(Selu(1.67326319217681884765625, 1.05070102214813232421875), x), []Step{{Function: "selu"}}},
		"leaky_relu":     {op("Where", op("Less", x, line(x, 0, 0)), line(x, 0.01, 0), x), []Step{{Function: "leaky_relu", Slope: 0.01}}},
		"elu":            {one(Elu(0.3), x), []Step{{Function: "elu", Alpha: 0.3}}},
		"mirrored":       {line(op("Sigmoid", x), -1, 1), []Step{{A: -1}, {Function: "sigmoid"}}},
		"in between":     {line(op("Tanh", line(x, 2, 1)), 3, 4), []Step{{A: 2, B: 1}, {Function: "tanh"}, {A: 3, B: 4}}},
		"two":            {op("Tanh", op("Softplus", x)), []Step{{Function: "softplus"}, {Function: "tanh"}}},
	} {
		got, ok := c.f.Steps()
		if !ok || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v %v, want %v", name, got, ok, c.want)
		}
	}
	for name, f := range map[string]*Function{
		"gelu by tanh":  mul(line(x, 0.5, 0), line(op("Tanh", line(add(x, line(mul(mul(x, x), x), 0.044715, 0)), 0.7978846, 0)), 1, 1)),
		"square":        mul(x, x),
		"swish 1.702":   one(Swish(1.702), x),
		"celu 2":        one(Celu(2), x),
		"threshold 1":   one(ThresholdedRelu(1), x),
		"hard_sigmoid":  one(HardSigmoid(0.2, 0.5), x),
		"clip to 5":     one(Clip(0, 5), x),
		"shrink by 0.4": one(Shrink(0.4, 0), x),
		"sign":          op("Sign", x),
		"NaN":           op("Sqrt", line(op("Exp", x), -1, 0)),
	} {
		if got, ok := f.Steps(); ok {
			t.Errorf("%s: taken for %v", name, got)
		}
	}
}

func TestIs(t *testing.T) {
	do := must(t)
	s := do(Combine(Operators()["Sigmoid"], Variable()))
	rest := do(s.Line(-1, 1))
	if sum := do(Combine(Arithmetic("Add"), s, rest)); !sum.Is(1) || sum.Is(2) || rest.Is(1) {
		t.Error("1 - p and p do not add up to 1")
	}
}

// TestDepth has functions of too many others, and of no common one.
func TestDepth(t *testing.T) {
	f, ok := Variable(), true
	for range maxDepth + 1 {
		f, ok = f.Map(math.Abs)
	}
	if ok {
		t.Error("no limit")
	}
	if _, ok := Combine(Arithmetic("Add"), Variable(), Variable()); ok {
		t.Error("two variables")
	}
	// Each operator uses the one before twice: the number of paths is 2^30, the work must not be.
	f = Variable()
	for range 30 {
		f, _ = Combine(Arithmetic("Add"), f, f)
	}
	if got, ok := f.Steps(); !ok || len(got) != 1 || got[0].A != 1<<30 {
		t.Errorf("got %v %v", got, ok)
	}
}

// TestArguments has operators with the wrong number of arguments, as a damaged file may.
func TestArguments(t *testing.T) {
	for name, f := range Operators() {
		for n := 1; n <= 4; n++ {
			f(make([]float64, n)) // must not panic
		}
		if v := f(make([]float64, 9)); name == "Tanh" && v == v {
			t.Errorf("%s of 9 numbers is %v", name, v)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, v := range []float64{0.01, 0.1, 1e-5, 0.2, 3} {
		if got := Decimal(float32(v)); got != v {
			t.Errorf("%v, wanted %v", got, v)
		}
	}
	if got := Decimal(float32(math.Inf(1))); !math.IsInf(got, 1) {
		t.Errorf("got %v", got)
	}
}
