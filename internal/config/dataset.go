package config

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Dataset says where samples come from. One of Name, IDX and CSV is set.
type Dataset struct {
	Name      string  // a data set that can be downloaded: mnist
	IDX       string  // a folder with four files as MNIST has them
	CSV       string  // a file with a line of names, then one sample a line
	Target    string  // the column of CSV that names the class
	TestSplit float64 // the share of CSV's lines that test
	NoHeader  bool    // whether CSV has no line of names; its columns are then called 0, 1, 2, …
}

// standardTestSplit is the share of a table that tests where the file says nothing.
const standardTestSplit = 0.2

// datasetNames are the data sets that need no more than a name.
func datasetNames() []string { return []string{"mnist", "fashion-mnist"} }

// String names the data set for messages: by its name, folder or file.
func (d Dataset) String() string {
	switch {
	case d.IDX != "":
		return d.IDX
	case d.CSV != "":
		return d.CSV
	}
	return d.Name
}

// MarshalJSON writes the data set as an experiment file has it: a name, or a mapping.
func (d Dataset) MarshalJSON() ([]byte, error) {
	if d.Name != "" {
		return json.Marshal(d.Name)
	}
	var header *bool // left out where it is true
	if d.NoHeader {
		header = new(bool)
	}
	return json.Marshal(struct {
		IDX       string  `json:"idx,omitempty"`
		CSV       string  `json:"csv,omitempty"`
		Target    string  `json:"target,omitempty"`
		TestSplit float64 `json:"test_split,omitempty"`
		Header    *bool   `json:"header,omitempty"`
	}{d.IDX, d.CSV, d.Target, d.TestSplit, header})
}

// dataset is the name of a data set, or where its files are. Its values are Dataset.
type dataset struct{}

func (k dataset) want() string {
	return strings.Join(datasetNames(), ", ") + ", {idx: FOLDER} or {csv: FILE, target: COLUMN}"
}

func (k dataset) node(text string) *yaml.Node {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return flowNode(text)
	}
	return plainNode(text)
}

func (k dataset) show(value any) string {
	d, _ := value.(Dataset)
	switch {
	case d.IDX != "":
		return "{idx: " + showText(d.IDX) + "}"
	case d.CSV != "":
		header := ""
		if d.NoHeader {
			header = ", header: false"
		}
		return fmt.Sprintf("{csv: %s, target: %s, test_split: %v%s}", showText(d.CSV), showText(d.Target), d.TestSplit, header)
	}
	return d.Name
}

func (k dataset) read(n *yaml.Node) (any, *problem) {
	switch n.Kind {
	case yaml.ScalarNode:
		return k.readName(n)
	case yaml.MappingNode:
		return k.readFiles(n)
	}
	return nil, unwanted(k, n)
}

func (k dataset) readName(n *yaml.Node) (any, *problem) {
	name, problem := choice(datasetNames()).read(n)
	if problem != nil {
		if strings.ContainsAny(n.Value, "/.") { // the name of a file
			problem.hint = "for files of your own write {idx: FOLDER} or {csv: FILE, target: COLUMN}"
		}
		problem.what = unwanted(k, n).what
		return nil, problem
	}
	return Dataset{Name: name.(string)}, nil
}

func (k dataset) readFiles(n *yaml.Node) (any, *problem) {
	n = numberedTarget(n)
	values, problem := readFields(n, []field{
		{"idx", path{folder: true}}, {"csv", path{}}, {"target", label{"the name of a column"}},
		{"test_split", number{min: 0, max: 1, minOpen: true, maxOpen: true}},
		{"header", boolean{}},
	})
	if problem != nil {
		return nil, problem
	}
	var d Dataset
	d.IDX, _ = values["idx"].(string)
	d.CSV, _ = values["csv"].(string)
	d.Target, _ = values["target"].(string)
	var isSplit bool
	d.TestSplit, isSplit = values["test_split"].(float64)
	header, isHeader := values["header"].(bool)
	d.NoHeader = isHeader && !header
	switch {
	case d.IDX != "" && isHeader:
		problem = wrong(n, "wanted header beside csv only, found it beside idx")
		problem.hint = "take header out"
	case d.IDX != "" && d.CSV != "":
		problem = wrong(n, "wanted idx or csv, found both")
	case d.IDX != "" && d.Target != "":
		problem = wrong(n, "wanted target beside csv only, found it beside idx")
		problem.hint = "take target out: IDX files have labels of their own"
	case d.IDX != "" && isSplit:
		problem = wrong(n, "wanted test_split beside csv only, found it beside idx")
		problem.hint = "take test_split out: IDX files have a test set of their own"
	case d.IDX == "" && d.CSV == "":
		problem = wrong(n, "wanted idx or csv, found neither")
		problem.hint = "write {idx: FOLDER} or {csv: FILE, target: COLUMN}"
	case d.CSV != "" && d.Target == "":
		problem = wrong(n, "wanted target beside csv, found none")
		problem.hint = "write target: and the name of the column that says the class"
	}
	if problem != nil {
		return nil, problem
	}
	if d.CSV != "" && !isSplit {
		d.TestSplit = standardTestSplit
	}
	return d, nil
}

// numberedTarget takes a target that is a number for the text of it where columns have no names but numbers.
func numberedTarget(n *yaml.Node) *yaml.Node {
	noHeader := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		noHeader = noHeader || n.Content[i].Value == "header" && n.Content[i+1].Value == "false"
	}
	if !noHeader {
		return n
	}
	changed := *n
	changed.Content = append([]*yaml.Node(nil), n.Content...)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if value := n.Content[i+1]; n.Content[i].Value == "target" && value.ShortTag() == "!!int" {
			text := *value
			text.Tag, text.Style = "!!str", yaml.DoubleQuotedStyle // what stands in quotes is a text
			changed.Content[i+1] = &text
		}
	}
	return &changed
}
