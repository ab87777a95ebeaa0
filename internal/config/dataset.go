package config

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
)

// Dataset says where samples come from. Exactly one of Name, IDX and CSV is set.
type Dataset struct {
	Name      string  // a data set that can be downloaded: mnist
	IDX       string  // a folder with four files as MNIST has them
	CSV       string  // a file with a line of names, then one sample a line
	Target    string  // the column of CSV that names the class
	TestSplit float64 // the fraction of CSV's lines that are test samples
	NoHeader  bool    // whether CSV has no line of names; its columns are then called 0, 1, 2, …

	Test      string   // a file like CSV with test samples; empty: CSV is split
	Ignore    []string // columns of CSV that are not read
	SplitSeed *uint64  // of the split; nil: the seed of the run

	Image     [2]int // height and width of the images that the columns of CSV are; zeros: they are a table
	Transpose bool   // IDX or CSV has its images column by column
	Prefix    string // of the names of IDX's files
	Classes   string // the file that names the classes of IDX; empty: they are called by their numbers
}

// IsTable reports whether the samples are rows of a table, and not images.
func (d Dataset) IsTable() bool { return d.CSV != "" && d.Image == [2]int{} }

// defaultTestSplit is the TestSplit of a table that says none.
const defaultTestSplit = 0.2

// datasetNames returns the names of the data sets that can be downloaded.
func datasetNames() []string { return []string{"mnist", "fashion-mnist"} }

// SplitSeed returns the seed that splits the data set into training and test samples: its own, or that of the run.
func (c Config) SplitSeed() uint64 {
	if c.Dataset.SplitSeed != nil {
		return *c.Dataset.SplitSeed
	}
	return c.Seed
}

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

// MarshalJSON writes the data set as an experiment file does: a name, or a mapping.
func (d Dataset) MarshalJSON() ([]byte, error) {
	if d.Name != "" {
		return json.Marshal(d.Name)
	}
	var header *bool // left out where it is true
	if d.NoHeader {
		header = new(bool)
	}
	type file struct {
		CSV string `json:"csv"`
	}
	var image []int
	if d.Image != [2]int{} {
		image = d.Image[:]
	}
	var test *file
	if d.Test != "" {
		test = &file{d.Test}
	}
	return json.Marshal(struct {
		IDX       string   `json:"idx,omitempty"`
		CSV       string   `json:"csv,omitempty"`
		Test      *file    `json:"test,omitempty"`
		Target    string   `json:"target,omitempty"`
		TestSplit float64  `json:"test_split,omitempty"`
		Header    *bool    `json:"header,omitempty"`
		Ignore    []string `json:"ignore,omitempty"`
		SplitSeed *uint64  `json:"split_seed,omitempty"`
		Image     []int    `json:"image,omitempty"`
		Prefix    string   `json:"prefix,omitempty"`
		Transpose bool     `json:"transpose,omitempty"`
		Classes   string   `json:"classes,omitempty"`
	}{
		d.IDX, d.CSV, test, d.Target, d.TestSplit, header, d.Ignore, d.SplitSeed, image, d.Prefix, d.Transpose, d.Classes,
	})
}

// dataset is the kind of the key dataset: a name, or a mapping that says where files are. Its values are Dataset.
type dataset struct{}

func (k dataset) Want() string {
	return strings.Join(datasetNames(), ", ") + ", {idx: FOLDER} or {csv: FILE, target: COLUMN}"
}

func (k dataset) Node(text string) *yaml.Node {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return keyfile.FlowNode(text)
	}
	return keyfile.PlainNode(text)
}

func (k dataset) Show(value any) string {
	d, _ := value.(Dataset)
	switch {
	case d.IDX != "":
		return "{idx: " + keyfile.ShowText(d.IDX) + k.showImages(d) + "}"
	case d.CSV != "":
		return k.showTable(d)
	}
	return d.Name
}

func (k dataset) showTable(d Dataset) string {
	var text strings.Builder
	fmt.Fprintf(&text, "{csv: %s, target: %s", keyfile.ShowText(d.CSV), keyfile.ShowText(d.Target))
	if d.Test != "" {
		fmt.Fprintf(&text, ", test: {csv: %s}", keyfile.ShowText(d.Test))
	} else {
		fmt.Fprintf(&text, ", test_split: %v", d.TestSplit)
	}
	if d.NoHeader {
		text.WriteString(", header: false")
	}
	if len(d.Ignore) > 0 {
		fmt.Fprintf(&text, ", ignore: %s", labels{}.Show(d.Ignore))
	}
	if d.SplitSeed != nil {
		fmt.Fprintf(&text, ", split_seed: %d", *d.SplitSeed)
	}
	return text.String() + k.showImages(d) + "}"
}

func (k dataset) Read(n *yaml.Node) (any, *keyfile.Problem) {
	switch n.Kind {
	case yaml.ScalarNode:
		return k.readName(n)
	case yaml.MappingNode:
		return k.readFiles(n)
	}
	return nil, keyfile.Unwanted(k, n)
}

func (k dataset) readName(n *yaml.Node) (any, *keyfile.Problem) {
	name, problem := choice(datasetNames()...).Read(n)
	if problem != nil {
		if strings.ContainsAny(n.Value, "/.") { // the name of a file
			problem.Hint = "for files of your own write {idx: FOLDER} or {csv: FILE, target: COLUMN}"
		}
		problem.What = keyfile.Unwanted(k, n).What
		return nil, problem
	}
	return Dataset{Name: name.(string)}, nil
}
