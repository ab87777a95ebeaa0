package testset_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/testset"
)

// TestExperiment tests what is taken as the experiment of a model that stores none.
func TestExperiment(t *testing.T) {
	folder := t.TempDir()
	table := func(name, header string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(header+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := table("t.csv", `width,"kind, of iris",length`)
	ofTable := &modelfile.Model{Columns: []string{"length", "width"}}
	stored := &modelfile.Model{Config: []byte(`{"epochs":3}`)}
	for _, c := range []struct {
		model        *modelfile.Model
		data, wanted string
	}{
		{stored, rows, "mnist"},
		{&modelfile.Model{}, folder, folder},
		{ofTable, rows, rows},
	} {
		found, err := testset.Experiment("m", c.model, c.data)
		if err != nil || found.Dataset.String() != c.wanted {
			t.Errorf("wanted the data set %s, found %v, %v", c.wanted, found, err)
		} else if c.model == ofTable && found.Dataset.Target != "kind, of iris" {
			t.Errorf("wanted the column that the model has not, found %q", found.Dataset.Target)
		}
	}
	for data, wanted := range map[string]string{
		"":                                   "m: does not say which experiment it belongs to",
		table("two.csv", "a,b,width,length"): "wanted the columns of the model and one more, the target, found 2 columns more (a, b)",
		table("none.csv", "width,length"):    "found 0 columns more",
		table("empty.csv", ""):               "wanted a line with the names of columns: EOF",
		filepath.Join(folder, "no.csv"):      "no.csv: cannot read: no such file or directory",
	} {
		if _, err := testset.Experiment("m", ofTable, data); fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), wanted) {
			t.Errorf("wanted %q, found %v", wanted, err)
		}
	}
}
