package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
	"dnn/internal/nearest"
	"dnn/internal/nn"
	"dnn/internal/setting"
)

// layers is the kind of a list of hidden layers. Its values are []Layer.
type layers struct{}

func (k layers) Want() string { return "a list of layers such as [100, 50]" }

func (k layers) Show(value any) string {
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

// Node also accepts 100,50 without brackets.
func (k layers) Node(text string) *yaml.Node { return listNode(text) }

func (k layers) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind != yaml.SequenceNode {
		p := keyfile.Unwanted(k, n)
		if n.Kind == yaml.ScalarNode {
			p.Hint = "write [] for no hidden layer"
			switch {
			case keyfile.IsPlain(n) && k.isBareList(n.Value):
				p.Hint = "write [" + n.Value + "]"
			case keyfile.IsPlain(n) && keyfile.IsWhole(n.Value):
				p.Hint = "write [" + n.Value + "]"
			case keyfile.FlowNode(n.Value).Kind == yaml.SequenceNode:
				p.Hint = "take the quotes off"
			case strings.ContainsAny(n.Value, "[{"): // keyfile.FlowNode could not read it
				p.Hint = "look for a bracket that is not closed"
			}
		}
		return nil, p
	}
	if len(n.Content) > maxLayers {
		return nil, keyfile.Wrong(n, "wanted at most %d layers, found %d", maxLayers, len(n.Content))
	}
	list := make([]Layer, 0, len(n.Content))
	var found *keyfile.Problem
	for i, item := range n.Content {
		l, p := readLayer(item)
		if p == nil && i == 0 && l.Type != "dense" {
			p = keyfile.Wrong(item, "wanted a dense layer as the first, found %s", l.Type)
		}
		found = found.And(p)
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
	_, problem := k.Read(list)
	return problem == nil
}

// listNode returns the node of a list that is given as text, with or without brackets.
func listNode(text string) *yaml.Node {
	text = strings.TrimSpace(text)
	inner, bracketed := text, false
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		inner, bracketed = strings.TrimSpace(text[1:len(text)-1]), true
	}
	if strings.ContainsAny(inner, "{[") {
		return keyfile.FlowNode("[" + inner + "]")
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if inner == "" {
		if !bracketed {
			return keyfile.PlainNode("")
		}
		return list
	}
	for item := range strings.SplitSeq(inner, ",") {
		list.Content = append(list.Content, keyfile.PlainNode(item))
	}
	return list
}

// readLayer reads one item of the list.
func readLayer(n *yaml.Node) (Layer, *keyfile.Problem) {
	switch {
	case n.Kind == yaml.MappingNode:
		return readLayerMapping(n)
	case n.Kind == yaml.ScalarNode && (keyfile.IsNumber(n.Value) || keyfile.IsNull(n.Value)):
		l := newLayer("dense")
		main, _ := l.settings()
		value, p := kindOf(*main).Read(n)
		if p != nil {
			p.What = "units of a layer: " + p.What
			return l, p
		}
		setValue(*main, value)
		return l, nil
	case n.Kind == yaml.ScalarNode && slices.Contains(nn.LayerTypes(), n.Value):
		l := newLayer(n.Value)
		main, _ := l.settings()
		if main == nil {
			return l, nil
		}
		p := keyfile.Wrong(n, "%s: wanted %s after it, found nothing", l.Type, kindOf(*main).Want())
		p.Hint = fmt.Sprintf("write {%s: …}", l.Type)
		return l, p
	}
	p := keyfile.Wrong(n, "wanted %s, found %s", layerForms(), keyfile.Describe(n))
	if n.Kind == yaml.ScalarNode {
		if slices.Contains(nn.Activations(), n.Value) {
			p.Hint = "write {activation: " + n.Value + "}"
		} else if name, ok := nearest.Name(n.Value, nn.LayerTypes()); ok {
			p.Hint = "did you mean " + name + "?"
		}
	}
	return Layer{}, p
}

// readLayerMapping reads an item such as {dense: 100, activation: tanh}.
func readLayerMapping(n *yaml.Node) (Layer, *keyfile.Problem) {
	found := slices.DeleteFunc(nn.LayerTypes(), func(name string) bool { return keyfile.ValueOf(n, name) == nil })
	if len(found) > 1 && found[0] == "dense" { // {dense: 100, activation: tanh} is a dense layer
		found = slices.DeleteFunc(found, func(name string) bool { return name == "activation" })
	}
	if p := unitsByAnotherName(n); p != nil && !slices.Contains(found, "dense") {
		return Layer{}, p
	}
	switch {
	case len(found) > 1:
		p := keyfile.Wrong(n, "wanted one layer, found %s and %s in one", found[0], found[1])
		p.Hint = "make each an item of its own"
		return Layer{}, p
	case len(found) == 0:
		return Layer{}, noLayer(n)
	}
	l := newLayer(found[0])
	main, others := l.settings()
	if main != nil {
		after := *main
		after.Name = l.Type
		p := fill(n, append([]setting.Setting{after}, others...))
		return l, p
	}
	for i := 0; i < len(n.Content); i += 2 {
		if name := n.Content[i]; name.Value != l.Type {
			return l, keyfile.UnknownField(name, []string{l.Type})
		}
	}
	if len(n.Content) > 2 {
		return l, keyfile.Wrong(n.Content[2], "the key %s is given twice", l.Type)
	}
	p := fill(n.Content[1], others)
	p.In(l.Type)
	return l, p
}

// fill sets the settings that are keys of a mapping.
func fill(n *yaml.Node, settings []setting.Setting) *keyfile.Problem {
	fields := make([]keyfile.Field, len(settings))
	for i, s := range settings {
		fields[i] = field(s.Name, kindOf(s))
	}
	values, p := keyfile.ReadFields(n, fields)
	for _, s := range settings {
		if value, ok := values[s.Name]; ok {
			setValue(s, value)
		}
	}
	return p
}

// setValue sets s to a value that its kind has read.
func setValue(s setting.Setting, value any) {
	if i, ok := s.Value.(*nn.Initializer); ok {
		*i = value.(nn.Initializer)
		return
	}
	s.Set(value)
}

// unitsByAnotherName returns what is wrong with a mapping that calls the units of a dense layer otherwise, else nil.
func unitsByAnotherName(n *yaml.Node) *keyfile.Problem {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		units := slices.Contains([]string{"units", "neurons", "size", "hidden", "linear"}, strings.ToLower(name.Value))
		if units && keyfile.IsPlain(value) && keyfile.IsWhole(value.Value) {
			p := keyfile.Wrong(name, "unknown key %s", keyfile.Describe(name))
			p.Hint = "write {dense: " + value.Value + "}"
			return p
		}
	}
	return nil
}

// noLayer returns what is wrong with a mapping that names no type of layer.
func noLayer(n *yaml.Node) *keyfile.Problem {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if _, ok := nearest.Name(name.Value, nn.LayerTypes()); ok || strings.Contains(name.Value, ":") {
			return keyfile.UnknownField(name, nn.LayerTypes())
		}
	}
	return keyfile.Wrong(n, "wanted %s as a key of the layer, found none", keyfile.OneOf(nn.LayerTypes()))
}
