package config

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
)

// readFiles reads a mapping that says where the files of a data set are.
func (k dataset) readFiles(n *yaml.Node) (any, *keyfile.Problem) {
	n = numberedColumns(n)
	hasTest := keyfile.ValueOf(n, "test") != nil
	values, problem := keyfile.ReadFields(n, []keyfile.Field{
		field("idx", keyfile.Path{Folder: true}),
		field("csv", keyfile.Path{}),
		field("target", label{"the name of a column"}),
		field("test_split", keyfile.Number{Min: 0, Max: 1, MinOpen: !hasTest, MaxOpen: true}),
		field("header", keyfile.Boolean{}),
		field("ignore", labels{"the name of a column or a list of them"}),
		field("split_seed", keyfile.Whole{Min: 0, Max: math.MaxUint64}),
		field("test", testFile{}),
		field("image", imageSize{}),
		field("prefix", label{"the beginning of the files' names"}),
		field("transpose", keyfile.Boolean{}),
		field("classes", keyfile.Path{}),
	})
	if split := keyfile.ValueOf(n, "test_split"); problem != nil && problem.At == split && isZero(split.Value) {
		problem.Hint = "to test on the rows of another file, write test: {csv: FILE} instead"
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
	d.Image, _ = values["image"].([2]int)
	d.Prefix, _ = values["prefix"].(string)
	d.Transpose, _ = values["transpose"].(bool)
	d.Classes, _ = values["classes"].(string)
	header, isHeader := values["header"].(bool)
	d.NoHeader = isHeader && !header
	if seed, ok := values["split_seed"].(uint64); ok {
		d.SplitSeed = &seed
	}
	var isSplit bool
	if d.TestSplit, isSplit = values["test_split"].(float64); !isSplit && d.Test == "" && d.CSV != "" {
		d.TestSplit = defaultTestSplit
	}
	if problem := d.checkTogether(n, values); problem != nil {
		return nil, problem
	}
	return d, nil
}

// isZero reports whether text is a number and equal to 0.
func isZero(text string) bool {
	v, err := strconv.ParseFloat(text, 64)
	return err == nil && v == 0
}

// checkTogether checks the settings that must, or must not, stand together.
func (d Dataset) checkTogether(n *yaml.Node, values map[string]any) (problem *keyfile.Problem) {
	switch {
	case d.IDX != "" && d.CSV != "":
		return keyfile.Wrong(n, "wanted idx or csv, found both")
	case d.IDX != "":
		return refuseTableSettings(n, values)
	case d.CSV == "":
		problem = keyfile.Wrong(n, "wanted idx or csv, found neither")
		problem.Hint = "write {idx: FOLDER} or {csv: FILE, target: COLUMN}"
	case d.Target == "":
		problem = keyfile.Wrong(n, "wanted target beside csv, found none")
		problem.Hint = "write target: and the name of the column that says the class"
	case d.Test != "" && d.TestSplit != 0:
		problem = keyfile.Wrong(keyfile.ValueOf(n, "test_split"), "wanted test or test_split, found both")
		problem.Hint = "take test_split out: all rows of the test file test"
	case slices.Contains(d.Ignore, d.Target):
		problem = keyfile.Wrong(keyfile.ValueOf(n, "ignore"),
			"ignore: wanted columns besides the target, found the target %s", keyfile.Shorten(d.Target))
		problem.Hint = "take it out: the target is none of the columns that are learned from"
	default:
		return d.refuseImageSettings(n, values)
	}
	return problem
}

// refuseTableSettings refuses settings that only a CSV file has.
func refuseTableSettings(n *yaml.Node, values map[string]any) *keyfile.Problem {
	for _, of := range []struct{ key, why string }{
		{"header", ""},
		{"target", ": IDX files have labels of their own"},
		{"test_split", ": IDX files have a test set of their own"},
		{"test", ": IDX files have a test set of their own"},
		{"ignore", ""},
		{"split_seed", ""},
		{"image", ": IDX files say how large their images are"},
	} {
		if _, found := values[of.key]; found {
			problem := keyfile.Wrong(n, "wanted %s beside csv only, found it beside idx", of.key)
			problem.Hint = "take " + of.key + " out" + of.why
			return problem
		}
	}
	return nil
}

// testFile is {csv: FILE}. Its values are string.
type testFile struct{}

func (k testFile) Want() string                { return "{csv: FILE}" }
func (k testFile) Node(text string) *yaml.Node { return keyfile.FlowNode(text) }
func (k testFile) Show(value any) string       { return "{csv: " + keyfile.Path{}.Show(value) + "}" }

func (k testFile) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind != yaml.MappingNode {
		p := keyfile.Unwanted(k, n)
		if n.Kind == yaml.ScalarNode && keyfile.IsText(n.Value) {
			p.Hint = "write test: {csv: " + keyfile.ShowText(keyfile.Shorten(n.Value)) + "}"
		}
		return nil, p
	}
	values, p := keyfile.ReadFields(n, []keyfile.Field{field("csv", keyfile.Path{})})
	if p != nil {
		return nil, p
	}
	name, ok := values["csv"].(string)
	if !ok {
		return nil, keyfile.Unwanted(k, n)
	}
	return name, nil
}

// numberedColumns turns the numbers in target and ignore into text if the columns have no names: they are called 0, 1,
// 2, … then.
func numberedColumns(n *yaml.Node) *yaml.Node {
	if header := keyfile.ValueOf(n, "header"); header == nil || !strings.EqualFold(header.Value, "false") {
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

// numbersAsText returns n with its integers in quotes, so that they are read as text.
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

// field returns a key of a mapping, with the kind of its value.
func field(name string, kind keyfile.Kind) keyfile.Field {
	return keyfile.Field{Name: name, Kind: kind}
}
