package tensors

import (
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/interop/chain"
)

// modules are the activations that PyTorch has as modules of the same function. softmax, elu and leaky_relu are not
// here: they have arguments.
var modules = map[string]string{
	"relu": "ReLU()", "relu6": "ReLU6()", "selu": "SELU()", "celu": "CELU()", "gelu": "GELU()", "silu": "SiLU()",
	"mish": "Mish()", "sigmoid": "Sigmoid()", "tanh": "Tanh()", "softplus": "Softplus()", "softsign": "Softsign()",
	"log_sigmoid": "LogSigmoid()", "hard_sigmoid": "Hardsigmoid()", "hard_silu": "Hardswish()", "hard_tanh": "Hardtanh()",
	"hard_shrink": "Hardshrink()", "soft_shrink": "Softshrink()", "tanh_shrink": "Tanhshrink()", "linear": "Identity()",
}

// module returns the Python expression of the nn.Sequential that computes a chain after its first Affine, if it is one;
// and for each step the number of its module, by which a state_dict names its tensors. An
// activation that PyTorch has not is a module of the name that it has here, which a reader must define.
func module(c *chain.Chain) (python string, numbers []int) {
	var all []string
	if len(c.Input) > 1 {
		all = append(all, "nn.Flatten()")
	}
	size := 1
	for _, n := range c.Input {
		size *= n
	}
	for i, s := range c.Steps {
		number := len(all)
		switch s := s.(type) {
		case chain.Affine:
			if i > 0 {
				all = append(all, "Affine()")
			}
		case chain.Dense:
			all = append(all, fmt.Sprintf("nn.Linear(%d, %d%s)", s.Inputs, s.Units, option(s.Bias == nil, ", bias=False")))
			size = s.Units
		case chain.BatchNormalization:
			momentum := ""
			if s.Momentum != 0 {
				momentum = ", momentum=" + number64(1-s.Momentum)
			}
			affine := option(s.Gamma == nil && s.Beta == nil, ", affine=False")
			all = append(all, fmt.Sprintf("nn.BatchNorm1d(%d, eps=%s%s%s)", size, number64(s.Epsilon), momentum, affine))
		case chain.Activation:
			all = append(all, activation(s))
		case chain.Dropout:
			all = append(all, "nn.Dropout("+number64(s.Rate)+")")
		}
		numbers = append(numbers, number)
	}
	return "nn.Sequential(" + strings.Join(all, ", ") + ")", numbers
}

func activation(a chain.Activation) string {
	switch a.Function {
	case "softmax":
		return "nn.Softmax(dim=1)"
	case "leaky_relu":
		return "nn.LeakyReLU(" + number64(a.Slope) + ")"
	case "elu":
		return "nn.ELU(" + number64(a.Alpha) + ")"
	}
	if m, ok := modules[a.Function]; ok {
		return "nn." + m
	}
	return a.Function + "()"
}

func option(set bool, text string) string {
	if set {
		return text
	}
	return ""
}

// number64 returns a number as Python writes it, without the error that 1 - 0.99 has.
func number64(x float64) string { return strconv.FormatFloat(x, 'g', 12, 64) }
