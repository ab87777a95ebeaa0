package config

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"dnn/internal/interop/chain"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		raw    string
		values []float64
		shape  []int
		bad    bool
	}{
		{raw: `0.5`, values: []float64{0.5}},
		{raw: `[1, 2, 3]`, values: []float64{1, 2, 3}, shape: []int{3}},
		{raw: `[[1, 2, 3], [4, 5, 6]]`, values: []float64{1, 2, 3, 4, 5, 6}, shape: []int{2, 3}},
		{raw: `[[[1]], [[2]]]`, values: []float64{1, 2}, shape: []int{2, 1, 1}},
		{raw: `{"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "float32"}}`,
			values: []float64{1, 2}, shape: []int{2}},
		{raw: `{"type": "ndarray", "value": 3}`, values: []float64{3}},
		{raw: `[[1, 2], [3]]`, bad: true}, {raw: `[1, [2]]`, bad: true}, {raw: `[[1], 2]`, bad: true},
		{raw: `["1"]`, bad: true}, {raw: `null`, bad: true}, {raw: ``, bad: true}, {raw: `[1`, bad: true},
		{raw: `{}`, bad: true}, {raw: `{"value": {"value": 1}}`, bad: true}, {raw: strings.Repeat("[", 100000), bad: true},
		{raw: `[[], [1]]`, bad: true}, {raw: `[[[1, 2]], [[3], [4]]]`, bad: true},
	} {
		values, shape, err := Numbers(json.RawMessage(c.raw))
		if (err != nil) != c.bad || !slices.Equal(values, c.values) || !slices.Equal(shape, c.shape) {
			t.Errorf("%.40s: %v, %v, %v", c.raw, values, shape, err)
		}
	}
}

func TestShape(t *testing.T) {
	for raw, want := range map[string]string{
		`[null, 784]`: "[784] <nil>", `[null, 28, 28, 1]`: "[28 28 1] <nil>", `[32, 5]`: "[5] <nil>", `null`: "[] <nil>",
		`{}`: "[] <nil>", `[null, null]`: "fixed", `[null]`: "at least one dimension", `[null, 0]`: "at most",
		`[null, -1]`: "at most", `[null, 1.5]`: "at most", `[null, 100000, 100000]`: "at most",
		`[null, 1, 1, 1, 1, 1, 1, 1, 1, 1]`: "8 dimensions",
	} {
		shape, err := Shape(json.RawMessage(raw))
		if got := fmt.Sprint(shape, err); !strings.Contains(got, want) {
			t.Errorf("%s: %s, wanted %s", raw, got, want)
		}
	}
}

// Keras 2 writes float32 with the digits of a float64.
func TestShortest(t *testing.T) {
	for v, want := range map[float64]float64{0.20000000298023224: 0.2, 0.2: 0.2, 1. / 3: 1. / 3, 0.25: 0.25} {
		if got := shortest(v); got != want {
			t.Errorf("%v is %v, wanted %v", v, got, want)
		}
	}
}

func TestActivation(t *testing.T) {
	for _, c := range []struct {
		raw    string
		keras2 bool
		want   chain.Activation
		bad    string
	}{
		{raw: `null`, want: chain.Activation{Function: "linear"}},
		{raw: ``, want: chain.Activation{Function: "linear"}},
		{raw: `"swish"`, want: chain.Activation{Function: "silu"}},
		{raw: `"leaky_relu"`, want: chain.Activation{Function: "leaky_relu", Slope: 0.2}},
		{raw: `"elu"`, want: chain.Activation{Function: "elu", Alpha: 1}},
		{raw: `"hard_sigmoid"`, want: chain.Activation{Function: "hard_sigmoid"}},
		{raw: `"hard_sigmoid"`, keras2: true, bad: "of Keras 2"},
		{raw: `{"module": "builtins", "class_name": "function", "config": "gelu", "registered_name": "function"}`,
			want: chain.Activation{Function: "gelu"}},
		{raw: `{"class_name": "function", "config": "relu", "registered_name": "Custom>relu"}`, bad: "Custom>relu"},
		{raw: `{"class_name": "LeakyReLU", "config": {"alpha": 0.1}}`,
			want: chain.Activation{Function: "leaky_relu", Slope: 0.1}},
		{raw: `{"class_name": "LeakyReLU", "config": {}}`, want: chain.Activation{Function: "leaky_relu", Slope: 0.3}},
		{raw: `{"class_name": "ReLU", "config": {"max_value": 6, "negative_slope": 0.0, "threshold": 0.0}}`,
			want: chain.Activation{Function: "relu6"}},
		{raw: `{"class_name": "ReLU", "config": {"max_value": 1}}`, bad: "max_value"},
		{raw: `{"class_name": "ReLU", "config": {"max_value": 6, "negative_slope": 0.1}}`, bad: "max_value"},
		{raw: `{"class_name": "gelu", "config": {"approximate": true}}`, bad: "gelu with approximate: true"},
		{raw: `{"class_name": "gelu", "config": {"approximate": false}}`, want: chain.Activation{Function: "gelu"}},
		{raw: `{"class_name": "__lambda__", "config": {"value": "4wE="}}`, bad: "Lambda"},
		{raw: `{"value": ["4wE=", null, null]}`, bad: "Lambda"},
		{raw: `{"class_name": "PReLU", "config": {}}`, bad: "PReLU"},
		{raw: `"sparsemax"`, bad: "sparsemax"}, {raw: `"Addons>gelu"`, bad: "Addons>gelu"}, {raw: `7`, bad: "7"},
		{raw: `"` + strings.Repeat("x", 1000) + `"`, bad: "xxx..."},
	} {
		m := &Model{}
		if c.keras2 {
			m.Version = "2.15.0"
		}
		got, err := m.Activation(json.RawMessage(c.raw))
		switch {
		case c.bad == "" && (err != nil || got != c.want):
			t.Errorf("%s: %+v, %v", c.raw, got, err)
		case c.bad != "" && (err == nil || !strings.Contains(err.Error(), c.bad)):
			t.Errorf("%s: %v, wanted %q", c.raw, err, c.bad)
		}
	}
}

func TestLoss(t *testing.T) {
	for raw, want := range map[string]string{
		`"sparse_categorical_crossentropy"`: "categorical_crossentropy",
		`["mse"]`:                           "mean_squared_error",
		`{"module": "builtins", "class_name": "function", "config": "binary_crossentropy"}`: "binary_crossentropy",
		`{"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": true}}`:  "categorical_crossentropy logits",
		`{"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.125}}`:   "categorical_crossentropy smooth 0.125",
		`{"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 7}}`:       "categorical_crossentropy",
		`{"class_name": "Custom>Focal", "config": {}}`:                                      " not Custom>Focal",
		`"huber"`: " not huber", `null`: "", `{"a": "mse", "b": "mse"}`: "", `["mse", "mse"]`: "",
	} {
		var m Model
		m.SetLoss(json.RawMessage(`{"loss": ` + raw + `}`))
		got := m.Loss
		if m.Logits {
			got += " logits"
		}
		if m.Smooth != 0 {
			got += fmt.Sprint(" smooth ", m.Smooth)
		}
		if m.OtherLoss != "" {
			got += " not " + m.OtherLoss
		}
		if got != want {
			t.Errorf("%s: %q, wanted %q", raw, got, want)
		}
	}
}

// node is an inbound node of Keras 3.
func node(names ...string) string {
	var tensors []string
	for _, name := range names {
		tensors = append(tensors, fmt.Sprintf(`{"class_name": "__keras_tensor__", "config": {"keras_history": [%q, 0, 0]}}`, name))
	}
	return `[{"args": [` + strings.Join(tensors, ", ") + `], "kwargs": {}}]`
}

// functional is a functional model of layers with those inputs, the first of which is the input.
func functional(output string, layers ...[2]string) string {
	var all []string
	for _, l := range layers {
		all = append(all, fmt.Sprintf(`{"class_name": "Dense", "name": %q, "config": {"name": %q}, "inbound_nodes": %s}`,
			l[0], l[0], l[1]))
	}
	return fmt.Sprintf(`{"class_name": "Functional", "config": {"layers": [%s], "input_layers": [["i", 0, 0]], `+
		`"output_layers": %s}}`, strings.Join(all, ", "), output)
}

func TestFunctional(t *testing.T) {
	in := [2]string{"i", "[]"}
	for _, c := range []struct{ config, want string }{
		{functional(`["b", 0, 0]`, in, [2]string{"b", node("a")}, [2]string{"a", node("i")}), "i a b"},
		{functional(`[["b", 0, 0]]`, in, [2]string{"a", `[[["i", 0, 0, {}]]]`}, [2]string{"b", `[[["a", 1, 0, {}]]]`}), "i a b"},
		{functional(`["b", 0, 0]`, in, [2]string{"a", `[["i", 0, 0, {}]]`}, [2]string{"b", node("a")}), "i a b"},
		{functional(`["b", 0, 0]`, in, [2]string{"a", node("i")}, [2]string{"b", node("a", "i")}), "layer b (Dense): wanted the output of one"},
		{functional(`["b", 0, 0]`, in, [2]string{"a", node("i")}, [2]string{"b", node("i")}), "wanted a chain without branches"},
		{functional(`[["a", 0, 0], ["b", 0, 0]]`, in, [2]string{"a", node("i")}), "one output"},
		{functional(`["b", 0, 1]`, in, [2]string{"b", node("i")}), "one output"},
		{functional(`["i", 0, 0]`, in, [2]string{"a", node("a")}), "wanted a chain of 2 layers to i, found one of 1"},
		{functional(`["a", 0, 0]`, in, [2]string{"a", `[[["i", 0, 0]], [["i", 0, 0]]]`}), "used once, found 2"},
		{functional(`["a", 0, 0]`, [2]string{"x", node("a")}, [2]string{"a", node("x")}), "wanted the input layer i"},
	} {
		m, err := Parse([]byte(c.config), "3")
		got := fmt.Sprint(err)
		if err == nil {
			var names []string
			for _, l := range m.Layers {
				names = append(names, l.Name)
			}
			got = strings.Join(names, " ")
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, wanted %s", c.config, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat(`{"class_name": "Sequential", "config": {"layers": [`, 20) + strings.Repeat(`]}}`, 20)
	for _, c := range []struct{ config, want string }{
		{`{`, "config: a model"}, {`[]`, "config: a model"}, {`{}`, "a model of class"}, {deep, "at most 16 deep"},
		{`{"class_name": "Custom>Net", "config": {}}`, "a model of class Custom>Net"},
		{`{"class_name": "Sequential", "registered_name": "my>Net", "config": {}}`, "a model of class Sequential"},
		{`{"class_name": "Sequential", "config": {"layers": [{"class_name": "my>Dense", "config": {"name": "d"}}]}}`,
			"layer d (my>Dense): a layer of the user's own"},
		{`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": 7}]}}`, "wanted settings"},
		{`{"class_name": "Sequential", "config": {"layers": [` + strings.Repeat(`{},`, 5000) + `{}]}}`, "4096 layers"},
		{strings.Repeat(" ", Max+1), "at most 1048576 bytes"},
		{`{"class_name": "Sequential", "config": {"layers": [7]}}`, "another kind of value than the number at byte"},
		{functional(`["a", 0, 0]`, [2]string{"i", "[]"}, [2]string{"a", "[" + strings.Repeat("[],", 30000) + "[]]"}),
			"wanted simple arguments"},
		{`{"class_name": "Sequential", "config": {"layers": [], "build_input_shape": [` + strings.Repeat("1,", 1000) + `1]}}`,
			"few dimensions"},
	} {
		if _, err := Parse([]byte(c.config), ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: %v, wanted %q", c.config, err, c.want)
		}
	}
}

// Keras before 2.2 has a list of layers, and the first has the shape of a batch.
func TestOldSequential(t *testing.T) {
	m, err := Parse([]byte(`{"class_name": "Sequential", "config": [
		{"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [null, 4], "trainable": false}}]}`), "")
	if err != nil {
		t.Fatal(err)
	}
	if l := m.Layers[0]; len(m.Layers) != 1 || l.Class != "Dense" || l.Name != "d" || l.Trainable || !m.Keras2() {
		t.Errorf("%+v of %q", l, m.Version)
	}
}

func TestSettings(t *testing.T) {
	s := Settings{"half": json.RawMessage("0.5"), "null": json.RawMessage(" null"), "text": json.RawMessage(`"a"`),
		"list": json.RawMessage("[1, 2]"), "yes": json.RawMessage("true")}
	if v, err := s.Number("half", 1); v != 0.5 || err != nil {
		t.Error(v, err)
	}
	if v, err := s.Number("null", 1); v != 1 || err != nil {
		t.Error(v, err)
	}
	if _, err := s.Number("list", 1); err == nil {
		t.Error("a list as a number")
	}
	if _, err := s.Whole("half", 0, 1); err == nil {
		t.Error("0.5 as a whole number")
	}
	if _, err := s.Whole("none", 0, math.MaxInt32); err == nil {
		t.Error("nothing as a whole number")
	}
	if v, err := s.Axes("list", -1); !slices.Equal(v, []int{1, 2}) || err != nil {
		t.Error(v, err)
	}
	if v, err := (Settings{"none": json.RawMessage(" [ ]")}).Axes("none", -1); len(v) > 0 || err != nil {
		t.Error(v, err)
	}
	if _, err := s.Axes("half", -1); err == nil {
		t.Error("0.5 as an axis")
	}
	if v, err := s.Flag("yes", false); !v || err != nil {
		t.Error(v, err)
	}
	if _, err := s.Flag("text", false); err == nil {
		t.Error("text as a flag")
	}
	if s.Text("text") != "a" || s.Text("half") != "" {
		t.Error(s.Text("text"), s.Text("half"))
	}
}
