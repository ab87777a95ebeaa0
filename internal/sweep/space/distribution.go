package space

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/exact"
	"dnn/internal/keyfile"
)

// form is how a distribution is written: the fields that it needs, and those that it may have.
type form struct {
	name  string
	needs []string
	may   []string
}

// forms returns the distributions of W&B, without the beta distribution.
func forms() []form {
	ends, quantized := []string{"min", "max"}, []string{"q"}
	bell, bellQuantized := []string{"mu", "sigma"}, []string{"mu", "sigma", "q"}
	return []form{
		{"constant", []string{"value"}, nil},
		{"categorical", []string{"values"}, []string{"probabilities"}},
		{"int_uniform", ends, nil},
		{"uniform", ends, nil},
		{"q_uniform", ends, quantized},
		{"log_uniform_values", ends, nil},
		{"q_log_uniform_values", ends, quantized},
		{"inv_log_uniform_values", ends, nil},
		{"log_uniform", ends, nil},
		{"q_log_uniform", ends, quantized},
		{"inv_log_uniform", ends, nil},
		{"normal", nil, bell},
		{"q_normal", nil, bellQuantized},
		{"log_normal", nil, bell},
		{"q_log_normal", nil, bellQuantized},
	}
}

// number is a number of a distribution, as it was written.
type number struct {
	v     float64
	whole bool // it was written without a decimal point
}

// figure is the kind of such a number.
type figure struct{ keyfile.Number }

// maxFigure is the largest absolute value of a number of a distribution.
const maxFigure = 1e300

func anyFigure() figure { return figure{keyfile.Number{Min: -maxFigure, Max: maxFigure}} }

func (k figure) Want() string { return "a number" }

func (k figure) Read(n *yaml.Node) (any, *keyfile.Problem) {
	v, p := k.Number.Read(n)
	if p != nil {
		p.What = keyfile.Unwanted(k, n).What
		return nil, p
	}
	return number{v.(float64), keyfile.IsWhole(n.Value)}, nil
}

// list is the kind of a list of values that are of one kind.
type list struct{ of keyfile.Kind }

func (k list) Want() string           { return "a list of values" }
func (k list) Node(string) *yaml.Node { return keyfile.PlainNode("") }
func (k list) Show(any) string        { return "" }

func (k list) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind != yaml.SequenceNode {
		p := keyfile.Unwanted(k, n)
		if n.Kind == yaml.ScalarNode {
			p.Hint = "write [" + n.Value + "]"
		}
		return nil, p
	}
	if len(n.Content) == 0 || len(n.Content) > maxValues {
		return nil, keyfile.Wrong(n, "wanted 1 to %d values, found %d", maxValues, len(n.Content))
	}
	var found *keyfile.Problem
	values := make([]any, len(n.Content))
	for i, item := range n.Content {
		v, p := k.of.Read(item)
		values[i], found = v, found.And(p)
	}
	return values, found
}

// readDistribution reads what stands after the name of a parameter.
func readDistribution(key string, kind keyfile.Kind, n *yaml.Node) (parameter, *keyfile.Problem) {
	if n.Kind != yaml.MappingNode {
		p := keyfile.Wrong(n, "wanted value, values, or min and max, found %s", keyfile.Describe(n))
		switch {
		case n.Kind == yaml.SequenceNode:
			p.Hint = "write {values: […]}"
		case !keyfile.IsNull(n.Value):
			p.Hint = "write {value: " + n.Value + "}"
		}
		return parameter{}, p
	}
	all := forms()
	names := make([]string, 0, len(all)+2)
	for _, f := range all {
		names = append(names, f.name)
	}
	names = append(names, "categorical_w_probabilities", "beta", "q_beta")
	numbers := anyFigure()
	values, p := keyfile.ReadFields(n, []keyfile.Field{
		{Name: "value", Kind: kind}, {Name: "values", Kind: list{kind}},
		{Name: "min", Kind: numbers}, {Name: "max", Kind: numbers},
		{Name: "distribution", Kind: keyfile.Choice{Names: names, Foreign: map[string][]string{
			"log_uniform_values": {"loguniform"}, "int_uniform": {"int", "randint", "integer"}, "categorical": {"choice"},
			"uniform": {"float"},
		}}},
		{Name: "q", Kind: numbers}, {Name: "mu", Kind: numbers}, {Name: "sigma", Kind: numbers},
		{Name: "probabilities", Kind: list{numbers}}, {Name: "parameters", Kind: numbers},
		{Name: "a", Kind: numbers}, {Name: "b", Kind: numbers},
	})
	if p != nil {
		return parameter{}, p
	}
	f, p := formOf(n, values)
	if p != nil {
		return parameter{}, p
	}
	r := reader{node: n, key: key, kind: kind, values: values}
	if f.name == "constant" || f.name == "categorical" {
		return r.listed(f.name)
	}
	return r.numbers(f.name)
}

// formOf returns the form that the fields have, or what is wrong with them.
func formOf(n *yaml.Node, values map[string]any) (form, *keyfile.Problem) {
	name, _ := values["distribution"].(string)
	where := n
	switch name {
	case "":
		name = inferred(values)
	case "categorical_w_probabilities":
		name = "categorical"
	case "beta", "q_beta":
		p := keyfile.Wrong(keyfile.ValueOf(n, "distribution"), "the %s distribution is not supported", name)
		p.Hint = "uniform is beta with a: 1 and b: 1; normal has one peak too"
		return form{}, p
	}
	if name == "" {
		return form{}, keyfile.Wrong(n, "wanted value, values, min and max, or distribution, found none of them")
	}
	all := forms()
	f := all[slices.IndexFunc(all, func(f form) bool { return f.name == name })]
	for _, field := range f.needs {
		if _, ok := values[field]; !ok {
			return f, keyfile.Wrong(where, "wanted %s, since it is %s, found none", field, name)
		}
	}
	var found *keyfile.Problem
	for i := 0; i+1 < len(n.Content); i += 2 { // in the order of the file
		field := n.Content[i].Value
		if field != "distribution" && !slices.Contains(f.needs, field) && !slices.Contains(f.may, field) {
			p := keyfile.Wrong(n.Content[i], "%s has no %s", name, field)
			switch {
			case field == "q" && slices.ContainsFunc(all, func(f form) bool { return f.name == "q_"+name }):
				p.Hint = "write distribution: q_" + name
			case field == "q":
				p.Hint = "whole numbers are multiples of 1 already; others: distribution: q_uniform"
			}
			found = found.And(p)
		}
	}
	return f, found
}

// inferred returns the distribution that W&B takes where none is named; "" if there is none.
func inferred(values map[string]any) string {
	low, hasLow := values["min"].(number)
	high, hasHigh := values["max"].(number)
	switch {
	case values["value"] != nil:
		return "constant"
	case values["values"] != nil:
		return "categorical"
	case hasLow && hasHigh && low.whole && high.whole:
		return "int_uniform"
	case hasLow || hasHigh:
		return "uniform"
	case values["probabilities"] != nil:
		return "categorical"
	}
	return ""
}

// reader makes a parameter of the fields of its mapping.
type reader struct {
	node   *yaml.Node
	key    string
	kind   keyfile.Kind
	values map[string]any
}

// at returns the node of a field, or the mapping where it is missing.
func (r reader) at(field string) *yaml.Node {
	if n := keyfile.ValueOf(r.node, field); n != nil {
		return n
	}
	return r.node
}

// get returns the number of a field, or its default.
func (r reader) get(field string, standard float64) float64 {
	if n, ok := r.values[field].(number); ok {
		return n.v
	}
	return standard
}

// listed returns a constant or categorical parameter.
func (r reader) listed(name string) (parameter, *keyfile.Problem) {
	values, _ := r.values["values"].([]any)
	if name == "constant" {
		values = []any{r.values["value"]}
	}
	p := parameter{Distribution: Distribution{Name: name}}
	for i, v := range values {
		text := r.kind.Show(v)
		if first := slices.Index(p.Values, text); first >= 0 {
			items := r.at("values").Content
			return p, keyfile.Wrong(items[i], "values: wanted different values, found %s twice, first on line %d",
				keyfile.Shorten(text), items[first].Line)
		}
		p.Values = append(p.Values, text)
	}
	p.axis.texts = p.Values
	weights, given := r.values["probabilities"].([]any)
	if !given {
		for i := range values {
			p.axis.upTo = append(p.axis.upTo, float64(i+1)/float64(len(values)))
		}
		return p, nil
	}
	if len(weights) != len(values) {
		return p, keyfile.Wrong(r.at("probabilities"), "probabilities: wanted %d, one for each value, found %d",
			len(values), len(weights))
	}
	total := 0.0
	for i, w := range weights {
		v := w.(number).v
		if !(v > 0 && v <= 1) {
			return p, keyfile.Wrong(r.at("probabilities").Content[i],
				"probabilities: wanted numbers above 0 and at most 1, found %v", v)
		}
		total += v
		p.Weights = append(p.Weights, v)
	}
	if math.Abs(total-1) > 1e-5 {
		return p, keyfile.Wrong(r.at("probabilities"), "probabilities: wanted a sum of 1, found %v", total)
	}
	end := 0.0
	for _, w := range p.Weights {
		end += w / total
		p.axis.upTo = append(p.axis.upTo, min(end, 1))
	}
	p.axis.upTo[len(values)-1] = 1
	return p, nil
}

// numbers returns a parameter that is drawn from numbers.
func (r reader) numbers(name string) (parameter, *keyfile.Problem) {
	bounds, whole, ok := boundsOf(r.kind)
	if !ok {
		p := keyfile.Wrong(r.node, "wanted values, since it is %s, found %s", r.kind.Want(), name)
		p.Hint = "write {values: […]}"
		return parameter{}, p
	}
	if p := r.fits(name, whole); p != nil {
		return parameter{}, p
	}
	d := Distribution{Name: name, Min: r.get("min", 0), Max: r.get("max", 0), Q: r.get("q", 0)}
	x := axis{kind: r.kind, whole: whole, quantum: d.Q}
	switch {
	case strings.HasPrefix(name, "q_"):
		d.Q = r.get("q", 1)
		x.quantum = d.Q
	case name == "int_uniform":
		x.quantum, x.equal = 1, true
	}
	x.log = strings.Contains(name, "log_")
	x.normal = strings.HasSuffix(name, "normal")
	var p *keyfile.Problem
	if x.normal {
		d.Mu, d.Sigma = r.get("mu", 0), r.get("sigma", 1)
		p = r.bell(&x, d, bounds)
	} else {
		p = r.ends(&x, d)
	}
	if p == nil {
		p = r.reaches(&x)
	}
	return parameter{Distribution: d, axis: x}, p
}

// fits refuses distributions of numbers with a fraction for a key that is whole.
func (r reader) fits(name string, whole bool) *keyfile.Problem {
	quantized := strings.HasPrefix(name, "q_")
	q := r.get("q", 1)
	switch {
	case quantized && q <= 0:
		return keyfile.Wrong(r.at("q"), "q: wanted a number above 0, found %v", q)
	case whole && quantized && q != math.Trunc(q):
		return keyfile.Wrong(r.at("q"), "q: wanted a whole number, since %s is one, found %v", r.key, q)
	case whole && !quantized && name != "int_uniform":
		p := keyfile.Wrong(r.node, "wanted whole numbers, found the distribution %s", name)
		p.Hint = "write distribution: int_uniform"
		if name != "uniform" {
			p.Hint = "write distribution: q_" + strings.TrimPrefix(name, "inv_")
		}
		return p
	}
	for _, end := range []string{"min", "max"} {
		if n, ok := r.values[end].(number); ok && name == "int_uniform" && !n.whole {
			return keyfile.Wrong(r.at(end), "%s: wanted a whole number, since it is int_uniform, found %v", end, n.v)
		}
	}
	return nil
}

// ends sets the ends of a uniform distribution.
func (r reader) ends(x *axis, d Distribution) *keyfile.Problem {
	if d.Min >= d.Max {
		p := keyfile.Wrong(r.at("max"), "max: wanted more than min, %v, found %v", d.Min, d.Max)
		if d.Min == d.Max {
			p.Hint = fmt.Sprintf("write {value: %v}", d.Min)
		}
		return p
	}
	x.a, x.b, x.low, x.high = d.Min, d.Max, d.Min, d.Max
	switch {
	case !x.log:
	case strings.HasSuffix(d.Name, "_values"):
		if d.Min <= 0 {
			return keyfile.Wrong(r.at("min"), "min: wanted a number above 0, since it is %s, found %v", d.Name, d.Min)
		}
		x.a, x.b = exact.Log64(d.Min), exact.Log64(d.Max)
	default: // the ends are exponents
		if d.Min < -maxExponent || d.Max > maxExponent {
			return keyfile.Wrong(r.node, "wanted exponents from %d to %d, found %v and %v", -maxExponent, maxExponent, d.Min,
				d.Max)
		}
		if strings.HasPrefix(d.Name, "inv_") {
			x.a, x.b = -d.Max, -d.Min
		}
		x.low, x.high = exact.Exp64(x.a), exact.Exp64(x.b)
	}
	return nil
}

// bell sets mean and deviation of a normal distribution, which is cut off where the key's numbers end.
func (r reader) bell(x *axis, d Distribution, bounds keyfile.Number) *keyfile.Problem {
	if d.Sigma <= 0 {
		return keyfile.Wrong(r.at("sigma"), "sigma: wanted a number above 0, found %v", d.Sigma)
	}
	x.a, x.b = d.Mu, d.Sigma
	from, to := d.Mu-far*d.Sigma, d.Mu+far*d.Sigma
	x.low, x.high = bounds.Min, bounds.Max
	if bounds.MinOpen {
		x.low = math.Nextafter(x.low, math.Inf(1))
	}
	if bounds.MaxOpen {
		x.high = math.Nextafter(x.high, math.Inf(-1))
	}
	low, high := x.low, x.high // in the scale of mu
	if x.log {
		low, high = -maxExponent, -maxExponent
		if x.low > 0 {
			low = exact.Log64(x.low)
		}
		if x.high > 0 {
			high = exact.Log64(x.high)
		}
		from, to = max(from, -maxExponent), min(to, maxExponent)
	}
	low, high = max(low, from), min(high, to)
	x.from = normalBelow((low - d.Mu) / d.Sigma)
	x.share = normalBelow((high-d.Mu)/d.Sigma) - x.from
	if !(x.share >= 1e-3) || low >= high {
		p := keyfile.Wrong(r.node, "wanted numbers %s, found hardly any: mu %v, sigma %v", bounds.Want(), d.Mu, d.Sigma)
		p.What = strings.Replace(p.What, "numbers a number", "numbers", 1)
		if x.log {
			p.Hint = "mu and sigma are those of the logarithm: for values near 0.001, mu: -6.9"
		}
		return p
	}
	if x.log {
		low, high = exact.Exp64(low), exact.Exp64(high)
	}
	x.low, x.high = max(x.low, low), min(x.high, high)
	if x.quantum > 0 {
		x.low, x.high = math.Ceil(x.low/x.quantum)*x.quantum, math.Floor(x.high/x.quantum)*x.quantum
		if x.low > x.high {
			return keyfile.Wrong(r.at("q"), "q: wanted multiples %s, found none of %v", bounds.Want(), d.Q)
		}
	}
	return nil
}

// reaches refuses an axis whose smallest or largest number the key cannot have.
func (r reader) reaches(x *axis) *keyfile.Problem {
	low, high := x.low, x.high
	if x.quantum > 0 {
		first, last := x.multiples()
		if max(math.Abs(first), math.Abs(last)) > 1<<53 {
			return keyfile.Wrong(r.at("q"), "q: wanted at most %d multiples of it, found more", uint64(1)<<53)
		}
		low, high = x.multiple(first), x.multiple(last)
	}
	for i, end := range []string{"min", "max"} {
		v := []float64{low, high}[i]
		if _, p := r.kind.Read(keyfile.PlainNode(x.show(v))); p != nil {
			p.At, p.What = r.at(end), end+": "+p.What
			if x.quantum > 0 && v != []float64{x.low, x.high}[i] {
				p.Hint = fmt.Sprintf("numbers are rounded to multiples of %v", x.quantum)
			} else if x.log && !strings.HasSuffix(fmt.Sprint(r.values["distribution"]), "_values") {
				p.Hint = "min and max are exponents of e here: for values write log_uniform_values"
			}
			return p
		}
	}
	return nil
}

// boundsOf returns the numbers that a kind accepts, and whether they are whole.
func boundsOf(k keyfile.Kind) (bounds keyfile.Number, whole, ok bool) {
	switch k := k.(type) {
	case keyfile.Number:
		return k, false, true
	case keyfile.Whole:
		return keyfile.Number{Min: float64(k.Min), Max: float64(k.Max)}, true, true
	}
	return keyfile.Number{}, false, false
}
