package paired

import "testing"

func TestJudge(t *testing.T) {
	r := &Result{
		Experiment: Experiment{Name: "e", Metrics: []Metric{
			{Name: "x", Unit: "s"}, {Name: "y", Unit: "s"}, {Name: "z", Unit: "s"}},
			Contenders: []Contender{{Name: "a"}, {Name: "b"}}},
		Rounds: []map[string]Figures{
			{"a": {"x": 1, "y": 9}, "b": {"x": 2, "y": 6}},
			{"a": {"x": 3, "y": 9}, "b": {"x": 4, "y": 6}},
			{"a": {"x": 8, "y": 9}, "b": {"x": 1, "y": 6}},
		},
	}
	for _, c := range []struct {
		Target
		value   string
		outcome string
	}{
		{Target{"e", "x", "a", "", AtMost, 3}, "3.00", "PASS"},
		{Target{"e", "x", "a", "", Below, 3}, "3.00", "FAIL"},
		{Target{"e", "x", "a", "", AtLeast, 3}, "3.00", "PASS"},
		{Target{"e", "x", "a", "", AtLeast, 4}, "3.00", "FAIL"},
		{Target{"e", "x", "a", "b", AtMost, 0.75}, "0.750", "PASS"}, // of 1/2, 3/4 and 8
		{Target{"e", "z", "a", "b", AtMost, 1}, "-", "not measured"},
		{Target{"e", "", "a", "b", AtMost, 1}, "1.50", "FAIL"},                 // y is the worst
		{Target{"e", "", "a", "b", AtMost, 2}, "1.50", "not all measured"},     // z is not
		{Target{"e", "", "a", "b", AtLeast, 0.8}, "0.750", "FAIL"},             // x is the worst
		{Target{"e", "", "b", "a", AtLeast, 0.5}, "0.667", "not all measured"}, // y is
	} {
		verdicts := r.Judge([]Target{c.Target})
		if len(verdicts) != 1 {
			t.Fatalf("%+v: %d verdicts, want 1", c.Target, len(verdicts))
		}
		if row := verdicts[0].Row(); row[1] != c.value || row[3] != c.outcome {
			t.Errorf("%+v: %v, want %s, %s", c.Target, row, c.value, c.outcome)
		}
	}
	for metric, want := range map[string]string{"x": "e, x: a / b", "": "e, the worst of all (y): a / b"} {
		if row := r.Judge([]Target{{"e", metric, "a", "b", AtMost, 1}})[0].Row(); row[0] != want {
			t.Errorf("a target is called %q, want %q", row[0], want)
		}
	}
	for _, other := range []Target{{"f", "x", "a", "", AtMost, 1}, {"e", "x", "c", "", AtMost, 1},
		{"e", "x", "a", "c", AtMost, 1}} {
		if verdicts := r.Judge([]Target{other}); len(verdicts) != 0 {
			t.Errorf("%+v is judged by an experiment that it is not about: %v", other, verdicts)
		}
	}
}

// A metric that is a fraction and a mean is judged by its mean, and shown as the tables show it.
func TestJudgeMean(t *testing.T) {
	r := &Result{
		Experiment: Experiment{Name: "e", Metrics: []Metric{{Name: "accuracy", Mean: true}},
			Contenders: []Contender{{Name: "a"}}},
		Rounds: []map[string]Figures{
			{"a": {"accuracy": 0.9706}}, {"a": {"accuracy": 0.9699}}, {"a": {"accuracy": 0.9698}},
		},
	}
	row := r.Judge([]Target{{"e", "accuracy", "a", "", AtLeast, 0.97}})[0].Row()
	if row[1] != "0.9701" || row[2] != "≥ 0.9700" || row[3] != "PASS" {
		t.Errorf("verdict %v, want 0.9701, ≥ 0.9700, PASS", row)
	}
	if table := r.Table(); table[1][1] != "0.9701" {
		t.Errorf("table %v, want a figure of 0.9701", table)
	}
}
