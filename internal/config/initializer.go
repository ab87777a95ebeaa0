package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
	"dnn/internal/nn"
)

// initializer is one of some names, or {constant: NUMBER}. Its values are nn.Initializer.
type initializer []string

func (k initializer) Want() string { return strings.Join(k, ", ") + " or {constant: NUMBER}" }

func (k initializer) Node(text string) *yaml.Node {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return keyfile.FlowNode(text)
	}
	return keyfile.PlainNode(text)
}

func (k initializer) Show(value any) string {
	i, _ := value.(nn.Initializer)
	if i.Name == nn.ConstantInitializer {
		return fmt.Sprintf("{%s: %v}", i.Name, i.Value)
	}
	return i.Name
}

func (k initializer) Read(n *yaml.Node) (any, *keyfile.Problem) {
	switch n.Kind {
	case yaml.ScalarNode:
		name, p := choice(k...).Read(n)
		if p != nil {
			p.What = keyfile.Unwanted(k, n).What
			switch {
			case n.Value == nn.ConstantInitializer:
				p.Hint = "write {constant: 0.1}"
			case keyfile.IsPlain(n) && keyfile.IsNumber(n.Value):
				p.Hint = "write {constant: " + n.Value + "}"
			}
			return nil, p
		}
		return nn.Initializer{Name: name.(string)}, nil
	case yaml.MappingNode:
		constant := field(nn.ConstantInitializer, keyfile.Number{Min: -maxConstant, Max: maxConstant})
		values, p := keyfile.ReadFields(n, []keyfile.Field{constant})
		if p != nil {
			return nil, p
		}
		v, ok := values[nn.ConstantInitializer].(float64)
		if !ok {
			return nil, keyfile.Wrong(n, "wanted constant: and a number, found none")
		}
		return nn.Initializer{Name: nn.ConstantInitializer, Value: v}, nil
	}
	return nil, keyfile.Unwanted(k, n)
}
