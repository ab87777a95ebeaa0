package config

import (
	"testing"

	"dnn/internal/keyfile"
	"dnn/internal/setting"

	"github.com/google/go-cmp/cmp"
)

// A setting of several things is one key. A new key goes behind those that its thing has before it; or last, if the
// thing shares none of those that follow.
func TestKeysOf(t *testing.T) {
	number := func(name string, v float64, doc string) setting.Setting {
		return setting.Setting{Name: name, Value: &v, Bounds: setting.From(0, 9), Doc: doc}
	}
	keys := keysOf("brush", []thing{
		{"none", nil},
		{"round", []setting.Setting{number("width", 1, "How wide it is."), number("ink", 1, "How much ink it has."),
			number("dry", 0.5, "How fast it dries.")}},
		{"flat", []setting.Setting{number("width", 2, "How wide it is."), number("angle", 3, "How it is held."),
			number("dry", 0.5, "Its drying; 0: none.")}},
		{"fan", []setting.Setting{number("width", 2, ""), number("hairs", 5, "How many hairs it has.")}},
	})
	want := []Key{
		{Name: "brush.width", Doc: "How wide it is.", Variants: variants("round", "1", "flat", "2", "fan", "2")},
		{Name: "brush.angle", Doc: "How it is held.", Variants: variants("flat", "3")},
		{Name: "brush.ink", Doc: "How much ink it has.", Variants: variants("round", "1")},
		{Name: "brush.dry", Doc: "How fast it dries; flat: its drying; 0: none.",
			Variants: variants("round", "0.5", "flat", "0.5")},
		{Name: "brush.hairs", Doc: "How many hairs it has.", Variants: variants("fan", "5")},
	}
	for i := range want {
		want[i].By, want[i].Kind = "brush.name", keyfile.Number{Max: 9}
	}
	if diff := cmp.Diff(want, keys, cmp.Comparer(func(a, b keyfile.Number) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestKeysOfOtherKinds(t *testing.T) {
	defer func() {
		const want = "config: brush.width: wanted a number from 0 to 1 for all, found a number from 0 to 2 for flat"
		if got := recover(); got != want {
			t.Errorf("wanted a panic %q, found %v", want, got)
		}
	}()
	var v float64
	keysOf("brush", []thing{
		{"round", []setting.Setting{{Name: "width", Value: &v, Bounds: setting.From(0, 1)}}},
		{"flat", []setting.Setting{{Name: "width", Value: &v, Bounds: setting.From(0, 2)}}},
	})
}
