package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/nn"
)

// initializer is one of some names, or {constant: NUMBER}. Its values are nn.Initializer.
type initializer []string

func (k initializer) want() string { return strings.Join(k, ", ") + " or {constant: NUMBER}" }

func (k initializer) node(text string) *yaml.Node {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return flowNode(text)
	}
	return plainNode(text)
}

func (k initializer) show(value any) string {
	i, _ := value.(nn.Initializer)
	if i.Name == nn.ConstantInitializer {
		return fmt.Sprintf("{%s: %v}", i.Name, i.Value)
	}
	return i.Name
}

func (k initializer) read(n *yaml.Node) (any, *problem) {
	switch n.Kind {
	case yaml.ScalarNode:
		name, p := choice(k...).read(n)
		if p != nil {
			p.what = unwanted(k, n).what
			switch {
			case n.Value == nn.ConstantInitializer:
				p.hint = "write {constant: 0.1}"
			case isPlain(n) && isNumber(n.Value):
				p.hint = "write {constant: " + n.Value + "}"
			}
			return nil, p
		}
		return nn.Initializer{Name: name.(string)}, nil
	case yaml.MappingNode:
		values, p := readFields(n, []field{{nn.ConstantInitializer, number{min: -maxConstant, max: maxConstant}}})
		if p != nil {
			return nil, p
		}
		v, ok := values[nn.ConstantInitializer].(float64)
		if !ok {
			return nil, wrong(n, "wanted constant: and a number, found none")
		}
		return nn.Initializer{Name: nn.ConstantInitializer, Value: v}, nil
	}
	return nil, unwanted(k, n)
}
