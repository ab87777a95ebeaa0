package space

import "go.yaml.in/yaml/v3"

// parsed returns the node of a value as it stands in a file.
func parsed(text string) (*yaml.Node, error) {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil || len(n.Content) == 0 {
		return nil, err
	}
	return n.Content[0], nil
}
