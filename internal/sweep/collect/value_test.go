package collect

import (
	"encoding/json"
	"testing"
)

// TestValues: the kind of a value, its JSON, and how a table shows it.
func TestValues(t *testing.T) {
	for yaml, c := range map[string]struct {
		kind        kind
		json, short string
	}{
		"0.001":                              {number, "0.001", "0.001"},
		"1e-05":                              {number, "0.00001", "1e-05"},
		"0.001542234133358732":               {number, "0.001542234133358732", "0.001542"},
		"12345678":                           {number, "12345678", "12345678"},
		"-3":                                 {number, "-3", "-3"},
		"true":                               {truth, "true", "true"},
		"false":                              {truth, "false", "false"},
		"inf":                                {text, `"inf"`, "inf"},
		"NaN":                                {text, `"NaN"`, "NaN"},
		"0x1p-2":                             {text, `"0x1p-2"`, "0x1p-2"},
		"1_000":                              {text, `"1_000"`, "1_000"},
		"1e999":                              {text, `"1e999"`, "1e999"},
		"[300, 100]":                         {text, `"[300, 100]"`, "[300, 100]"},
		"{name: variance_scaling, scale: 2}": {text, `"{name: variance_scaling, scale: 2}"`, "{name: variance_scaling…"},
		"":                                   {text, `""`, ""},
	} {
		v := newValue(yaml)
		found, err := json.Marshal(v)
		if v.kind != c.kind || string(found) != c.json || err != nil || v.short() != c.short {
			t.Errorf("%q: found kind %d, %s, %q, %v", yaml, v.kind, found, v.short(), err)
		}
	}
	if got := (value{}).short(); got != "-" {
		t.Errorf("no value is shown as %q", got)
	}
}
