package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/keyfile"
	"dnn/internal/nn"
)

// Layer is one hidden layer: what nn says of it, without a name. An Activation or KernelInitializer that is empty is the
// experiment's.
type Layer nn.LayerSpec

// layerKey is a setting of one type of layer.
type layerKey struct {
	keyfile.Field
	value    func(*Layer) any // a pointer to the field of Layer: *int, *float64, *string or *nn.Initializer
	standard string           // the default, as it is written in a file; empty: that of the experiment, 0, or of a bias zeros
}

// field returns one key of a mapping.
func field(name string, kind keyfile.Kind) keyfile.Field {
	return keyfile.Field{Name: name, Kind: kind}
}

// layerType is one type of layer, as an experiment file writes it: {dense: 100, activation: tanh}, {dropout: 0.2},
// {batch_normalization: {momentum: 0.9}}. A new type of layer is a new entry of layerTypes.
type layerType struct {
	name string     // what nn calls it
	main *layerKey  // the setting that stands after the name, if there is one
	keys []layerKey // the others; beside the name if there is a main one, else in a mapping after it
}

// layerTypes returns the types of layers in the order of the documentation.
func layerTypes() []layerType {
	return []layerType{
		{name: "dense",
			main: &layerKey{field("dense", keyfile.Whole{Min: 1, Max: maxUnits}), func(l *Layer) any { return &l.Units }, ""},
			keys: []layerKey{
				{field("activation", choice(nn.Activations()...)), func(l *Layer) any { return &l.Activation }, ""},
				{field("kernel_initializer", initializer(nn.Initializers())), func(l *Layer) any { return &l.KernelInitializer }, ""},
				{field("bias_initializer", initializer(nn.BiasInitializers())), func(l *Layer) any { return &l.BiasInitializer }, ""},
				{field("l1", keyfile.Number{Min: 0, Max: maxPenalty}), func(l *Layer) any { return &l.L1 }, ""},
				{field("l2", keyfile.Number{Min: 0, Max: maxPenalty}), func(l *Layer) any { return &l.L2 }, ""},
			}},
		{name: "dropout",
			main: &layerKey{field("dropout", keyfile.Number{Min: 0, Max: 1, MaxOpen: true}), func(l *Layer) any { return &l.Rate }, ""}},
		{name: "batch_normalization",
			keys: []layerKey{
				{field("momentum", keyfile.Number{Min: 0, Max: 1, MaxOpen: true}), func(l *Layer) any { return &l.Momentum }, "0.99"},
				{field("epsilon", keyfile.Number{Min: minEpsilon, Max: 1}), func(l *Layer) any { return &l.Epsilon }, "0.001"},
			}},
	}
}

func layerTypeNames() []string {
	var names []string
	for _, t := range layerTypes() {
		names = append(names, t.name)
	}
	return names
}

// set puts a value that the key's kind has read into its field.
func (k layerKey) set(l *Layer, value any) {
	switch field := k.value(l).(type) {
	case *int:
		*field = int(value.(uint64))
	case *float64:
		*field = value.(float64)
	case *string:
		*field = value.(string)
	case *nn.Initializer:
		*field = value.(nn.Initializer)
	}
}

// get returns the value of the field, and whether it is another than the default.
func (k layerKey) get(l Layer) (value any, other bool) {
	switch field := k.value(&l).(type) {
	case *int:
		return *field, *field != 0
	case *float64:
		return *field, fmt.Sprint(*field) != cmp.Or(k.standard, "0")
	case *string:
		return *field, *field != ""
	case *nn.Initializer:
		if field.Name == nn.ConstantInitializer {
			return []named{{field.Name, field.Value}}, true
		}
		return field.Name, field.Name != ""
	}
	return nil, false
}

// newLayer returns a layer of the type with its defaults.
func (t layerType) newLayer() Layer {
	l := Layer{Type: t.name}
	for _, k := range t.keys {
		if k.standard != "" {
			value, _ := k.Kind.Read(k.Kind.Node(k.standard)) // that it is valid is tested
			k.set(&l, value)
		}
	}
	return l
}

// given returns the layer as an experiment file says it, in the shortest way, and in the order of the table: each name
// with its value, the last of them being a list of that kind again where the settings stand in a mapping after the name.
func (l Layer) given() []named {
	for _, t := range layerTypes() {
		if t.name != l.Type {
			continue
		}
		var others []named
		for _, k := range t.keys {
			if value, other := k.get(l); other {
				others = append(others, named{k.Name, value})
			}
		}
		if t.main == nil {
			return []named{{t.name, others}}
		}
		value, _ := t.main.get(l)
		return append([]named{{t.name, value}}, others...)
	}
	return nil
}

// named is one key of a mapping with its value: a number, text, or a []named.
type named struct {
	name  string
	value any
}

// short returns the layer as one word, if that says it all: 100, batch_normalization.
func (l Layer) short() (any, bool) {
	switch given := l.given(); {
	case len(given) != 1:
		return nil, false
	case l.Type == "dense":
		return l.Units, true
	default:
		others, isList := given[0].value.([]named)
		return l.Type, isList && len(others) == 0
	}
}

// MarshalJSON writes the layer as an experiment file has it: its units or its type where that says it all, else a mapping.
func (l Layer) MarshalJSON() ([]byte, error) {
	if word, ok := l.short(); ok {
		return json.Marshal(word)
	}
	return jsonMapping(l.given())
}

func jsonMapping(list []named) ([]byte, error) {
	out := []byte{'{'}
	for i, v := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, v.name), ':')
		value, err := json.Marshal(v.value)
		if inner, ok := v.value.([]named); ok {
			value, err = jsonMapping(inner)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, value...)
	}
	return append(out, '}'), nil
}

// yamlMapping writes the mapping in one line.
func yamlMapping(list []named) string {
	var out []string
	for _, v := range list {
		value := fmt.Sprint(v.value)
		if inner, ok := v.value.([]named); ok {
			value = yamlMapping(inner)
		}
		out = append(out, v.name+": "+value)
	}
	return "{" + strings.Join(out, ", ") + "}"
}
