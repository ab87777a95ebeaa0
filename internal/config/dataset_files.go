package config

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readFiles reads a data set that is where files are.
func (k dataset) readFiles(n *yaml.Node) (any, *problem) {
	n = numberedColumns(n)
	hasTest := valueOf(n, "test") != nil
	values, problem := readFields(n, []field{
		{"idx", path{folder: true}}, {"csv", path{}}, {"target", label{"the name of a column"}},
		{"test_split", number{min: 0, max: 1, minOpen: !hasTest, maxOpen: true}},
		{"header", boolean{}}, {"ignore", labels{"the name of a column or a list of them"}}, {"split_seed", whole{0, math.MaxUint64}}, {"test", testFile{}},
	})
	if split := valueOf(n, "test_split"); problem != nil && problem.at == split && isZero(split.Value) {
		problem.hint = "to test on the rows of another file, write test: {csv: FILE} instead"
	}
	if problem != nil {
		return nil, problem
	}
	var d Dataset
	d.IDX, _ = values["idx"].(string)
	d.CSV, _ = values["csv"].(string)
	d.Target, _ = values["target"].(string)
	d.Test, _ = values["test"].(string)
	d.Ignore, _ = values["ignore"].([]string)
	header, isHeader := values["header"].(bool)
	d.NoHeader = isHeader && !header
	if seed, ok := values["split_seed"].(uint64); ok {
		d.SplitSeed = &seed
	}
	var isSplit bool
	if d.TestSplit, isSplit = values["test_split"].(float64); !isSplit && d.Test == "" && d.CSV != "" {
		d.TestSplit = standardTestSplit
	}
	if problem := d.together(n, values); problem != nil {
		return nil, problem
	}
	return d, nil
}

// isZero tells whether text is a number that is 0.
func isZero(text string) bool {
	v, err := strconv.ParseFloat(text, 64)
	return err == nil && v == 0
}

// together looks at what only makes sense together, or does not.
func (d Dataset) together(n *yaml.Node, values map[string]any) (problem *problem) {
	switch {
	case d.IDX != "" && d.CSV != "":
		return wrong(n, "wanted idx or csv, found both")
	case d.IDX != "":
		return onlyOfTables(n, values)
	case d.CSV == "":
		problem = wrong(n, "wanted idx or csv, found neither")
		problem.hint = "write {idx: FOLDER} or {csv: FILE, target: COLUMN}"
	case d.Target == "":
		problem = wrong(n, "wanted target beside csv, found none")
		problem.hint = "write target: and the name of the column that says the class"
	case d.Test != "" && d.TestSplit != 0:
		problem = wrong(valueOf(n, "test_split"), "wanted test or test_split, found both")
		problem.hint = "take test_split out: all rows of the test file test"
	case slices.Contains(d.Ignore, d.Target):
		problem = wrong(valueOf(n, "ignore"), "ignore: wanted columns besides the target, found the target %s", shorten(d.Target))
		problem.hint = "take it out: the target is none of the columns that are learned from"
	}
	return problem
}

// onlyOfTables refuses what a folder of IDX files does not have.
func onlyOfTables(n *yaml.Node, values map[string]any) *problem {
	for _, of := range []struct{ key, why string }{
		{"header", ""}, {"target", ": IDX files have labels of their own"},
		{"test_split", ": IDX files have a test set of their own"}, {"test", ": IDX files have a test set of their own"},
		{"ignore", ""}, {"split_seed", ""},
	} {
		if _, found := values[of.key]; found {
			problem := wrong(n, "wanted %s beside csv only, found it beside idx", of.key)
			problem.hint = "take " + of.key + " out" + of.why
			return problem
		}
	}
	return nil
}

// testFile is {csv: FILE}. Its values are string.
type testFile struct{}

func (k testFile) want() string                { return "{csv: FILE}" }
func (k testFile) node(text string) *yaml.Node { return flowNode(text) }
func (k testFile) show(value any) string       { return "{csv: " + path{}.show(value) + "}" }

func (k testFile) read(n *yaml.Node) (any, *problem) {
	if n.Kind != yaml.MappingNode {
		p := unwanted(k, n)
		if n.Kind == yaml.ScalarNode && isText(n.Value) {
			p.hint = "write test: {csv: " + showText(shorten(n.Value)) + "}"
		}
		return nil, p
	}
	values, p := readFields(n, []field{{"csv", path{}}})
	if p != nil {
		return nil, p
	}
	name, ok := values["csv"].(string)
	if !ok {
		return nil, unwanted(k, n)
	}
	return name, nil
}

// numberedColumns takes columns that are given as numbers for their text where columns have no names but numbers.
func numberedColumns(n *yaml.Node) *yaml.Node {
	if header := valueOf(n, "header"); header == nil || !strings.EqualFold(header.Value, "false") {
		return n
	}
	changed := *n
	changed.Content = slices.Clone(n.Content)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; key == "target" || key == "ignore" {
			changed.Content[i+1] = numbersAsText(n.Content[i+1])
		}
	}
	return &changed
}

// numbersAsText returns n with its whole numbers in quotes: what stands in quotes is a text.
func numbersAsText(n *yaml.Node) *yaml.Node {
	changed := *n
	switch {
	case n.Kind == yaml.SequenceNode:
		changed.Content = nil
		for _, item := range n.Content {
			changed.Content = append(changed.Content, numbersAsText(item))
		}
	case n.ShortTag() == "!!int":
		changed.Tag, changed.Style = "!!str", yaml.DoubleQuotedStyle
	}
	return &changed
}
