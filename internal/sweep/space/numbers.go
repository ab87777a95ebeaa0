package space

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/exact"
	"dnn/internal/keyfile"
	"dnn/internal/sweep/sampler"
)

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
	p.axis.Texts = p.Values
	weights, given := r.values["probabilities"].([]any)
	if !given {
		for i := range values {
			p.axis.UpTo = append(p.axis.UpTo, float64(i+1)/float64(len(values)))
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
		p.axis.UpTo = append(p.axis.UpTo, min(end, 1))
	}
	p.axis.UpTo[len(values)-1] = 1
	return p, nil
}

// numbers returns a parameter that is drawn from numbers.
func (r reader) numbers(name string) (parameter, *keyfile.Problem) {
	bounds, whole, ok := boundsOf(r.kind)
	if !ok {
		p := keyfile.Wrong(r.node, "wanted values, since it is no number, found %s", name)
		p.Hint = "write {values: […]}"
		return parameter{}, p
	}
	if p := r.fits(name, whole); p != nil {
		return parameter{}, p
	}
	d := Distribution{Name: name, Min: r.get("min", 0), Max: r.get("max", 0), Q: r.get("q", 0)}
	x := sampler.Axis{Show: writer(r.kind, whole), Quantum: d.Q}
	switch {
	case strings.HasPrefix(name, "q_"):
		d.Q = r.get("q", 1)
		x.Quantum = d.Q
	case name == "int_uniform":
		x.Quantum, x.Equal = 1, true
	}
	x.Log = strings.Contains(name, "log_")
	x.Normal = strings.HasSuffix(name, "normal")
	var p *keyfile.Problem
	if x.Normal {
		d.Mu, d.Sigma = r.get("mu", 0), r.get("sigma", 1)
		p = r.bell(&x, d, bounds)
	} else {
		p = r.ends(&x, d)
	}
	if p == nil {
		p = r.reaches(&x)
	}
	return parameter{Distribution: d, axis: x, whole: whole}, p
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
func (r reader) ends(x *sampler.Axis, d Distribution) *keyfile.Problem {
	if d.Min >= d.Max {
		p := keyfile.Wrong(r.at("max"), "max: wanted more than min, %v, found %v", d.Min, d.Max)
		if d.Min == d.Max {
			p.Hint = fmt.Sprintf("write {value: %v}", d.Min)
		}
		return p
	}
	x.A, x.B, x.Low, x.High = d.Min, d.Max, d.Min, d.Max
	switch {
	case !x.Log:
	case strings.HasSuffix(d.Name, "_values"):
		if d.Min <= 0 {
			return keyfile.Wrong(r.at("min"), "min: wanted a number above 0, since it is %s, found %v", d.Name, d.Min)
		}
		x.A, x.B = exact.Log64(d.Min), exact.Log64(d.Max)
	default: // the ends are exponents
		if d.Min < -sampler.MaxExponent || d.Max > sampler.MaxExponent {
			return keyfile.Wrong(r.node, "wanted exponents from %d to %d, found %v and %v", -sampler.MaxExponent,
				sampler.MaxExponent, d.Min, d.Max)
		}
		if strings.HasPrefix(d.Name, "inv_") {
			x.A, x.B = -d.Max, -d.Min
		}
		x.Low, x.High = exact.Exp64(x.A), exact.Exp64(x.B)
	}
	return nil
}

// bell sets mean and deviation of a normal distribution, which is cut off where the key's numbers end.
func (r reader) bell(x *sampler.Axis, d Distribution, bounds keyfile.Number) *keyfile.Problem {
	if d.Sigma <= 0 {
		return keyfile.Wrong(r.at("sigma"), "sigma: wanted a number above 0, found %v", d.Sigma)
	}
	x.A, x.B = d.Mu, d.Sigma
	from, to := d.Mu-float64(10*d.Sigma), d.Mu+float64(10*d.Sigma) // no number is drawn beyond
	x.Low, x.High = bounds.Min, bounds.Max
	if bounds.MinOpen {
		x.Low = math.Nextafter(x.Low, math.Inf(1))
	}
	if bounds.MaxOpen {
		x.High = math.Nextafter(x.High, math.Inf(-1))
	}
	low, high := x.Low, x.High // in the scale of mu
	if x.Log {
		low, high = -sampler.MaxExponent, -sampler.MaxExponent
		if x.Low > 0 {
			low = exact.Log64(x.Low)
		}
		if x.High > 0 {
			high = exact.Log64(x.High)
		}
		from, to = max(from, -sampler.MaxExponent), min(to, sampler.MaxExponent)
	}
	low, high = max(low, from), min(high, to)
	x.From = sampler.NormalBelow((low - d.Mu) / d.Sigma)
	x.Share = sampler.NormalBelow((high-d.Mu)/d.Sigma) - x.From
	if !(x.Share >= 1e-3) || low >= high {
		p := keyfile.Wrong(r.node, "wanted numbers %s, found hardly any: mu %v, sigma %v", bounds.Want(), d.Mu, d.Sigma)
		p.What = strings.Replace(p.What, "numbers a number", "numbers", 1)
		if x.Log {
			p.Hint = "mu and sigma are those of the logarithm: for values near 0.001, mu: -6.9"
		}
		return p
	}
	if x.Log {
		low, high = exact.Exp64(low), exact.Exp64(high)
	}
	x.Low, x.High = max(x.Low, low), min(x.High, high)
	if x.Quantum > 0 {
		x.Low, x.High = math.Ceil(x.Low/x.Quantum)*x.Quantum, math.Floor(x.High/x.Quantum)*x.Quantum
		if x.Low > x.High {
			return keyfile.Wrong(r.at("q"), "q: wanted multiples %s, found none of %v", bounds.Want(), d.Q)
		}
	}
	return nil
}

// reaches refuses an axis whose smallest or largest number the key cannot have.
func (r reader) reaches(x *sampler.Axis) *keyfile.Problem {
	low, high := x.Low, x.High
	if x.Quantum > 0 {
		first, last := x.Multiples()
		if max(math.Abs(first), math.Abs(last)) > 1<<53 {
			return keyfile.Wrong(r.at("q"), "q: wanted at most %d multiples of it, found more", uint64(1)<<53)
		}
		low, high = x.Multiple(first), x.Multiple(last)
	}
	for i, end := range []string{"min", "max"} {
		v := []float64{low, high}[i]
		if _, p := r.kind.Read(keyfile.PlainNode(x.Show(v))); p != nil {
			p.At, p.What = r.at(end), end+": "+p.What
			if x.Quantum > 0 && v != []float64{x.Low, x.High}[i] {
				p.Hint = fmt.Sprintf("numbers are rounded to multiples of %v", x.Quantum)
			} else if x.Log && !strings.HasSuffix(fmt.Sprint(r.values["distribution"]), "_values") {
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

// writer returns the function that writes numbers as the experiment file has them.
func writer(kind keyfile.Kind, whole bool) func(float64) string {
	if whole {
		return func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	}
	return func(v float64) string { return kind.Show(v) }
}
