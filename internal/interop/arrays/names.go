package arrays

import (
	"cmp"
	"fmt"
	"strings"
)

// role is what an array is to its layer.
type role string

// The roles. matrix is a kernel whose name does not say which of its dimensions is the inputs.
const (
	kernel   role = "kernel"   // [inputs, units]: Keras
	weight   role = "weight"   // [units, inputs]: PyTorch; or a batch normalization's gamma
	matrix   role = "matrix"   // [inputs, units] or [units, inputs]: whoever wrote W1
	bias     role = "bias"     //
	gamma    role = "gamma"    //
	beta     role = "beta"     //
	mean     role = "mean"     // the moving average
	variance role = "variance" //
	scale    role = "scale"    // of an affine step, as dnn writes it; Flax's gamma
	shift    role = "shift"    //
	counter  role = "counter"  // of batches, steps or models: no weight
)

var roles = map[string]role{
	"kernel": kernel, "weight": weight, "weights": weight, "bias": bias, "biases": bias, "gamma": gamma, "beta": beta,
	"moving_mean": mean, "running_mean": mean, "mean": mean, "moving_variance": variance, "moving_var": variance,
	"running_var": variance, "variance": variance, "var": variance, "scale": scale, "shift": shift,
	"num_batches_tracked": counter, "count": counter, "n_averaged": counter, "iterations": counter,
	"iteration": counter, "global_step": counter, "step": counter, "epoch": counter, "seed_generator_state": counter,
}

// foreign are parts of names that say which layer it is that a chain has not.
var foreign = []struct{ part, layer string }{
	{"weight_ih", "a recurrent layer"}, {"weight_hh", "a recurrent layer"}, {"bias_ih", "a recurrent layer"},
	{"bias_hh", "a recurrent layer"}, {"recurrent_kernel", "a recurrent layer"}, {"in_proj_", "an attention"},
	{"out_proj.", "an attention"}, {"q_proj", "an attention"}, {"query", "an attention"}, {"embeddings", "an embedding"},
	{"depthwise_kernel", "a convolution"}, {"pointwise_kernel", "a convolution"},
	{"_packed_params", "a quantized layer"}, {"zero_point", "a quantized layer"}, {"lora_", "a LoRA adapter"},
	{"weight_g", "a weight normalization"}, {"weight_v", "a weight normalization"},
	{"parametrizations.", "a parametrization such as weight_norm"}, {"weight_orig", "a pruned layer"},
	{"weight_mask", "a pruned layer"},
}

var (
	matrixName = pattern(`^(?:w|weights?|kernel|coefs?|theta)_?(\d+)$`)
	biasName   = pattern(`^(?:b|bias(?:es)?|intercepts?)_?(\d+)$`)
	joinedName = pattern(`^(.+)_(weights?|kernel|w|bias|b|gamma|beta|moving_mean|moving_variance|` +
		`running_mean|running_var|num_batches_tracked)$`)
	variableName = pattern(`^(.*)/vars/(\d+)$`)
)

// split returns the name of an array's layer and its role in it; an empty role: the name says nothing.
func split(name string) (layer string, r role) {
	name = strings.TrimSuffix(name, ":0") // TensorFlow 1's number of an output
	at := strings.LastIndexAny(name, "./")
	layer, last := name[:max(at, 0)], name[at+1:]
	for _, branch := range []string{"params", "batch_stats"} { // Flax keeps the parts of a layer in two branches
		layer = strings.TrimPrefix(strings.TrimPrefix(layer, branch+"/"), branch+".")
	}
	lower := strings.ToLower(last)
	switch lower {
	case "w":
		return layer, matrix
	case "b":
		return layer, bias
	}
	if r := roles[lower]; r != "" {
		return layer, r
	}
	if m := matrixName().FindStringSubmatch(lower); m != nil {
		return layer + m[1], matrix
	}
	if m := biasName().FindStringSubmatch(lower); m != nil {
		return layer + m[1], bias
	}
	if m := joinedName().FindStringSubmatch(last); m != nil {
		if layer != "" {
			layer += "."
		}
		_, r := split(m[2])
		return layer + m[1], r
	}
	return layer, ""
}

// foreignLayer returns what layer a name is of that a chain has not; empty: unknown.
func foreignLayer(name string) string {
	for _, f := range foreign {
		if strings.Contains(name, f.part) {
			return f.layer
		}
	}
	return ""
}

// common returns how many bytes of the names are a prefix that all have, such as module. or model. or _orig_mod.; a
// layer and its array remain of each.
func common(names []string) int {
	n := 0
	for {
		at := strings.IndexAny(names[0][n:], "./")
		if at < 0 {
			return n
		}
		prefix := names[0][:n+at+1]
		for _, name := range names {
			if !strings.HasPrefix(name, prefix) || !strings.ContainsAny(name[len(prefix):], "./") {
				return n
			}
		}
		n = len(prefix)
	}
}

// natural compares two names with numbers in them as a person would: 2.weight is before 10.weight.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x == "" || y == "" {
			if c := cmp.Compare(a[0], b[0]); c != 0 {
				return c
			}
			a, b = a[1:], b[1:]
			continue
		}
		if c := number(x, y); c != 0 {
			return c
		}
		a, b = a[len(x):], b[len(y):]
	}
	return cmp.Compare(len(a), len(b))
}

// number compares two rows of digits as numbers of any length.
func number(x, y string) int {
	x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
	if c := cmp.Compare(len(x), len(y)); c != 0 {
		return c
	}
	return strings.Compare(x, y)
}

// digits returns the digits that s starts with.
func digits(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return s[:i]
		}
	}
	return s
}

// lastNumber returns the last digits in a name; empty: there are none.
func lastNumber(name string) string {
	end := len(name)
	for end > 0 && (name[end-1] < '0' || name[end-1] > '9') {
		end--
	}
	begin := end
	for begin > 0 && name[begin-1] >= '0' && name[begin-1] <= '9' {
		begin--
	}
	return name[begin:end]
}

// short returns a name that an error can show, of any file.
func short(name string) string {
	const most = 60
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	text := fmt.Sprintf("%q", name)
	if plain := text[1 : len(text)-1]; plain == name && name != "" {
		return name
	}
	return text
}

// shapeText returns a shape as an error shows it.
func shapeText(shape []int) string {
	const most = 6
	if len(shape) > most {
		return fmt.Sprintf("[%d dimensions]", len(shape))
	}
	return strings.ReplaceAll(fmt.Sprint(shape), " ", ", ")
}
