package table

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"sepal_length", "sepal_width", "petal_length", "species", "x"}
	for written, want := range map[string]string{
		"specie":       "species",
		"Species":      "species",
		"sepal length": "sepal_length",
		"petal_ength":  "petal_length",
		"y":            "x",
		"color":        "",
	} {
		if got, ok := nearest(written, names); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %t, want %q", written, got, ok, want)
		}
	}
	if _, ok := nearest("a", nil); ok {
		t.Error("there is a nearest of no names")
	}
}
