package config

import (
	"fmt"

	"dnn/internal/nn"
)

// LayersNote says, of a network a that Architecture returned, that its hidden layers seem to be written with the input or the output
// among them, as 784-100-50-10 is, and what was probably meant; it is empty if they don't. The rows of a table have so few
// features that a layer of as many units may well be meant: there, both ends must be in the list.
func (c Config) LayersNote(a nn.Architecture) string {
	n := len(c.Layers)
	if n < 2 {
		return ""
	}
	first, second, last := c.Layers[0], c.Layers[1], c.Layers[n-1]
	input := first.Units == a.Input
	output := last.Type == "dense" && last.Units == a.Output()
	if both := input && output; !both {
		image := c.Dataset.CSV == ""
		input = input && image && second.Type == "dense" && second.Units < first.Units
		output = output && image
	}
	meant, what := c.Layers, ""
	if output {
		meant, what = meant[:n-1], fmt.Sprintf("the output (%d)", a.Output())
	}
	if input {
		meant = meant[1:]
		if what != "" {
			what = " and " + what
		}
		what = fmt.Sprintf("the input (%d)", a.Input) + what
	}
	if what == "" || len(meant) > 0 && meant[0].Type != "dense" { // which would be refused
		return ""
	}
	kind := layers{}
	return fmt.Sprintf("layers are the hidden ones, and %s of %s %s %s, which need not be written: perhaps %s was meant",
		ends(input, output), kind.Show(c.Layers), verb(input, output), what, kind.Show(meant))
}

// ends names the layers of a list that are meant.
func ends(first, last bool) string {
	switch {
	case first && last:
		return "the first and the last"
	case first:
		return "the first"
	}
	return "the last"
}

// verb goes with what ends names.
func verb(first, last bool) string {
	if first && last {
		return "look like"
	}
	return "looks like"
}
