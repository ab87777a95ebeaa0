package config

import (
	"fmt"

	"dnn/internal/nn"
)

// LayersNote returns a note if the hidden layers seem to include the input or the output of a, the network that
// Architecture returned, as 784-100-50-10 does. The note says what was probably meant. It is empty if they do not. The
// rows of a table have so few features that a layer with as many units may well be meant: there, the list must have
// both ends.
func (c Config) LayersNote(a nn.Architecture) string {
	n := len(c.Layers)
	if n < 2 {
		return ""
	}
	first, second, last := c.Layers[0], c.Layers[1], c.Layers[n-1]
	input := first.Units == a.Input
	output := last.Type == "dense" && last.Units == a.Output()
	if both := input && output; !both {
		image := !c.Dataset.IsTable()
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
	if what == "" || len(meant) > 0 && meant[0].Type != "dense" { // it would be refused
		return ""
	}
	kind := layers{}
	const note = "layers are the hidden ones, and %s of %s %s %s, which need not be written: perhaps %s was meant"
	return fmt.Sprintf(note, ends(input, output), kind.Show(c.Layers), verb(input, output), what, kind.Show(meant))
}

// ends says which layers of a list are meant.
func ends(first, last bool) string {
	switch {
	case first && last:
		return "the first and the last"
	case first:
		return "the first"
	}
	return "the last"
}

// verb returns the verb that agrees with ends.
func verb(first, last bool) string {
	if first && last {
		return "look like"
	}
	return "looks like"
}
