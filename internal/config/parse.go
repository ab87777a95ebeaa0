package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/fault"
	"dnn/internal/nearest"
)

// setting is one value that a source gives to a key.
type setting struct {
	key    string // dotted
	value  any    // of the type of the key's kind; for an optional group, a bool: whether it is on
	origin string // as it is shown beside the value: mlp.yaml:7, DNN_EPOCHS, --epochs
	where  string // as an error names it: mlp.yaml:7:9, DNN_EPOCHS, --epochs
}

// parser is the strict pass over the nodes of one file.
type parser struct {
	table    Table
	file     string
	settings []setting // in the order of the file
}

// parseFile returns what the text of the file sets, or all that is wrong with it, in the order of the file.
func parseFile(t Table, file string, text []byte) ([]setting, error) {
	top, err := t.document(file, text)
	if err != nil || top == nil {
		return nil, err
	}
	p := parser{table: t, file: file}
	var found []error
	for wrong := p.mapping("", top); wrong != nil; wrong = wrong.next {
		found = append(found, &fault.Error{Kind: fault.Config, Where: position(file, wrong.at), What: wrong.what, Hint: wrong.hint})
	}
	return p.settings, errors.Join(found...)
}

// mapping reads the keys of a group; "" is the file itself.
func (p *parser) mapping(group string, n *yaml.Node) (found *problem) {
	if problem := unsupported(n); problem != nil {
		return problem
	}
	if n.Kind != yaml.MappingNode {
		return p.notMapping(group, n)
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if problem := unsupported(name); problem != nil {
			return found.and(problem)
		}
		if name.Kind != yaml.ScalarNode {
			found = found.and(&problem{at: name, what: "wanted the name of a key, found " + describe(name)})
			continue
		}
		dotted := name.Value
		if group != "" {
			dotted = group + "." + name.Value
		}
		key, known := p.table.Find(dotted)
		if known = known && (group != "" || !strings.Contains(name.Value, ".")); !known {
			found = found.and(p.unknown(group, name))
			continue
		}
		if before := first[name.Value]; before != nil {
			found = found.and(&problem{at: name, what: fmt.Sprintf("the key %s is given twice, first at %s", dotted, position(p.file, before))})
			continue
		}
		first[name.Value] = name
		if point, ok := brokenNumber(n, i+1); ok {
			wrong := wrong(value, "%s: wanted a decimal point, found a comma", dotted)
			if !key.Group() {
				if _, unfit := key.kind.read(plainNode(point)); unfit == nil {
					wrong.hint = "write " + point
				} else {
					wrong.what = fmt.Sprintf("%s: wanted %s, found %s", dotted, key.kind.want(), strings.Replace(point, ".", ",", 1))
				}
			}
			found = found.and(wrong)
			i += 2 // what was taken for a key is the rest of the number
			continue
		}
		found = found.and(p.value(key, value))
	}
	return found
}

// brokenNumber reports whether the value at index i of a mapping is 0,001, which in braces is the value 0 and a key 001
// without any, and returns it with a point.
func brokenNumber(n *yaml.Node, i int) (string, bool) {
	if i+2 >= len(n.Content) {
		return "", false
	}
	value, key, after := n.Content[i], n.Content[i+1], n.Content[i+2]
	point := value.Value + "." + key.Value
	ok := isPlain(value) && isWhole(value.Value) && isPlain(key) && strings.Trim(key.Value, "0123456789") == "" && isPlain(after) && after.Value == ""
	return point, ok && isNumber(point)
}

// value reads what stands after a known key.
func (p *parser) value(key Key, n *yaml.Node) *problem {
	if key.Group() {
		if key.Optional {
			p.set(key, true, n)
		}
		return p.mapping(key.Name, n)
	}
	if problem := unsupportedIn(n); problem != nil {
		return problem
	}
	v, problem := key.kind.read(n)
	if problem != nil {
		problem.in(key.Name)
		if n.Kind == yaml.ScalarNode && isPlain(n) && isNull(n.Value) {
			problem.hint = "leave the key out to have its default"
		}
		if _, named := key.kind.(path); named && key.Optional && isPlain(n) {
			_, leaf := key.parent()
			switch n.Value {
			case "true", "yes", "on":
				problem.hint = "write " + leaf + ": " + key.Example
			case "false", "no", "off":
				problem.hint = "leave " + leaf + " out to do without"
			}
		}
		return problem
	}
	p.set(key, v, n)
	return nil
}

// set notes what the file sets, and where.
func (p *parser) set(key Key, value any, n *yaml.Node) {
	p.settings = append(p.settings, setting{
		key: key.Name, value: value,
		origin: fmt.Sprintf("%s:%d", p.file, n.Line),
		where:  position(p.file, n),
	})
}

// notMapping is the problem of a file or group that holds something else than keys.
func (p *parser) notMapping(group string, n *yaml.Node) *problem {
	if group == "" {
		top := p.table.named(p.table.Top)
		return &problem{at: n, what: fmt.Sprintf("wanted keys such as %s: %s, found %s", p.table.Top, cmp.Or(top.Default, top.Example), describe(n))}
	}
	names := p.table.names(group)
	_, leaf := p.table.named(group).parent()
	main := p.table.named(group + "." + names[0])
	pr := wrong(n, "%s: wanted keys such as %s: %s, found %s", group, names[0], cmp.Or(main.Default, main.Example), describe(n))
	if n.Kind == yaml.ScalarNode && p.table.named(group).Optional && slices.Contains([]string{"false", "off", "no", "none"}, strings.ToLower(n.Value)) {
		pr.hint = "leave " + leaf + " out to do without"
		return pr
	}
	name, example := p.meant(group, n)
	pr.hint = fmt.Sprintf("write %s: {%s: %s}", leaf, name, example)
	return pr
}

// meant returns the key of a group, with a value, that somebody may have meant who wrote n instead of keys.
func (p *parser) meant(group string, n *yaml.Node) (name, value string) {
	names := p.table.names(group)
	first := p.table.named(group + "." + names[0])
	main := p.table.named(group + "." + cmp.Or(p.table.named(group).Main, names[0]))
	candidates := []Key{first, main}
	for _, name := range names { // checkpoint: 2.5
		candidates = append(candidates, p.table.named(group+"."+name))
	}
	for _, k := range candidates {
		if _, truth := k.kind.(boolean); truth || k.Group() || n.Kind != yaml.ScalarNode { // true is meant for the group
			continue
		}
		_, leaf := k.parent()
		if _, problem := k.kind.read(n); problem == nil { // optimizer: sgd
			return leaf, n.Value
		}
		if names, ok := k.kind.(Choice); ok && isText(n.Value) {
			if near, ok := names.near(n.Value); ok {
				return leaf, near
			}
		}
	}
	if !p.table.named(group).Optional {
		return names[0], cmp.Or(first.Default, first.Example)
	}
	_, leaf := main.parent()
	return leaf, main.Example
}

// unknown is the problem of a name that is no key of its group, with the key that may have been meant.
func (p *parser) unknown(group string, name *yaml.Node) *problem {
	pr := &problem{at: name, what: "unknown key " + describe(name)}
	if group != "" {
		pr.what += " in " + group
	}
	names := p.table.names(group)
	if f, ok := p.table.foreignName(name.Value); ok {
		pr.hint = f.hintIn(group)
		return pr
	}
	if near, ok := nearest.Name(name.Value, names); ok {
		pr.hint = "did you mean " + near + "?"
		return pr
	}
	for _, k := range p.table.Keys { // written in the wrong place?
		if g, leaf := k.parent(); leaf == name.Value && g != "" || k.Name == name.Value {
			pr.hint = place(g, leaf)
			return pr
		}
	}
	pr.hint = "the keys here are " + strings.Join(names, ", ")
	return pr
}

// place says where a key belongs.
func place(group, leaf string) string {
	if group == "" {
		return "write " + leaf + " at the top level, without indentation"
	}
	if outer, inner := (Key{Name: group}).parent(); outer != "" {
		return fmt.Sprintf("it belongs in %s: {%s: {%s: …}}", outer, inner, leaf)
	}
	return fmt.Sprintf("it belongs in %s: {%s: …}", group, leaf)
}

// unsupportedIn is unsupported for a node and all below it.
func unsupportedIn(n *yaml.Node) *problem {
	if problem := unsupported(n); problem != nil {
		return problem
	}
	for _, below := range n.Content {
		if problem := unsupportedIn(below); problem != nil {
			return problem
		}
	}
	return nil
}

// unsupported is the problem of parts of YAML that such a file has no use for. Without aliases, a small file
// cannot stand for a large one.
func unsupported(n *yaml.Node) *problem {
	switch {
	case n.Kind == yaml.AliasNode:
		return &problem{at: n, what: "aliases (*name) are not supported"}
	case n.Anchor != "":
		return &problem{at: n, what: "anchors (&name) are not supported"}
	case n.Style&yaml.TaggedStyle != 0:
		return &problem{at: n, what: "tags (!name) are not supported"}
	}
	return nil
}
