package merge_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/merge"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/nntest"
)

// of returns the model of a table with the columns x, y, z, which the network a reads, and with that dataset block.
func of(m *modelfile.Model, dataset string) *modelfile.Model {
	m.InputShape, m.Scale, m.Columns = []int{rows * cols}, 1, nil
	for i := range rows * cols {
		m.Columns = append(m.Columns, "x"+string(rune('a'+i)))
		m.Mean, m.Std = append(m.Mean, 0), append(m.Std, 1)
	}
	m.Config = json.RawMessage(dataset)
	return m
}

// TestRefused checks what is said of models that cannot be merged.
func TestRefused(t *testing.T) {
	change := func(f func(m *modelfile.Model)) func() *modelfile.Model {
		return func() *modelfile.Model {
			m := model(t, arch(7, 5), 2)
			f(m)
			return m
		}
	}
	network := func(a nn.Architecture) func() *modelfile.Model {
		return func() *modelfile.Model { return model(t, a, 2) }
	}
	ending := func(activation, loss string) nn.Architecture {
		a := arch(7, 5)
		a.Layers[2].Activation, a.Loss = activation, loss
		return a
	}
	plain := network(arch(7, 5))
	table := func(seed uint64, text string) func() *modelfile.Model {
		return func() *modelfile.Model { return of(model(t, arch(7, 5), seed), text) }
	}
	tableB := func(text string) func() *modelfile.Model { return table(2, text) }
	tableA := table(1, `{"dataset":{"csv":"t.csv","target":"kind"}}`)
	const behind = "a function can be merged as the activation of a dense layer, or behind a linear one"
	const hint = "else the mean would be tested on rows that one of the models has learned"
	for _, c := range []struct {
		name         string
		first        func() *modelfile.Model // nil: 15-7-5-4, relu
		second       func() *modelfile.Model
		views        string
		wanted, hint string
	}{
		{name: "the same model", second: func() *modelfile.Model { return model(t, arch(7, 5), 1) },
			wanted: "b.bin: is the same model as a.bin: wanted each one once"},
		{name: "depth", second: network(arch(7)), wanted: "b.bin: wanted 3 Dense layers, as a.bin has, found 2"},
		{name: "activation behind a normalization", second: network(arch(7, normalization, apart("relu"), 5)),
			wanted: "b.bin: activation: wanted a layer that can be merged, found activation", hint: behind},
		{name: "activation behind another", second: network(arch(7, nntest.Dense(5, "tanh"), apart("relu"))),
			wanted: "b.bin: activation: wanted a layer that can be merged, found activation", hint: behind},
		{name: "slope of its own", second: network(arch(7, nntest.Dense(5, "linear"),
			nn.LayerSpec{Type: "leaky_relu", NegativeSlope: 0.3})),
			wanted: "b.bin: leaky_re_lu: wanted a layer that can be merged, found leaky_relu", hint: behind},
		{name: "activation", second: network(arch(7, nntest.Dense(5, "tanh"))),
			wanted: "b.bin: dense_1: wanted relu, as a.bin has, found tanh"},
		{name: "output activation", second: network(ending("linear", "mse")),
			wanted: "b.bin: dense_2: wanted softmax, as a.bin has, found linear"},
		{name: "output that is bent", second: network(ending("tanh", "mse")),
			wanted: "b.bin: dense_2: wanted an output whose logits can be averaged (softmax, sigmoid, linear), found tanh"},
		{name: "first output that is bent", first: network(ending("relu", "mse")), second: plain,
			wanted: "a.bin: dense_2: wanted an output whose logits can be averaged (softmax, sigmoid, linear), found relu"},
		{name: "softmax inside", second: network(arch(7, nntest.Dense(5, "softmax"))),
			wanted: "b.bin: dense_1: wanted hidden units that do not depend on each other, found softmax"},
		{name: "loss", second: network(ending("softmax", "mse")),
			wanted: "b.bin: wanted the loss categorical_crossentropy, as a.bin has, found mse"},
		{name: "outputs", second: func() *modelfile.Model {
			a := arch(7, 5)
			a.Layers[2].Units = 3
			m := model(t, arch(7, 5), 2)
			m.Classes = nil
			m.Store(nntest.RandomModel(t, a, 2))
			return m
		}, first: change(func(m *modelfile.Model) { m.Classes = nil }),
			wanted: "b.bin: dense_2: wanted 4 outputs, as a.bin has, found 3"},
		{name: "shape", second: change(func(m *modelfile.Model) { m.InputShape = []int{5, 3} }),
			wanted: "b.bin: wanted inputs of the shape [3 5], as a.bin has, found [5 3]"},
		{name: "scale", second: change(func(m *modelfile.Model) { m.Scale = 1 }),
			wanted: "b.bin: wanted the scale 0.00392156862745098, as a.bin has, found 1"},
		{name: "data set", second: change(func(m *modelfile.Model) { m.Dataset, m.DataHash = "fashion-mnist", "33" }),
			wanted: "b.bin: wanted a model of mnist, as a.bin is, found one of fashion-mnist"},
		{name: "files", second: change(func(m *modelfile.Model) { m.DataHash = "33" }),
			wanted: "b.bin: was trained on other files called mnist than a.bin"},
		{name: "data set of another program's", second: change(func(m *modelfile.Model) {
			m.Dataset, m.DataHash = "fashion-mnist", ""
		}), wanted: "b.bin: wanted a model of mnist, as a.bin is, found one of fashion-mnist"},
		{name: "classes", second: change(func(m *modelfile.Model) { m.Classes[1] = "one" }),
			wanted: `b.bin: wanted the classes "0", "1", "2", "3", as a.bin has, found "0", "one", "2", "3"`},
		{name: "columns", first: tableA, second: func() *modelfile.Model {
			m := tableA()
			m.Columns[0], m.Columns[1] = m.Columns[1], m.Columns[0]
			return m
		}, wanted: `b.bin: wanted the columns ` + columns("xa", "xb") + `, as a.bin has, found ` + columns("xb", "xa")},
		{name: "another fraction for testing", first: tableA,
			second: tableB(`{"dataset":{"csv":"t.csv","target":"kind","test_split":0.4}}`),
			wanted: "b.bin: wanted test_split 0.2, as a.bin has, found 0.4", hint: hint},
		{name: "another seed for testing", first: tableA,
			second: tableB(`{"dataset":{"csv":"t.csv","target":"kind"},"seed":2}`),
			wanted: "b.bin: wanted test rows drawn with the seed 1, as those of a.bin, found 2",
			hint:   hint + "; with split_seed: 1 in dataset, models of any seed are tested on the same rows"},
		{name: "without an experiment", second: change(func(m *modelfile.Model) { m.Config = nil }),
			wanted: "b.bin: does not say which experiment it belongs to: wanted its data set and settings, found none",
			hint:   "dnn import --like experiment.yaml makes a model file that does"},
		{name: "view of a table", first: tableA, second: tableB(`{"dataset":{"csv":"t.csv","target":"kind"}}`),
			views: "horizontal_flip", wanted: "a.bin: wanted a model of images, which horizontal_flip can turn over, found one of a table"},
		{name: "unknown view", second: plain, views: "flip",
			wanted: `--view: wanted one of horizontal_flip, vertical_flip, found "flip"`},
		{name: "view twice", second: plain, views: "vertical_flip vertical_flip",
			wanted: "--view: wanted each view once, found vertical_flip twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.first == nil {
				c.first = func() *modelfile.Model { return model(t, arch(7, 5), 1) }
			}
			a := c.first()
			_, err := merge.Read(save(t, a, c.second()), strings.Fields(c.views), modelfile.Read)
			kind := fault.Data
			if strings.HasPrefix(c.wanted, "--view") {
				kind = fault.Usage
			}
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Error() != c.wanted || f.Kind != kind || f.Hint != c.hint {
				t.Errorf("wanted %q of kind %d, hint %q, found %+v", c.wanted, kind, c.hint, err)
			}
		})
	}
	inside := save(t, model(t, arch(7, nntest.Dense(5, "softmax")), 2))
	const wanted = "a.bin: dense_1: wanted hidden units that do not depend on each other, found softmax"
	if _, err := merge.Read(inside, []string{"vertical_flip"}, modelfile.Read); err == nil || err.Error() != wanted {
		t.Errorf("one model in two views: wanted %q, found %v", wanted, err)
	}
	if _, err := merge.Read([]string{"none.bin"}, nil, modelfile.Read); fault.KindOf(err) != fault.Data {
		t.Errorf("wanted an error about a missing file, found %v", err)
	}
}

// columns returns the names of the columns, quoted, with the first two as given.
func columns(first, second string) string {
	names := []string{`"` + first + `"`, `"` + second + `"`}
	for i := 2; i < rows*cols; i++ {
		names = append(names, `"x`+string(rune('a'+i))+`"`)
	}
	return strings.Join(names, ", ")
}

// TestOtherPrograms tests that what a file of another program does not say does not keep it from being merged.
func TestOtherPrograms(t *testing.T) {
	other := model(t, arch(9, 5), 2)
	other.DataHash, other.Classes = "", nil
	if _, err := merge.Read(save(t, model(t, arch(7, 5), 1), other), nil, modelfile.Read); err != nil {
		t.Error(err)
	}
}

// TestNamesOfOthers tests that what the first model does not say is taken from the others, and compared among them.
func TestNamesOfOthers(t *testing.T) {
	first, second, third := model(t, arch(9, 5), 1), model(t, arch(9, 5), 2), model(t, arch(9, 5), 3)
	first.DataHash, first.Classes = "", nil
	m := merged(t, save(t, first, second, third))
	if m.DataHash != second.DataHash || len(m.Classes) != classes {
		t.Errorf("wanted the hash and the classes of b.bin, found %q, %q", m.DataHash, m.Classes)
	}
	third.Classes = []string{"3", "2", "1", "0"}
	_, err := merge.Read(save(t, first, second, third), nil, modelfile.Read)
	const wanted = `c.bin: wanted the classes "0", "1", "2", "3", as b.bin has, found "3", "2", "1", "0"`
	if err == nil || err.Error() != wanted {
		t.Errorf("wanted %q, found %v", wanted, err)
	}
	third.Classes, third.DataHash = nil, "another"
	if _, err := merge.Read(save(t, first, second, third), nil, modelfile.Read); fault.KindOf(err) != fault.Data {
		t.Errorf("wanted an error about other files, found %v", err)
	}
}

// TestTooWide merges models whose units would be more together than a layer can have.
func TestTooWide(t *testing.T) {
	wide := func(seed uint64) *modelfile.Model {
		m := model(t, nntest.Network(1, "mse", nntest.Dense(500_001, "relu"), nntest.Dense(classes, "linear")), seed)
		m.InputShape = []int{1, 1}
		return m
	}
	_, err := merge.Read(save(t, wide(1), wide(2)), nil, modelfile.Read)
	const wanted = "the merged network: dense: wanted at most 1000000 units, found 1000002"
	if err == nil || err.Error() != wanted || fault.KindOf(err) != fault.Data {
		t.Errorf("wanted %q, found %v", wanted, err)
	}
}

// TestValidationNote checks when a model has learned samples on which the mean is validated.
func TestValidationNote(t *testing.T) {
	const noted = "b.bin holds back other samples for validation than a.bin: " +
		"it has learned some of those on which their mean is validated"
	for _, c := range []struct{ name, first, second, wanted string }{
		{"the same end", `"epochs":3`, `"seed":2`, ""},
		{"a longer end", `"validation_split":0.1`, `"validation_split":0.2`, ""},
		{"a shorter end", `"validation_split":0.2`, `"validation_split":0.1`, noted},
		{"none to validate on", `"validation_split":0`, `"validation_split":0.1`, ""},
		{"none held back", `"validation_split":0.1`, `"validation_split":0`, noted},
		{"drawn by the same seed", `"validation":"stratified"`, `"validation":"stratified"`, ""},
		{"drawn by another seed", `"validation":"stratified"`, `"validation":"stratified","seed":2`, noted},
		{"more drawn", `"validation":"stratified","validation_split":0.1`,
			`"validation":"stratified","validation_split":0.2`, noted},
		{"one drawn", `"epochs":3`, `"validation":"stratified"`, noted},
		{"rows of a table", `"dataset":{"csv":"t.csv","target":"kind","split_seed":4}`,
			`"dataset":{"csv":"t.csv","target":"kind","split_seed":4},"seed":2,"validation_split":0.4`, ""},
		{"rows of a table in another order", `"dataset":{"csv":"t.csv","test":{"csv":"u.csv"},"target":"kind"}`,
			`"dataset":{"csv":"t.csv","test":{"csv":"u.csv"},"target":"kind"},"seed":2`, noted},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := model(t, arch(7), 1), model(t, arch(7), 2)
			a.Config, b.Config = json.RawMessage("{"+c.first+"}"), json.RawMessage("{"+c.second+"}")
			mean, err := merge.Read(save(t, a, b), nil, modelfile.Read)
			if err != nil {
				t.Fatal(err)
			}
			if found := mean.ValidationNote(); found != c.wanted {
				t.Errorf("wanted %q, found %q", c.wanted, found)
			}
		})
	}
}
