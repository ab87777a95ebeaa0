package testset

import (
	"strings"
	"testing"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
)

func TestDataset(t *testing.T) {
	table := config.Dataset{CSV: "train.csv", Test: "test.csv", Target: "kind"}
	for _, c := range []struct {
		request Request
		wanted  config.Dataset
		name    string
	}{
		{Request{Trained: config.Dataset{Name: "mnist"}, Split: "test"}, config.Dataset{Name: "mnist"}, "stored"},
		{Request{Trained: config.Dataset{Name: "mnist"}, Split: "test", Data: "d"}, config.Dataset{IDX: "d"}, "d"},
		{Request{Trained: table, Split: "test"}, table, "test.csv"},
		{Request{Trained: table, Split: "train"}, table, "stored"},
		{Request{Trained: table, Split: "test", Data: "d.csv"}, config.Dataset{CSV: "d.csv", Target: "kind"}, "d.csv"},
	} {
		c.request.Model = &modelfile.Model{Dataset: "stored"}
		if found := c.request.Dataset(); found.String() != c.wanted.String() || found.Target != c.wanted.Target {
			t.Errorf("%+v: wanted %v, found %v", c.request, c.wanted, found)
		}
		if found := c.request.DatasetName(); found != c.name {
			t.Errorf("%+v: wanted the name %s, found %s", c.request, c.name, found)
		}
	}
}

func TestSamples(t *testing.T) {
	samples := func(n int) *batch.Samples { return &batch.Samples{Count: n} }
	all := &dataset.Data{Train: samples(3), Validation: samples(2), Test: samples(1)}
	for _, c := range []struct {
		split  string
		data   *dataset.Data
		count  int
		wanted string // what the error begins with
	}{
		{"train", all, 3, ""},
		{"validation", all, 2, ""},
		{"test", all, 1, ""},
		{"train", &dataset.Data{Test: samples(1)}, 0, "--split: wanted test, found train: "},
		{"test", &dataset.Data{Train: samples(3)}, 0, "--data: wanted a file with rows for testing, found d.csv: "},
		{"validation", &dataset.Data{Train: samples(3)}, 0, "--split: the model was trained without validation data"},
	} {
		found, err := Request{Split: c.split, Data: "d.csv"}.Samples(c.data)
		if c.wanted != "" {
			if fault.KindOf(err) != fault.Usage || !strings.HasPrefix(err.Error(), c.wanted) {
				t.Errorf("%s: wanted %s…, found %v", c.split, c.wanted, err)
			}
		} else if err != nil || found.Count != c.count {
			t.Errorf("%s: wanted %d samples, found %v, %v", c.split, c.count, found, err)
		}
	}
}

func TestMessage(t *testing.T) {
	table, images := config.Dataset{CSV: "t.csv"}, config.Dataset{IDX: "i"}
	all := &dataset.Data{Train: &batch.Samples{Count: 3}, Test: &batch.Samples{Count: 2}}
	tests := &dataset.Data{Test: &batch.Samples{Count: 2}}
	for wanted, found := range map[string]string{
		"tested the 2 test images of d": Request{Trained: images, Split: "test", Data: "d"}.Message(tests, 2),
		"tested all 2 rows of d":        Request{Trained: table, Split: "test", Data: "d"}.Message(tests, 2),
		"tested 2 of 5 rows of d: the test split of the training (the file is the one that the model was trained on)": Request{
			Trained: table, Split: "test", Data: "d"}.Message(all, 2),
	} {
		if found != wanted {
			t.Errorf("wanted %q, found %q", wanted, found)
		}
	}
}
