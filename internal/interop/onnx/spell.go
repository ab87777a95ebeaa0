package onnx

import (
	"fmt"
	"math"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/onnx/message"
)

// activation writes an activation as standard operators of the version that is written. The formulas are those of
// package nn/activation.
func (g *written) activation(a chain.Activation) error {
	if a.Function == "linear" {
		return nil
	}
	name := named(a.Name, a.Function)
	attributes := func(as ...message.Attribute) []message.Attribute { return as }
	ops := map[string]struct { // those that are one operator
		op         string
		attributes []message.Attribute
	}{
		"relu": {op: "Relu"}, "sigmoid": {op: "Sigmoid"}, "tanh": {op: "Tanh"}, "softplus": {op: "Softplus"},
		"softsign": {op: "Softsign"}, "exponential": {op: "Exp"}, "selu": {op: "Selu"},
		"leaky_relu":     {"LeakyRelu", attributes(float("alpha", a.Slope))},
		"elu":            {"Elu", attributes(float("alpha", a.Alpha))},
		"celu":           {"Elu", attributes(float("alpha", 1))}, // the same for Keras's alpha
		"hard_sigmoid":   {"HardSigmoid", attributes(float("alpha", 1./6), float("beta", 0.5))},
		"sparse_sigmoid": {"HardSigmoid", attributes(float("alpha", 0.5), float("beta", 0.5))},
		"hard_shrink":    {"Shrink", attributes(float("lambd", 0.5), float("bias", 0))},
		"soft_shrink":    {"Shrink", attributes(float("lambd", 0.5), float("bias", 0.5))},
		"softmax":        {"Softmax", attributes(integer("axis", 1))},
	}
	if o, ok := ops[a.Function]; ok {
		g.node(o.op, name, nil, o.attributes...)
		return nil
	}
	write, ok := map[string]func(e spelling){
		"relu6":       func(e spelling) { e.clip(0, 6) },
		"hard_tanh":   func(e spelling) { e.clip(-1, 1) },
		"silu":        func(e spelling) { e.times("Sigmoid") },
		"hard_silu":   func(e spelling) { e.times("HardSigmoid", float("alpha", 1./6), float("beta", 0.5)) },
		"mish":        mish,
		"gelu":        spelledGelu,
		"squareplus":  squareplus,
		"sparse_plus": sparsePlus,
		"log_sigmoid": logSigmoid,
		"tanh_shrink": tanhShrink,
	}[a.Function]
	if !ok {
		return fmt.Errorf("wanted an activation that can be written, found %q", a.Function)
	}
	write(spelling{g, name, g.at})
	return nil
}

// spelling is an activation that takes several operators.
type spelling struct {
	*written
	name string // of the activation
	x    string // what it is applied to
}

// op adds an operator to the current value.
func (e spelling) op(op string, more ...string) { e.node(op, e.name+"."+op, more) }

// with adds an operator with the current value and a number.
func (e spelling) with(op string, v float64) { e.op(op, e.number(e.name+".number", v)) }

func (e spelling) clip(low, high float64) {
	e.op("Clip", e.number(e.name+".low", low), e.number(e.name+".high", high))
}

// times is x op(x).
func (e spelling) times(op string, attributes ...message.Attribute) {
	e.node(op, e.name+"."+op, nil, attributes...)
	e.op("Mul", e.x)
}

// x tanh(softplus(x))
func mish(e spelling) {
	e.op("Softplus")
	e.times("Tanh")
}

// x (1 + erf(x / sqrt(2))) / 2
func spelledGelu(e spelling) {
	e.with("Mul", math.Sqrt2/2)
	e.op("Erf")
	e.with("Add", 1)
	e.op("Mul", e.x)
	e.with("Mul", 0.5)
}

// (x + sqrt(x^2 + 4)) / 2
func squareplus(e spelling) {
	e.op("Mul", e.x)
	e.with("Add", 4)
	e.op("Sqrt")
	e.op("Add", e.x)
	e.with("Mul", 0.5)
}

// With c, which is x within [-1, 1]: (c + 1)^2 / 4 + max(x - 1, 0)
func sparsePlus(e spelling) {
	e.clip(-1, 1)
	e.with("Add", 1)
	e.op("Mul", e.at)
	e.with("Mul", 0.25)
	inner := e.at
	e.at = e.x
	e.with("Sub", 1)
	e.op("Relu")
	e.op("Add", inner)
}

// -softplus(-x)
func logSigmoid(e spelling) {
	e.op("Neg")
	e.op("Softplus")
	e.op("Neg")
}

// x - tanh(x)
func tanhShrink(e spelling) {
	tanh := e.of("Tanh", e.name+".Tanh", []string{e.x})
	e.op("Sub", tanh)
}
