package keyfile

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

// assignment is one value that a source gives to a key.
type assignment struct {
	key    string // dotted
	value  any    // of the type that the key's kind has; for an optional group, a bool: whether it is on
	origin string // the source as shown next to the value: site.yaml:7, SITE_PORT, --port
	where  string // the source as an error names it: site.yaml:7:9, SITE_PORT, --port
}

// parser is the strict pass over the nodes of one file.
type parser struct {
	table    Table
	file     string
	settings []assignment // in the order of the file
}

// parseFile returns the values that the file sets, in its order, and everything that is wrong with it.
func parseFile(t Table, file string, text []byte) ([]assignment, error) {
	top, err := t.document(file, text)
	if err != nil || top == nil {
		return nil, err
	}
	p := parser{table: t, file: file}
	var found []error
	for wrong := p.mapping("", top); wrong != nil; wrong = wrong.next {
		where := position(file, wrong.At)
		found = append(found, &fault.Error{Kind: fault.Config, Where: where, What: wrong.What, Hint: wrong.Hint})
	}
	return p.settings, errors.Join(found...)
}

// mapping reads the keys of a group and records their values. The group "" is the file itself.
func (p *parser) mapping(group string, n *yaml.Node) (found *Problem) {
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
			return found.And(problem)
		}
		if name.Kind != yaml.ScalarNode {
			found = found.And(&Problem{At: name, What: "wanted the name of a key, found " + Describe(name)})
			continue
		}
		dotted := name.Value
		if group != "" {
			dotted = group + "." + name.Value
		}
		key, known := p.table.Find(dotted)
		if known = known && (group != "" || !strings.Contains(name.Value, ".")); !known {
			found = found.And(p.unknown(group, name))
			continue
		}
		if before := first[name.Value]; before != nil {
			found = found.And(Wrong(name, "the key %s is given twice, first at %s", dotted, position(p.file, before)))
			continue
		}
		first[name.Value] = name
		if point, ok := brokenNumber(n, i+1); ok {
			wrong := Wrong(value, "%s: wanted a decimal point, found a comma", dotted)
			if !key.Group() {
				if _, unfit := key.Kind.Read(PlainNode(point)); unfit == nil {
					wrong.Hint = "write " + point
				} else {
					comma := strings.Replace(point, ".", ",", 1)
					wrong.What = fmt.Sprintf("%s: wanted %s, found %s", dotted, key.Kind.Want(), comma)
				}
			}
			found = found.And(wrong)
			i += 2 // skip the rest of the number, which YAML took for a key
			continue
		}
		found = found.And(p.value(key, value))
	}
	return found
}

// brokenNumber recognizes 0,001 as the value at index i of a mapping, and returns it with a decimal point. Within
// braces, YAML reads it as the value 0 and a key 001 without value.
func brokenNumber(n *yaml.Node, i int) (string, bool) {
	if i+2 >= len(n.Content) {
		return "", false
	}
	value, key, after := n.Content[i], n.Content[i+1], n.Content[i+2]
	point := value.Value + "." + key.Value
	ok := IsPlain(value) && IsWhole(value.Value) && IsPlain(key) && strings.Trim(key.Value, "0123456789") == "" &&
		IsPlain(after) && after.Value == ""
	return point, ok && IsNumber(point)
}

// value reads the value of a known key.
func (p *parser) value(key Key, n *yaml.Node) *Problem {
	if key.Group() {
		if key.Optional {
			p.set(key, true, n)
		}
		return p.mapping(key.Name, n)
	}
	if problem := unsupportedIn(n); problem != nil {
		return problem
	}
	v, problem := key.Kind.Read(n)
	if problem != nil {
		problem.In(key.Name)
		if n.Kind == yaml.ScalarNode && IsPlain(n) && IsNull(n.Value) {
			problem.Hint = "leave the key out to have its default"
		}
		if _, named := key.Kind.(Path); named && key.Optional && IsPlain(n) {
			_, leaf := key.Parent()
			switch n.Value {
			case "true", "yes", "on":
				problem.Hint = "write " + leaf + ": " + key.Example
			case "false", "no", "off":
				problem.Hint = "leave " + leaf + " out to do without"
			}
		}
		return problem
	}
	p.set(key, v, n)
	return nil
}

// set records a value that the file sets, and where.
func (p *parser) set(key Key, value any, n *yaml.Node) {
	p.settings = append(p.settings, assignment{
		key: key.Name, value: value,
		origin: fmt.Sprintf("%s:%d", p.file, n.Line),
		where:  position(p.file, n),
	})
}

// notMapping is the problem of a file or group that holds something other than keys.
func (p *parser) notMapping(group string, n *yaml.Node) *Problem {
	if group == "" {
		top := p.table.named(p.table.Top)
		return Wrong(n, "wanted keys such as %s: %s, found %s", top.Name, cmp.Or(top.Default, top.Example), Describe(n))
	}
	names := p.table.names(group)
	_, leaf := p.table.named(group).Parent()
	first := p.table.named(group + "." + names[0])
	example := cmp.Or(first.Default, first.Example)
	pr := Wrong(n, "%s: wanted keys such as %s: %s, found %s", group, names[0], example, Describe(n))
	no := n.Kind == yaml.ScalarNode && slices.Contains([]string{"false", "off", "no", "none"}, strings.ToLower(n.Value))
	if no && p.table.named(group).Optional {
		pr.Hint = "leave " + leaf + " out to do without"
		return pr
	}
	name, example := p.meant(group, n)
	pr.Hint = fmt.Sprintf("write %s: {%s: %s}", leaf, name, example)
	return pr
}

// meant guesses which key of a group, with which value, was meant where n stands instead of keys.
func (p *parser) meant(group string, n *yaml.Node) (name, value string) {
	names := p.table.names(group)
	first := p.table.named(group + "." + names[0])
	main := p.table.named(group + "." + cmp.Or(p.table.named(group).Main, names[0]))
	candidates := []Key{first, main}
	for _, name := range names { // such as log: access.log
		candidates = append(candidates, p.table.named(group+"."+name))
	}
	for _, k := range candidates {
		if k.Switch() || k.Group() || n.Kind != yaml.ScalarNode { // true would be meant for the group, not for a key
			continue
		}
		_, leaf := k.Parent()
		if _, problem := k.Kind.Read(n); problem == nil { // such as server: https
			return leaf, n.Value
		}
		if names, ok := k.Kind.(Choice); ok && IsText(n.Value) {
			if near, ok := names.near(n.Value); ok {
				return leaf, near
			}
		}
	}
	if !p.table.named(group).Optional {
		return names[0], cmp.Or(first.Default, first.Example)
	}
	_, leaf := main.Parent()
	return leaf, main.Example
}

// unknown is the problem of an unknown key. Its hint says which key may have been meant.
func (p *parser) unknown(group string, name *yaml.Node) *Problem {
	pr := &Problem{At: name, What: "unknown key " + Describe(name)}
	if group != "" {
		pr.What += " in " + group
	}
	names := p.table.names(group)
	if f, ok := p.table.foreignName(name.Value); ok {
		pr.Hint = f.hintIn(group)
		return pr
	}
	for _, k := range p.table.Keys { // a known name in the wrong place is likelier than a misspelled one
		if g, leaf := k.Parent(); leaf == name.Value && g != "" || k.Name == name.Value {
			pr.Hint = place(g, leaf)
			return pr
		}
	}
	if near, ok := nearest.Name(name.Value, names); ok {
		pr.Hint = "did you mean " + near + "?"
		return pr
	}
	pr.Hint = "the keys here are " + strings.Join(names, ", ")
	return pr
}

// place says where a key belongs.
func place(group, leaf string) string {
	if group == "" {
		return "write " + leaf + " at the top level, without indentation"
	}
	if outer, inner := (Key{Name: group}).Parent(); outer != "" {
		return fmt.Sprintf("it belongs in %s: {%s: {%s: …}}", outer, inner, leaf)
	}
	return fmt.Sprintf("it belongs in %s: {%s: …}", group, leaf)
}

// unsupportedIn is unsupported for a node and all nodes below it.
func unsupportedIn(n *yaml.Node) *Problem {
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

// unsupported is the problem of a node that uses a part of YAML that these files do without. Without aliases, a small
// file cannot stand for a large one.
func unsupported(n *yaml.Node) *Problem {
	switch {
	case n.Kind == yaml.AliasNode:
		return &Problem{At: n, What: "aliases (*name) are not supported"}
	case n.Anchor != "":
		return &Problem{At: n, What: "anchors (&name) are not supported"}
	case n.Style&yaml.TaggedStyle != 0:
		return &Problem{At: n, What: "tags (!name) are not supported"}
	}
	return nil
}
