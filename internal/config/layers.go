package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/nearest"
)

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
			switch {
			case isPlain(n) && k.isBareList(n.Value):
				p.hint = "write [" + n.Value + "]"
			case isPlain(n) && isWhole(n.Value):
				p.hint = "write [" + n.Value + "]"
			case strings.ContainsAny(n.Value, "[{"): // what flowNode could not read
				p.hint = "look for a bracket that is not closed"
			}
		}
		return nil, p
	}
	if len(n.Content) > maxLayers {
		return nil, wrong(n, "wanted at most %d layers, found %d", maxLayers, len(n.Content))
	}
	list := make([]Layer, 0, len(n.Content))
	var found *problem
	for i, item := range n.Content {
		l, p := readLayer(item)
		if p == nil && i == 0 && l.Type != "dense" {
			p = wrong(item, "wanted a dense layer as the first, found %s", l.Type)
		}
		found = found.and(p)
		list = append(list, l)
	}
	if found != nil {
		return nil, found
	}
	return list, nil
}

// isBareList reports whether text is a list of layers without its brackets: 100, 50.
func (k layers) isBareList(text string) bool {
	list := listNode(text)
	if list.Kind != yaml.SequenceNode || !strings.Contains(text, ",") {
		return false
	}
	_, problem := k.read(list)
	return problem == nil
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
		if name, ok := nearest.Name(n.Value, layerTypeNames()); ok {
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
		p.in(t.name)
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
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if slices.Contains([]string{"units", "neurons", "size", "hidden", "linear"}, strings.ToLower(name.Value)) && isPlain(value) && isWhole(value.Value) {
			p := wrong(name, "unknown key %s", describe(name))
			p.hint = "write {dense: " + value.Value + "}"
			return p
		}
		if _, ok := nearest.Name(name.Value, layerTypeNames()); ok || strings.Contains(name.Value, ":") {
			return unknownField(name, layerTypeNames())
		}
	}
	return wrong(n, "wanted %s as a key of the layer, found none", oneOf(layerTypeNames()))
}
