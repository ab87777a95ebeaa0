package space

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"dnn/internal/config"
	"dnn/internal/keyfile"
	"dnn/internal/sweep/sampler"
)

// maxValues is the most values that a parameter may list.
const maxValues = 1000

// parameter is a Parameter with what a sampler needs, and where it stands in the file.
type parameter struct {
	Distribution
	axis  sampler.Axis
	at    *yaml.Node // its value
	whole bool       // it is a whole number
}

// parameters is the kind of the key parameters. Its values are []parameter.
type parameters struct{}

func (k parameters) Want() string           { return "parameters such as batch_size: {values: [32, 64]}" }
func (k parameters) Node(string) *yaml.Node { return keyfile.PlainNode("") }
func (k parameters) Show(any) string        { return "" }

func (k parameters) Read(n *yaml.Node) (any, *keyfile.Problem) {
	r := parametersReader{first: map[string]*yaml.Node{}}
	found := r.read("", n)
	return r.all, found
}

// parametersReader reads parameters, also nested ones.
type parametersReader struct {
	all   []parameter
	first map[string]*yaml.Node // where each key is set
}

// read reads the parameters of a mapping. prefix is the dotted name of the group that it is about, with its dot.
func (r *parametersReader) read(prefix string, n *yaml.Node) (found *keyfile.Problem) {
	if n.Kind != yaml.MappingNode {
		return keyfile.Unwanted(parameters{}, n)
	}
	if len(n.Content) == 0 {
		return keyfile.Wrong(n, "wanted %s, found none", parameters{}.Want())
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			found = found.And(keyfile.Wrong(name, "wanted the name of a parameter, found %s", keyfile.Describe(name)))
			continue
		}
		key := prefix + name.Value
		if nested := nestedIn(value); nested != nil {
			found = found.And(r.nested(key, value, nested))
			continue
		}
		kind, p := r.kind(key, name)
		if p != nil {
			found = found.And(p)
			continue
		}
		one, p := readDistribution(key, kind, value)
		p.In(key)
		one.axis.Key, one.at = key, value
		r.all = append(r.all, one)
		found = found.And(p)
	}
	return found
}

// nestedIn returns the mapping of nested parameters, or nil.
func nestedIn(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	return keyfile.ValueOf(n, "parameters")
}

// nested reads parameters of a group.
func (r *parametersReader) nested(group string, value, nested *yaml.Node) *keyfile.Problem {
	for i := 0; i+1 < len(value.Content); i += 2 {
		if name := value.Content[i]; name.Value != "parameters" {
			return keyfile.Wrong(name, "%s: wanted only parameters in a group, found %s", group, keyfile.Describe(name))
		}
	}
	if len(value.Content) > 2 {
		return keyfile.Wrong(value.Content[2], "%s: the key parameters is given twice", group)
	}
	return r.read(group+".", nested)
}

// kind returns the kind of the values of a key. It refuses one that cannot be a parameter, and one that is set already.
func (r *parametersReader) kind(key string, name *yaml.Node) (keyfile.Kind, *keyfile.Problem) {
	kind, p := kindOf(key, name)
	if p != nil {
		return nil, p
	}
	if before := r.first[key]; before != nil {
		return nil, keyfile.Wrong(name, "the parameter %s is given twice, first on line %d", key, before.Line)
	}
	r.first[key] = name
	return kind, nil
}

// experimentKeys returns the keys of an experiment file by their names.
var experimentKeys = sync.OnceValue(func() map[string]config.Key {
	keys := map[string]config.Key{}
	for _, k := range config.Keys() {
		keys[k.Name] = k
	}
	return keys
})

// kindOf returns the kind of the values of a key of the experiment file, or why it cannot be a parameter.
func kindOf(key string, name *yaml.Node) (keyfile.Kind, *keyfile.Problem) {
	k, known := experimentKeys()[key]
	switch {
	case !known:
		p := keyfile.Wrong(name, "unknown parameter %s", keyfile.Shorten(key))
		p.Hint = hintFor(key)
		return nil, p
	case key == "seed" || key == "seeds":
		p := keyfile.Wrong(name, "%s cannot be a parameter", key)
		p.Hint = "seeds: 20 at the top level runs each setting with 20 seeds, from the experiment's seed on"
		return nil, p
	case key == "output" || key == "threads":
		p := keyfile.Wrong(name, "%s cannot be a parameter", key)
		p.Hint = "it changes nothing that is learned: take it out"
		return nil, p
	case k.Group() && k.Optional:
		return onOff{}, nil
	case k.Group():
		p := keyfile.Wrong(name, "%s is a group of keys", key)
		leaf := firstIn(key)
		p.Hint = fmt.Sprintf("did you mean %s.%s? or write %s: {parameters: {%s: …}}", key, leaf, key, leaf)
		return nil, p
	}
	return k.Kind, nil
}

// hintFor says which key was meant by a name.
func hintFor(key string) string {
	hint := config.KeyHint(key)
	if given, ok := strings.CutPrefix(hint, "write --set "); ok { // a flag, which has another form here
		meant, _, _ := strings.Cut(strings.Trim(given, "'"), "=")
		return "did you mean " + meant + "?"
	}
	return hint
}

// firstIn returns the first key of a group.
func firstIn(group string) string {
	keys := config.Keys()
	i := slices.IndexFunc(keys, func(k config.Key) bool { return strings.HasPrefix(k.Name, group+".") })
	return strings.TrimPrefix(keys[i].Name, group+".")
}

// onOff is the kind of an optional group of keys that a sweep switches: on or off. Its values are string.
type onOff struct{}

func (k onOff) Want() string                { return "on or off" }
func (k onOff) Node(text string) *yaml.Node { return keyfile.PlainNode(text) }
func (k onOff) Show(v any) string           { return fmt.Sprint(v) }

func (k onOff) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind == yaml.ScalarNode {
		switch strings.ToLower(n.Value) {
		case "on", "true", "yes":
			return "on", nil
		case "off", "false", "no":
			return "off", nil
		}
	}
	return nil, keyfile.Unwanted(k, n)
}

// settings is the kind of the key list: settings, each of which is a mapping of keys to values. Its values are
// []setting.
type settings struct{}

// setting is one setting of a list.
type setting struct {
	values []Value
	at     *yaml.Node
}

func (k settings) Want() string {
	return "a list of settings such as [{batch_size: 32}, {batch_size: 64}]"
}
func (k settings) Node(string) *yaml.Node { return keyfile.PlainNode("") }
func (k settings) Show(any) string        { return "" }

func (k settings) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind != yaml.SequenceNode {
		return nil, keyfile.Unwanted(k, n)
	}
	if len(n.Content) == 0 || len(n.Content) > MaxPoints {
		return nil, keyfile.Wrong(n, "wanted 1 to %d settings, found %d", MaxPoints, len(n.Content))
	}
	var found *keyfile.Problem
	all := make([]setting, 0, len(n.Content))
	first := map[string]int{}
	for i, item := range n.Content {
		values, p := readSetting(item)
		p.In(fmt.Sprintf("setting %d", i))
		found = found.And(p)
		if p != nil {
			continue
		}
		same := canonical(values)
		if before, ok := first[same]; ok {
			found = found.And(keyfile.Wrong(item, "wanted different settings, found setting %d to be the same as %d, on line %d",
				i, before, n.Content[before].Line))
			continue
		}
		first[same] = i
		all = append(all, setting{values, item})
	}
	return all, found
}

// readSetting reads one item of the list.
func readSetting(n *yaml.Node) (values []Value, found *keyfile.Problem) {
	if n.Kind != yaml.MappingNode {
		return nil, keyfile.Wrong(n, "wanted keys and values such as {batch_size: 32}, found %s", keyfile.Describe(n))
	}
	r := parametersReader{first: map[string]*yaml.Node{}}
	var read func(prefix string, n *yaml.Node)
	read = func(prefix string, n *yaml.Node) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := n.Content[i], n.Content[i+1]
			key := prefix + name.Value
			if k, ok := experimentKeys()[key]; ok && k.Group() && value.Kind == yaml.MappingNode {
				read(key+".", value) // optimizer: {name: sgd}, as in an experiment file
				continue
			}
			kind, p := r.kind(key, name)
			if p != nil {
				found = found.And(p)
				continue
			}
			v, p := kind.Read(value)
			p.In(key)
			if found = found.And(p); p == nil {
				values = append(values, Value{key, kind.Show(v)})
			}
		}
	}
	read("", n)
	return values, found
}

// canonical returns the values in the order of their keys, as one text.
func canonical(values []Value) string {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, func(a, b Value) int { return strings.Compare(a.Key, b.Key) })
	var text strings.Builder
	for _, v := range sorted {
		fmt.Fprintf(&text, "%q: %q\n", v.Key, v.Text)
	}
	return text.String()
}
