package space

import (
	"slices"

	"go.yaml.in/yaml/v3"

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
	if at := keyfile.ValueOf(n, "distribution"); at != nil && (at.Value == "beta" || at.Value == "q_beta") {
		p := keyfile.Wrong(at, "the %s distribution is not supported", at.Value)
		p.Hint = "uniform is beta with a: 1 and b: 1; normal has one peak too"
		return parameter{}, p
	}
	names = append(names, "categorical_w_probabilities")
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
	switch name {
	case "":
		name = inferred(values)
	case "categorical_w_probabilities":
		name = "categorical"
	}
	if name == "" {
		return form{}, keyfile.Wrong(n, "wanted value, values, min and max, or distribution, found none of them")
	}
	all := forms()
	f := all[slices.IndexFunc(all, func(f form) bool { return f.name == name })]
	for _, field := range f.needs {
		if _, ok := values[field]; !ok {
			return f, keyfile.Wrong(n, "wanted %s, since it is %s, found none", field, name)
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
