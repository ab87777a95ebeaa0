package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
	"dnn/internal/nn"
)

// initializer is the kind of a value that is one of some initializers: a name, or a mapping for one that needs a
// number, such as {constant: 0.1}. Its values are nn.Initializer.
type initializer []string

// divided returns the names that stand alone, and those that need a number as fields.
func (k initializer) divided() (alone []string, needing []keyfile.Field) {
	for _, name := range k {
		if b, needed := nn.InitializerValue(name); needed {
			needing = append(needing, field(name, numberOf(b)))
		} else {
			alone = append(alone, name)
		}
	}
	return alone, needing
}

func (k initializer) Want() string {
	alone, needing := k.divided()
	text := strings.Join(alone, ", ")
	for _, f := range needing {
		text += " or {" + f.Name + ": NUMBER}"
	}
	return text
}

func (k initializer) Node(text string) *yaml.Node {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return keyfile.FlowNode(text)
	}
	return keyfile.PlainNode(text)
}

func (k initializer) Show(value any) string {
	i, _ := value.(nn.Initializer)
	if _, needed := nn.InitializerValue(i.Name); needed {
		return fmt.Sprintf("{%s: %v}", i.Name, i.Value)
	}
	return i.Name
}

func (k initializer) Read(n *yaml.Node) (any, *keyfile.Problem) {
	alone, needing := k.divided()
	switch n.Kind {
	case yaml.ScalarNode:
		name, p := choice(alone...).Read(n)
		if p == nil {
			return nn.Initializer{Name: name.(string)}, nil
		}
		p.What = keyfile.Unwanted(k, n).What
		if keyfile.IsPlain(n) && keyfile.IsNumber(n.Value) && len(needing) > 0 {
			p.Hint = "write {" + needing[0].Name + ": " + n.Value + "}"
		}
		if _, needed := nn.InitializerValue(n.Value); needed {
			p.Hint = "write {" + n.Value + ": 0.1}"
		}
		return nil, p
	case yaml.MappingNode:
		values, p := keyfile.ReadFields(n, needing)
		if p != nil {
			return nil, p
		}
		switch {
		case len(values) > 1:
			return nil, keyfile.Wrong(n, "wanted one initializer, found %d", len(values))
		case len(values) == 0:
			return nil, keyfile.Wrong(n, "wanted constant: and a number, found none")
		}
		for name, value := range values {
			return nn.Initializer{Name: name, Value: value.(float64)}, nil
		}
	}
	return nil, keyfile.Unwanted(k, n)
}
