package main

import "testing"

func TestJudge(t *testing.T) {
	r := &result{
		experiment: experiment{name: "e", metrics: []metric{{"x", "s"}, {"y", "s"}, {"z", "s"}}, contenders: []contender{{name: "a"}, {name: "b"}}},
		rounds: []map[string]figures{
			{"a": {"x": 1, "y": 9}, "b": {"x": 2, "y": 6}},
			{"a": {"x": 3, "y": 9}, "b": {"x": 4, "y": 6}},
			{"a": {"x": 8, "y": 9}, "b": {"x": 1, "y": 6}},
		},
	}
	for _, c := range []struct {
		target
		value   string
		outcome string
	}{
		{target{"e", "x", "a", "", atMost, 3}, "3.00", "PASS"},
		{target{"e", "x", "a", "", below, 3}, "3.00", "FAIL"},
		{target{"e", "x", "a", "", atLeast, 3}, "3.00", "PASS"},
		{target{"e", "x", "a", "", atLeast, 4}, "3.00", "FAIL"},
		{target{"e", "x", "a", "b", atMost, 0.75}, "0.750", "PASS"}, // of 1/2, 3/4 and 8
		{target{"e", "z", "a", "b", atMost, 1}, "-", "not measured"},
		{target{"e", "", "a", "b", atMost, 1}, "1.50", "FAIL"},                 // y is the worst
		{target{"e", "", "a", "b", atMost, 2}, "1.50", "not all measured"},     // z is not
		{target{"e", "", "a", "b", atLeast, 0.8}, "0.750", "FAIL"},             // x is the worst
		{target{"e", "", "b", "a", atLeast, 0.5}, "0.667", "not all measured"}, // y is
	} {
		verdicts := r.judge([]target{c.target})
		if len(verdicts) != 1 {
			t.Fatalf("%+v: %d verdicts, want 1", c.target, len(verdicts))
		}
		if row := verdicts[0].row(); row[1] != c.value || row[3] != c.outcome {
			t.Errorf("%+v: %v, want %s, %s", c.target, row, c.value, c.outcome)
		}
	}
	for _, other := range []target{{"f", "x", "a", "", atMost, 1}, {"e", "x", "c", "", atMost, 1}, {"e", "x", "a", "c", atMost, 1}} {
		if verdicts := r.judge([]target{other}); len(verdicts) != 0 {
			t.Errorf("%+v is judged by an experiment that it is not about: %v", other, verdicts)
		}
	}
}
