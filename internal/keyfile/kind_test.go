package keyfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
)

// node returns the YAML node of text.
func node(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	return n.Content[0]
}

func TestKinds(t *testing.T) {
	half := keyfile.Number{Min: 0, Max: 0.5, MinOpen: true}
	for _, tt := range []struct {
		kind  keyfile.Kind
		text  string
		want  any    // nil: there is a problem
		shown string // the value as written in a file, or the problem
		hint  string
	}{
		{keyfile.Whole{Min: 1, Max: 9}, "+7", uint64(7), "7", ""},
		{keyfile.Whole{Min: 1, Max: 9}, "07", nil, "wanted a whole number from 1 to 9, found 07", ""},
		{keyfile.Whole{Min: 1, Max: 9}, "'7'", nil, `wanted a whole number from 1 to 9, found the text "7"`,
			"take the quotes off"},
		{half, "1e-3", 0.001, "0.001", ""},
		{half, "0,25", nil, `wanted a number above 0 and at most 0.5, found "0,25"`, "write 0.25"},
		{half, ".nan", nil, "wanted a number above 0 and at most 0.5, found .nan", ""},
		{keyfile.Number{Min: 0, Max: 1, MinOpen: true, MaxOpen: true}, "1", nil,
			"wanted a number above 0 and below 1, found 1", ""},
		{keyfile.Number{Min: 0, Max: 1, MaxOpen: true}, "1", nil,
			"wanted a number of at least 0 and below 1, found 1", ""},
		{keyfile.Boolean{}, "True", true, "true", ""},
		{keyfile.Boolean{}, "off", nil, "wanted true or false, found off", "write false"},
		{keyfile.Choice{Names: []string{"red", "blue"}}, "blue", "blue", "blue", ""},
		{keyfile.Choice{Names: []string{"red", "blue"}}, "{}", nil, "wanted red or blue, found a mapping", ""},
		{keyfile.Path{}, "my file", "my file", `"my file"`, ""},
		{keyfile.Path{}, "runs/", nil, `wanted a file name, found the folder "runs/"`, ""},
		{keyfile.Path{Folder: true}, "runs/", "runs/", "runs/", ""},
		{keyfile.Paths{}, "a", []string{"a"}, "a", ""},
		{keyfile.Paths{}, "[a, '5']", []string{"a", "5"}, `[a, "5"]`, ""},
		{keyfile.Paths{}, "[]", nil, "wanted a file name or a list of them, found an empty list", ""},
	} {
		value, problem := tt.kind.Read(node(t, tt.text))
		switch {
		case (problem != nil) != (tt.want == nil), problem == nil && !cmp.Equal(value, tt.want):
			t.Errorf("%s: got %v, wanted %v", tt.text, value, tt.want)
		case problem != nil && (problem.What != tt.shown || problem.Hint != tt.hint):
			t.Errorf("%s: got %q, %q", tt.text, problem.What, problem.Hint)
		case problem == nil && tt.kind.Show(value) != tt.shown:
			t.Errorf("%s is shown as %s", tt.text, tt.kind.Show(value))
		case problem == nil: // what is shown gives the same value again
			if again, problem := tt.kind.Read(node(t, tt.shown)); problem != nil || !cmp.Equal(again, value) {
				t.Errorf("%s: got %v again, wanted %v", tt.shown, again, value)
			}
		}
	}
}

// A value from a flag needs no quotes, and a list no brackets.
func TestNodes(t *testing.T) {
	for _, tt := range []struct {
		kind keyfile.Kind
		text string
		want any
	}{
		{keyfile.Whole{Max: 9}, " 7 ", uint64(7)},
		{keyfile.Path{}, "10", "10"},
		{keyfile.Paths{}, "a, 10", []string{"a", "10"}},
		{keyfile.Paths{}, "[a, b]", []string{"a", "b"}},
	} {
		if got, problem := tt.kind.Read(tt.kind.Node(tt.text)); problem != nil || !cmp.Equal(got, tt.want) {
			t.Errorf("%q: got %v, %+v", tt.text, got, problem)
		}
	}
}

// Mappings as values are read as strictly as the file.
func TestReadFields(t *testing.T) {
	fields := []keyfile.Field{{Name: "user", Kind: keyfile.Path{}}, {Name: "age", Kind: keyfile.Whole{Max: 150}}}
	got, problem := keyfile.ReadFields(keyfile.FlowNode("{age: 33, user: ann}"), fields)
	if diff := cmp.Diff(map[string]any{"age": uint64(33), "user": "ann"}, got); diff != "" || problem != nil {
		t.Errorf("%s%+v", diff, problem)
	}
	for text, want := range map[string]string{
		"{age: 200}":         "age: wanted a whole number from 0 to 150, found 200",
		"{usr: ann}":         `unknown key "usr" (did you mean user?)`,
		"{zzzzzzz: ann}":     `unknown key "zzzzzzz" (the keys here are user, age)`,
		"{age:3}":            `unknown key "age:3" (put a space after the colon)`,
		"{age: 3, age: 4}":   "the key age is given twice",
		"{[a]: 4}":           "wanted the name of a key, found a list",
		"[ann]":              "wanted keys (user, age), found a list",
		"{age: 3":            `wanted keys (user, age), found "{age: 3"`,
		"{usr: ann, age: x}": `unknown key "usr" (did you mean user?)`,
	} {
		_, problem := keyfile.ReadFields(keyfile.FlowNode(text), fields)
		if problem == nil {
			t.Errorf("%s: no problem", text)
			continue
		}
		got := problem.What
		if problem.Hint != "" {
			got += " (" + problem.Hint + ")"
		}
		if got != want {
			t.Errorf("%s: got %s, wanted %s", text, got, want)
		}
	}
	if n := node(t, "{user: ann, age: 3}"); keyfile.ValueOf(n, "age").Value != "3" ||
		keyfile.ValueOf(n, "size") != nil {
		t.Error("wanted the value that stands after the key")
	}
}
