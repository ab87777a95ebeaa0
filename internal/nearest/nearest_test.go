package nearest

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"seed", "seed", 0}, {"", "abc", 3}, {"abc", "", 3}, {"sed", "seed", 1}, {"seeed", "seed", 1},
		{"sead", "seed", 1},
		{"epochs", "e", 5}, {"kitten", "sitting", 3}, {"sede", "seed", 2},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q to %q: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestName(t *testing.T) {
	names := []string{"seed", "epochs", "batch_size"}
	for written, want := range map[string]string{
		"sed": "seed", "SEED": "seed", "epoch": "epochs", "batchsize": "batch_size", "x": "", "": "", "sxxd": "",
		strings.Repeat("a", 1000): "",
	} {
		if got, ok := Name(written, names); ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %v, want %q", written, got, ok, want)
		}
	}
	if _, ok := Name("a", nil); ok {
		t.Error("found a name among none")
	}
}

func TestNameOfColumns(t *testing.T) {
	names := []string{"Sepal_Length", "sepal_width", "petal_length", "species", "x", strings.Repeat("x", 65)}
	for written, want := range map[string]string{
		"specie": "species", "Species": "species", "sepal length": "Sepal_Length", "petal_ength": "petal_length",
		"y": "x", "color": "",
	} {
		if got, ok := Name(written, names); ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %v, want %q", written, got, ok, want)
		}
	}
}
