package space

import "testing"

// Whatever a sweep file has in it, Load ends with a sweep or an error; and each point of a sweep has a value for each
// parameter that the experiment file accepts.
func FuzzLoad(f *testing.F) {
	for _, text := range []string{
		hashed,
		"method: list\nlist: [{optimizer: {name: sgd, momentum: 0.9}}, {}]\n",
		"method: sobol\nrun_cap: 3\nparameters: {label_smoothing: {distribution: normal, mu: 0.1, sigma: 0.05}}\n",
		"method: grid\nparameters: {label_smoothing: {distribution: q_uniform, min: 0, max: 0.5, q: 0.1}}\n",
		"method: bayes\nrun_cap: 20\nparameters: {optimizer.learning_rate: {distribution: log_uniform, min: -7, max: -1}}\n",
		"method: random\nrun_cap: 2\nparameters: {optimizer: {parameters: {name: {values: [adam, sgd], probabilities: [0.1, 0.9]}}}}\n",
		`{"method": "grid", "parameters": {"layers": {"values": [[10], []]}}, "early_terminate": {"type": "hyperband", "min_iter": 1}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Load(Options{Path: "s.yaml", Read: from("s.yaml", text), Unchecked: true})
		if err != nil {
			return
		}
		for _, n := range []int{0, 1, s.Points() / 2, s.Points() - 1} {
			if n >= s.Points() || n > 2000*s.Seeds {
				continue
			}
			var p Point
			if s.Method == Bayes {
				values, err := s.Propose(0, nil)
				if err != nil {
					t.Fatal(err)
				}
				p = s.PointOf(0, values)
			} else if p, err = s.Point(n); err != nil {
				t.Fatal(err)
			}
			for _, v := range p.Values {
				kind := experimentKeys()[v.Key].Kind
				if kind == nil {
					kind = onOff{}
				}
				if _, p := kind.Read(kind.Node(v.flag())); p != nil {
					t.Errorf("point %d: %s: %s", n, v.Key, p.What)
				}
			}
		}
	})
}
