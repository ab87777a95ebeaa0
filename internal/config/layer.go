package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/nn"

	"go.yaml.in/yaml/v3"
)

// Layer is one hidden layer: what nn says of it, without a name. An Activation or KernelInitializer that is empty is the
// experiment's.
type Layer nn.LayerSpec

// layerKey is a setting of one type of layer.
type layerKey struct {
	field
	value    func(*Layer) any // a pointer to the field of Layer: *int, *float64 or *string
	standard string           // the default, as it is written in a file; empty: that of the experiment, or 0
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
			main: &layerKey{field{"dense", whole{1, maxUnits}}, func(l *Layer) any { return &l.Units }, ""},
			keys: []layerKey{
				{field{"activation", choice(nn.Activations())}, func(l *Layer) any { return &l.Activation }, ""},
				{field{"kernel_initializer", choice(nn.Initializers())}, func(l *Layer) any { return &l.KernelInitializer }, ""},
				{field{"l1", number{min: 0, max: maxPenalty}}, func(l *Layer) any { return &l.L1 }, ""},
				{field{"l2", number{min: 0, max: maxPenalty}}, func(l *Layer) any { return &l.L2 }, ""},
			}},
		{name: "dropout",
			main: &layerKey{field{"dropout", number{min: 0, max: 1, maxOpen: true}}, func(l *Layer) any { return &l.Rate }, ""}},
		{name: "batch_normalization",
			keys: []layerKey{
				{field{"momentum", number{min: 0, max: 1, maxOpen: true}}, func(l *Layer) any { return &l.Momentum }, "0.99"},
				{field{"epsilon", number{min: minEpsilon, max: 1}}, func(l *Layer) any { return &l.Epsilon }, "0.001"},
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
	}
	return nil, false
}

// newLayer returns a layer of the type with its defaults.
func (t layerType) newLayer() Layer {
	l := Layer{Type: t.name}
	for _, k := range t.keys {
		if k.standard != "" {
			value, _ := k.kind.read(k.kind.node(k.standard)) // that it is valid is tested
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
				others = append(others, named{k.name, value})
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

// layers is a list of hidden layers. Its values are []Layer.
type layers struct{}

func (k layers) want() string { return "a list of layers such as [100, 50]" }

func (k layers) show(value any) string {
	var items []string
	list, _ := value.([]Layer)
	for _, l := range list {
		if word, ok := l.short(); ok {
			items = append(items, fmt.Sprint(word))
		} else {
			items = append(items, yamlMapping(l.given()))
		}
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// node takes 100,50 as well as [100, 50].
func (k layers) node(text string) *yaml.Node { return listNode(text) }

func (k layers) read(n *yaml.Node) (any, *problem) {
	if n.Kind != yaml.SequenceNode {
		p := unwanted(k, n)
		if n.Kind == yaml.ScalarNode {
			p.hint = "write [] for no hidden layer"
			if isPlain(n) && isWhole(n.Value) {
				p.hint = "write [" + n.Value + "]"
			}
		}
		return nil, p
	}
	if len(n.Content) > maxLayers {
		return nil, wrong(n, "wanted at most %d layers, found %d", maxLayers, len(n.Content))
	}
	list := make([]Layer, 0, len(n.Content))
	for i, item := range n.Content {
		l, p := readLayer(item)
		if p != nil {
			return nil, p
		}
		if i == 0 && l.Type != "dense" {
			return nil, wrong(item, "wanted a dense layer as the first, found %s", l.Type)
		}
		list = append(list, l)
	}
	return list, nil
}

// readLayer reads one item of the list.
func readLayer(n *yaml.Node) (Layer, *problem) {
	switch {
	case n.Kind == yaml.MappingNode:
		return readLayerMapping(n)
	case n.Kind == yaml.ScalarNode && (isNumber(n.Value) || isNull(n.Value)):
		units, p := whole{1, maxUnits}.readWhole(n)
		if p != nil {
			p.what = "units of a layer: " + p.what
		}
		return Layer{Type: "dense", Units: int(units)}, p
	case n.Kind == yaml.ScalarNode:
		for _, t := range layerTypes() {
			switch {
			case n.Value != t.name:
			case t.main == nil:
				return t.newLayer(), nil
			default:
				p := wrong(n, "%s: wanted %s after it, found nothing", t.name, t.main.kind.want())
				p.hint = fmt.Sprintf("write {%s: …}", t.name)
				return Layer{}, p
			}
		}
	}
	p := wrong(n, "wanted units such as 100, {dense: …}, {dropout: …} or batch_normalization, found %s", describe(n))
	if n.Kind == yaml.ScalarNode {
		if name, ok := nearest(n.Value, layerTypeNames()); ok {
			p.hint = "did you mean " + name + "?"
		}
	}
	return Layer{}, p
}

// readLayerMapping reads an item such as {dense: 100, activation: tanh}.
func readLayerMapping(n *yaml.Node) (Layer, *problem) {
	var found []layerType
	for _, t := range layerTypes() {
		if valueOf(n, t.name) != nil {
			found = append(found, t)
		}
	}
	switch {
	case len(found) > 1:
		p := wrong(n, "wanted one layer, found %s and %s in one", found[0].name, found[1].name)
		p.hint = "make each an item of its own"
		return Layer{}, p
	case len(found) == 0:
		return Layer{}, noLayer(n)
	}
	t := found[0]
	l := t.newLayer()
	if t.main != nil {
		p := l.read(n, append([]layerKey{*t.main}, t.keys...))
		return l, p
	}
	for i := 0; i < len(n.Content); i += 2 {
		if name := n.Content[i]; name.Value != t.name {
			return l, unknownField(name, []string{t.name})
		}
	}
	if len(n.Content) > 2 {
		return l, wrong(n.Content[2], "the key %s is given twice", t.name)
	}
	p := l.read(n.Content[1], t.keys)
	if p != nil {
		p.what = t.name + ": " + p.what
	}
	return l, p
}

// read fills the layer from a mapping with some of the keys.
func (l *Layer) read(n *yaml.Node, keys []layerKey) *problem {
	fields := make([]field, len(keys))
	for i, k := range keys {
		fields[i] = k.field
	}
	values, p := readFields(n, fields)
	for _, k := range keys {
		if value, ok := values[k.name]; ok {
			k.set(l, value)
		}
	}
	return p
}

// noLayer is the problem of a mapping that names no type of layer.
func noLayer(n *yaml.Node) *problem {
	for i := 0; i < len(n.Content); i += 2 {
		name := n.Content[i]
		if _, ok := nearest(name.Value, layerTypeNames()); ok || strings.Contains(name.Value, ":") {
			return unknownField(name, layerTypeNames())
		}
	}
	return wrong(n, "wanted %s as a key of the layer, found none", oneOf(layerTypeNames()))
}
