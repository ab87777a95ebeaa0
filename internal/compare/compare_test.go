package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/nn/step"
)

// model returns a model of 2 x 3 images with random weights, which are other ones for each seed.
func model(t *testing.T, name string, seed uint64, layers ...nn.LayerSpec) Model {
	t.Helper()
	if layers == nil {
		layers = []nn.LayerSpec{nntest.Dense(5, "relu"), nntest.Dense(3, "softmax")}
	}
	m := &modelfile.Model{
		Seed: seed, Dataset: "squares", DataHash: "1f", InputShape: []int{2, 3}, Scale: 1.0 / 255,
		Config: json.RawMessage(`{"dataset":"mnist"}`),
	}
	loss := nn.CategoricalCrossentropy
	switch layers[len(layers)-1].Activation {
	case "sigmoid":
		loss = nn.BinaryCrossentropy
	case "linear":
		loss = "mse"
	}
	a := nn.Architecture{Input: 6, Loss: loss}
	seen := map[string]int{}
	for _, l := range layers {
		l.Name = nn.LayerName(l.Type, seen[l.Type])
		seen[l.Type]++
		a.Layers = append(a.Layers, l)
	}
	m.Store(nntest.RandomModel(t, a, seed))
	return Model{m, name}
}

// change returns a copy of a model with an element of a tensor moved.
func change(m Model, tensor, element int, by float32) Model {
	other := *m.Model
	other.Tensors = slices.Clone(m.Tensors)
	other.Tensors[tensor].Data = slices.Clone(m.Tensors[tensor].Data)
	other.Tensors[tensor].Data[element] += by
	return Model{&other, "changed.bin"}
}

// compared compares models on random images.
func compared(t *testing.T, s *batch.Samples, tolerance float64, models ...Model) Report {
	t.Helper()
	e := step.NewEngine(kernel.Available()[0], 2)
	defer e.Close()
	tested, err := Test(e, models, models[0], s, func() bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	return New(tested, s, "squares", tolerance)
}

func TestSame(t *testing.T) {
	s := nntest.RandomBytes(300, 6, 3, 1)
	first := model(t, "a.bin", 1)
	raw := *first.Model // the same function of bytes: it divides them by 255 in its first layer
	raw.Scale = 1
	raw.Tensors = slices.Clone(first.Tensors)
	raw.Tensors[0].Data = slices.Clone(first.Tensors[0].Data)
	for i := range raw.Tensors[0].Data {
		raw.Tensors[0].Data[i] /= 255
	}
	r := compared(t, s, 4e-6, first, first, Model{&raw, "raw.bin"}, change(first, 0, 7, 1e-7), change(first, 3, 2, 0.01))
	for i, want := range []string{
		"a.bin is the same function as a.bin: all 53 weights are equal",
		"raw.bin is the same function as a.bin: on 300 images each class is the same, and no probability differs by more than ",
		"changed.bin is the same function as a.bin: on 300 images each class is the same, and no probability differs by more",
		"changed.bin ",
	} {
		if c := r.Comparisons[i]; !strings.HasPrefix(c.Verdict(), want) || c.Same != (i < 3) || (c.Outcome == Same) != c.Same {
			t.Errorf("%d: wanted %s…, found %s, %t, %s", i, want, c.Verdict(), c.Same, c.Outcome)
		}
	}
	moved := r.Comparisons[3]
	w, size := moved.Weight, float64(first.Tensors[3].Data[2])
	if w.Tensor != "dense_1.bias" || !slices.Equal(w.At, []int{2}) || w.Different != 1 || w.Count != 53 ||
		math.Abs(w.Largest-0.01) > 1e-7 || float64(w.Values[0]) != size {
		t.Errorf("wanted the bias 2 of dense_1 as the one that differs, found %+v", w)
	}
	if moved.Output.Largest < 1e-5 || moved.Output.Largest > 0.01 {
		t.Errorf("wanted a small difference of a probability, found %+v", moved.Output)
	}
	if w := r.Comparisons[2].Weight; w.Tensor != "dense.kernel" || !slices.Equal(w.At, []int{1, 2}) {
		t.Errorf("wanted element 7 of [6, 5] in row 1, column 2, found %+v", w)
	}
	err := r.Wrong(true, false)
	if n := len(fault.Each(err)); n != 1 || fault.KindOf(err) != fault.BelowMinimum ||
		!strings.HasPrefix(err.Error(), "changed.bin: wanted the same function as a.bin, found ") {
		t.Errorf("wanted the last one as not the same, found %v", err)
	}
	if err := r.Wrong(false, true); err != nil {
		t.Errorf("wanted none that is worse, found %v", err)
	}
}

// What --not-worse refuses is never called equally good, though the test in both directions sees no difference.
func TestPerhapsWorse(t *testing.T) {
	s := nntest.RandomBytes(400, 6, 3, 2)
	first, other := model(t, "a.bin", 1), model(t, "b.bin", 9)
	c := compared(t, s, 0, first, other).Comparisons[0]
	for _, row := range []struct {
		onlyFirst, onlySecond int
		want                  string
		refused               bool
	}{
		{10, 4, "b.bin and a.bin are equally good, as far as these images tell: ", false},
		{10, 3, "b.bin is not better than a.bin, and perhaps worse: ", true},
		{10, 2, "b.bin is worse than a.bin: ", true},
		{3, 10, "b.bin and a.bin are equally good, as far as these images tell: ", false},
	} {
		left := [2]int{row.onlyFirst, row.onlySecond}
		s.Labels = make([]uint8, 400)
		for i := range s.Labels {
			a, b := c.First.Predicted[i], c.Second.Predicted[i]
			switch {
			case a != b && left[0] > 0:
				s.Labels[i] = a
				left[0]--
			case a != b && left[1] > 0:
				s.Labels[i] = b
				left[1]--
			case a != b:
				s.Labels[i] = 3 - a - b // the third class
			}
		}
		r := compared(t, s, 0, first, other)
		found, err := r.Comparisons[0].Verdict(), r.Wrong(false, true)
		if left != [2]int{} || !strings.HasPrefix(found, row.want) || (err != nil) != row.refused {
			t.Errorf("%d and %d: found %s, %v", row.onlyFirst, row.onlySecond, found, err)
		}
		if perhaps := strings.Contains(row.want, "perhaps"); perhaps != strings.HasSuffix(found, "p = 0.0923, one-sided 0.0461)") {
			t.Errorf("%d and %d: found %s", row.onlyFirst, row.onlySecond, found)
		}
	}
}

// The first model is right for all samples, and the others for fewer.
func TestBetter(t *testing.T) {
	s := nntest.RandomBytes(400, 6, 3, 2)
	first := model(t, "a.bin", 1)
	s.Labels = slices.Clone(compared(t, s, 0, first, first).Comparisons[0].First.Predicted)
	other := model(t, "b.bin", 9)
	r := compared(t, s, 0, first, other)
	c := r.Comparisons[0]
	if c.Outcome != Worse || c.McNemar.OnlyFirst != c.Changed || c.McNemar.OnlySecond != 0 || c.Changed < 10 {
		t.Errorf("wanted a second model that is worse, found %+v", c.McNemar)
	}
	wanted := fmt.Sprintf("b.bin is worse than a.bin: %.2f %% against 100.00 %% of 400 images right, 0 in b.bin alone, "+
		"%d in a.bin alone (McNemar's exact test: p = ", float64(400-c.Changed)/4, c.Changed)
	if !strings.HasPrefix(c.Verdict(), wanted) {
		t.Errorf("wanted %s…, found %s", wanted, c.Verdict())
	}
	if err := r.Wrong(false, true); fault.KindOf(err) != fault.BelowMinimum {
		t.Errorf("wanted an error about a worse model, found %v", err)
	}
	back := compared(t, s, 0, other, first)
	if b := back.Comparisons[0]; b.Outcome != Better || b.McNemar.P != c.McNemar.P || back.Wrong(false, true) != nil {
		t.Errorf("wanted the first as the better one, found %+v", b.McNemar)
	}
	if len(c.Changes) != fewChanges || c.First.Predicted[c.Changes[0]] == c.Second.Predicted[c.Changes[0]] {
		t.Errorf("wanted %d samples whose class changes, found %v", fewChanges, c.Changes)
	}
	content := r.Page(s, 2, 3)
	if g := content.Pairs[0].Groups; g[0].Count != c.Changed || len(g[0].List) != min(most, c.Changed) || g[1].Count != 0 {
		t.Errorf("wanted all changes in the first group, found %d, %d, %d", g[0].Count, g[1].Count, g[2].Count)
	}
	if one := content.Pairs[0].Groups[0].List[0]; one.Index != c.Changes[0] || one.True != one.First ||
		one.First == one.Second || one.Sure[0] < 1.0/3 || len(one.Image) != 6 {
		t.Errorf("wanted the first image with its classes, found %+v", one)
	}
}

// Structures may differ, and one sigmoid tells two classes apart as two softmax units do.
func TestOtherStructure(t *testing.T) {
	one := model(t, "one.bin", 1, nntest.Dense(4, "tanh"), nntest.Dense(1, "sigmoid"))
	two := model(t, "two.bin", 1, nntest.Dense(4, "linear"), nn.LayerSpec{Type: "activation", Activation: "tanh"},
		nntest.Dense(2, "softmax"))
	two.Tensors = slices.Clone(one.Tensors)
	kernel, bias := make([]float32, 8), []float32{0, one.Tensors[3].Data[0]}
	for i, w := range one.Tensors[2].Data { // logits 0 and z: the softmax of them is 1 - sigmoid(z) and sigmoid(z)
		kernel[2*i+1] = w
	}
	two.Tensors[2] = modelfile.Tensor{Name: "dense_1.kernel", Shape: []int{4, 2}, Data: kernel}
	two.Tensors[3] = modelfile.Tensor{Name: "dense_1.bias", Shape: []int{2}, Data: bias}
	s := nntest.RandomBytes(50, 6, 2, 1)
	c := compared(t, s, 4e-6, one, two).Comparisons[0]
	if !c.Same || c.Weight != nil {
		t.Errorf("wanted the same function with other weights, found %+v", c)
	}
	wanted := []string{"structure: 6-4 tanh-1 sigmoid and 6-4 linear-tanh-2 softmax", "weights: of other shapes"}
	if diff := cmp.Diff(wanted, c.Details()[:2]); diff != "" {
		t.Error(diff)
	}
	if c.Details()[3] != "classes: the same for all" || !strings.HasPrefix(c.Details()[2], "probabilities: ") {
		t.Errorf("found %q", c.Details())
	}
}

// Outputs that are no probabilities are compared relative to their size, and an overflow is no panic.
func TestLinearOutputs(t *testing.T) {
	first := model(t, "a.bin", 1, nntest.Dense(2, "linear"))
	huge := change(change(first, 0, 0, 3e38), 0, 2, 3e38)
	large := change(first, 1, 0, 1e6)
	s := nntest.RandomBytes(50, 6, 2, 1)
	for i := range s.Bytes {
		s.Bytes[i] = 255
	}
	r := compared(t, s, 4e-6, large, change(large, 1, 0, 1), huge)
	if c := r.Comparisons[0]; !c.Same || c.output() != "output" || c.Output.Largest < 5e-7 {
		t.Errorf("wanted the same within 1e-6 of the output, found %+v", c.Output)
	}
	if c := r.Comparisons[1]; c.Same || c.Output.Largest < 1e30 {
		t.Errorf("wanted a difference, found %+v", c.Output)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func TestReadRefuses(t *testing.T) {
	first := model(t, "a.bin", 1)
	first.Classes = []string{"x", "y", "z"}
	wide := model(t, "b.bin", 1)
	wide.Architecture.Input = 7
	two := model(t, "b.bin", 1, nntest.Dense(2, "softmax"))
	named := model(t, "b.bin", 1)
	named.Classes = []string{"x", "z", "y"}
	columns := model(t, "b.bin", 1)
	columns.Columns = []string{"u"}
	broken := errors.New("broken")
	for _, c := range []struct {
		second Model
		wanted string
	}{
		{model(t, "b.bin", 2), ""},
		{wide, "b.bin: wanted inputs: 6, as a.bin has, found 7"},
		{two, "b.bin: wanted classes: 3, as a.bin has, found 2"},
		{named, "b.bin: wanted the classes [x y z], as a.bin has, found [x z y]"},
		{columns, "b.bin: wanted the columns [], as a.bin has, found [u]"},
		{Model{}, "broken"},
	} {
		_, err := Read([]string{"a.bin", "b.bin"}, func(path string) (*modelfile.Model, error) {
			m := map[string]Model{"a.bin": first, "b.bin": c.second}[path]
			if m.Model == nil {
				return nil, broken
			}
			return m.Model, nil
		})
		if found := fmt.Sprint(err); found != c.wanted && (c.wanted != "" || err != nil) {
			t.Errorf("wanted %q, found %q", c.wanted, found)
		}
	}
}

// TestBase checks which model's samples are used, and which models must not be tested on them.
func TestBase(t *testing.T) {
	known := func(name, config, hash string) Model {
		m := model(t, name, 1)
		m.Config, m.DataHash = json.RawMessage(config), hash
		return m
	}
	imported := known("i.keras", "", "")
	imported.Config = nil
	images := known("a.bin", `{"dataset":"fashion-mnist"}`, "1f")
	const iris = `{"dataset":{"csv":"t.csv","target":"kind"}`
	for _, c := range []struct {
		name         string
		models       []Model
		others       string
		base, wanted string
	}{
		{"the first", []Model{images, known("b.bin", `{"dataset":"fashion-mnist","seed":4}`, "1f")}, "", "a.bin", ""},
		{"the first that knows", []Model{imported, images}, "", "a.bin", ""},
		{"none knows", []Model{imported, imported}, "", "",
			"i.keras: wanted a model that says what it was trained on, found none"},
		{"none needs to", []Model{imported, imported}, "other", "i.keras", ""},
		{"other data", []Model{images, known("b.bin", `{}`, "20")}, "", "",
			"b.bin: wanted a model that was trained on the files of squares, as a.bin was, found one of squares"},
		{"other data, and other samples", []Model{images, known("b.bin", `{}`, "20")}, "other", "a.bin", ""},
		{"the same rows", []Model{known("a.bin", iris+"}", "1f"), known("b.bin", iris+`,"epochs":3}`, "1f")}, "",
			"a.bin", ""},
		{"other rows", []Model{known("a.bin", iris+"}", "1f"), known("b.bin", iris+`,"seed":3}`, "1f")}, "", "",
			"b.bin: has learned some of the rows that test a.bin: wanted the same test_split and split_seed " +
				"(0.2 and 1), found 0.2 and 3"},
		{"other rows, and other samples", []Model{known("a.bin", iris+"}", "1f"), known("b.bin", iris+`,"seed":3}`, "1f")},
			"other", "a.bin", ""},
	} {
		base, trained, err := Base(c.models, c.others)
		if c.wanted != "" {
			if e, ok := errors.AsType[*fault.Error](err); !ok || e.Error() != c.wanted || !strings.HasPrefix(e.Hint, "--data") {
				t.Errorf("%s: wanted %q, found %v", c.name, c.wanted, err)
			}
			continue
		}
		if err != nil || base.Name != c.base || trained == nil {
			t.Errorf("%s: wanted %s, found %s, %v", c.name, c.base, base.Name, err)
		}
	}
}

// Another class is another function, however small the difference of probabilities may be.
func TestSameNeedsClasses(t *testing.T) {
	s := nntest.RandomBytes(200, 6, 3, 1)
	r := compared(t, s, 1, model(t, "a.bin", 1), model(t, "b.bin", 9))
	if c := r.Comparisons[0]; c.Same || c.Changed == 0 || c.Output.Largest > 1 || r.Wrong(true, false) == nil {
		t.Errorf("wanted models that are not the same, found %+v", c)
	}
}

// A table is standardized for each model as in its training.
func TestStandardization(t *testing.T) {
	first := model(t, "a.bin", 1)
	first.Columns = []string{"u", "v", "w", "x", "y", "z"}
	first.Mean, first.Std = []float64{0, 1, 2, 3, 4, 5}, []float64{1, 2, 1, 2, 1, 2}
	mean, std := []float64{1, 1, -2, 3, 4, 7}, []float64{2, 1, 1, 3, 1, 0.5}
	second := Model{first.Restandardized(mean, std), "b.bin"}
	r := compared(t, nntest.RandomFloats(100, 6, 3, 1), 4e-6, first, second)
	if c := r.Comparisons[0]; !c.Same || c.Weight.Different == 0 || r.Unit != "row" {
		t.Errorf("wanted the same function of rows with other weights, found %s, %q", c.Verdict(), c.Details())
	}
}
