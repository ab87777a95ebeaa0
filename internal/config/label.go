package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
)

// label is the kind of a line of text, such as the name of a column. Its values are string.
type label struct{ wanted string }

func (k label) Want() string                              { return k.wanted }
func (k label) Show(value any) string                     { return keyfile.ShowText(fmt.Sprint(value)) }
func (k label) Node(text string) *yaml.Node               { return keyfile.TextNode(text) }
func (k label) Read(n *yaml.Node) (any, *keyfile.Problem) { return keyfile.ReadLine(k, n) }

// labels is the kind of a label, or a list of different ones. Its values are []string.
type labels struct{ wanted string }

func (k labels) Want() string                { return k.wanted }
func (k labels) Show(value any) string       { return keyfile.Paths{}.Show(value) }
func (k labels) Node(text string) *yaml.Node { return keyfile.FlowNode(text) }

func (k labels) Read(n *yaml.Node) (any, *keyfile.Problem) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) == 0 {
		return nil, keyfile.Wrong(n, "wanted %s, found an empty list", k.Want())
	}
	var names []string
	for _, item := range items {
		name, p := keyfile.ReadLine(k, item)
		if p != nil {
			return nil, p
		}
		if slices.Contains(names, name) {
			return nil, keyfile.Wrong(item, "%s is given twice", keyfile.Shorten(name))
		}
		names = append(names, name)
	}
	return names, nil
}
