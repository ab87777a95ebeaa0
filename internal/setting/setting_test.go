package setting_test

import (
	"math"
	"testing"

	"dnn/internal/setting"
)

func TestBounds(t *testing.T) {
	for _, tt := range []struct {
		bounds      setting.Bounds
		text        string
		inside, out []float64
	}{
		{setting.From(0, 1), "from 0 to 1", []float64{0, 0.5, 1}, []float64{-0.1, 1.1, math.NaN(), math.Inf(1)}},
		{setting.Above(0, 1000000), "above 0 and at most 1000000", []float64{1e-300, 1e6},
			[]float64{0, 1e6 + 1, math.NaN()}},
		{setting.Below(1e-30, 0.25), "of at least 1e-30 and below 0.25", []float64{1e-30, 0.2},
			[]float64{0, 0.25, math.NaN()}},
		{setting.Between(-1, 1), "above -1 and below 1", []float64{0}, []float64{-1, 1, math.NaN()}},
	} {
		if got := tt.bounds.String(); got != tt.text {
			t.Errorf("wanted %q, found %q", tt.text, got)
		}
		for _, v := range tt.inside {
			if !tt.bounds.Contain(v) {
				t.Errorf("%s: wanted %v inside", tt.text, v)
			}
		}
		for _, v := range tt.out {
			if tt.bounds.Contain(v) {
				t.Errorf("%s: wanted %v outside", tt.text, v)
			}
		}
	}
}

// thing has a setting of each type.
type thing struct {
	rate     float64
	patience int
	nesterov bool
	monitor  string
}

func (x *thing) settings() []setting.Setting {
	return []setting.Setting{
		{Name: "rate", Value: &x.rate, Bounds: setting.From(0, 1)},
		{Name: "patience", Value: &x.patience, Bounds: setting.From(0, 9)},
		{Name: "nesterov", Value: &x.nesterov},
		{Name: "monitor", Value: &x.monitor, Choices: []string{"loss", "accuracy"}},
	}
}

func TestFill(t *testing.T) {
	x := thing{rate: 1e-7, monitor: "loss"}
	for i, want := range []string{"1e-7", "0", "false", "loss"} {
		if got := x.settings()[i].Text(); got != want {
			t.Errorf("wanted the default %s, found %s", want, got)
		}
	}
	setting.Fill(x.settings(), map[string]any{"rate": 0.5, "patience": uint64(3), "nesterov": true, "other": 1})
	if want := (thing{0.5, 3, true, "loss"}); x != want {
		t.Errorf("wanted %v, found %v", want, x)
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		thing thing
		want  string
	}{
		{thing{rate: 1, patience: 9}, ""},
		{thing{rate: 1.5}, "rate: wanted a number from 0 to 1, found 1.5"},
		{thing{rate: math.NaN()}, "rate: wanted a number from 0 to 1, found NaN"},
		{thing{patience: -1}, "patience: wanted a whole number from 0 to 9, found -1"},
	} {
		got := ""
		if err := setting.Check(tt.thing.settings()); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("wanted %q, found %q", tt.want, got)
		}
	}
}

func TestWrongType(t *testing.T) {
	defer func() {
		const want = "setting rate: wanted a *float64, *int, *bool or *string, found *uint8"
		if got := recover(); got != want {
			t.Errorf("wanted a panic %q, found %v", want, got)
		}
	}()
	_ = setting.Setting{Name: "rate", Value: new(uint8)}.Text()
}
