package marks

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/scripts/bench/paired"
)

// result is a made-up result about 98 %: two rounds of dnn and of peers in three languages, one of which failed.
func result() *paired.Result {
	figures := func(seconds, accuracy float64) paired.Figures {
		return paired.Figures{Time: seconds, Accuracy: accuracy}
	}
	return &paired.Result{
		Experiment: Experiment(98, Recipe{Layers: []int{784, 10}, Activation: "relu", Images: 60000, Epochs: 2, Batch: 100,
			Rates: []float64{0.01}}, []paired.Contender{
			{Name: DNN}, {Name: FromNothing}, {Name: "jax"}, {Name: "torch"},
			{Name: "candle"}, {Name: "libtorch"}, {Name: "keras-jax"},
		}),
		Rounds: []map[string]paired.Figures{
			{DNN: figures(0.2, 0.981), FromNothing: figures(0.4, 0.981), "jax": figures(4, 0.98),
				"torch": figures(3, 0.979), "libtorch": figures(1, 0.98)},
			{DNN: figures(0.1, 0.980), FromNothing: figures(0.5, 0.980), "jax": figures(4, 0.98),
				"torch": figures(8, 0.981), "libtorch": figures(1.2, 0.98)},
		},
		Failed: map[string]error{"candle": errors.New("it is not there")},
	}
}

func TestTable(t *testing.T) {
	want := [][]string{
		{"program", "language", "median", "least to most", "dnn is faster", "test accuracy"},
		{DNN, "", "0.150 s", "0.100 to 0.200", "", "98.05 %"},
		{FromNothing, "", "0.450 s", "0.400 to 0.500", "", "98.05 %"},
		{"libtorch", "C++", "1.10 s", "1.00 to 1.20", "8.50 x", "98.00 %"},
		{"jax", "Python", "4.00 s", "4.00 to 4.00", "30.0 x", "98.00 %"},
		{"torch", "Python", "5.50 s", "3.00 to 8.00", "47.5 x", "98.00 %"},
		{"candle", "Rust", "failed", "", "", "-"},
		{"keras-jax", "Python", "-", "", "", "-"},
	}
	if diff := cmp.Diff(want, Table(result())); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	alone := &paired.Result{
		Experiment: Experiment(97, Recipe{Layers: []int{784, 10}, Activation: "relu", Images: 60000, Epochs: 1, Batch: 100,
			Rates: []float64{0.01}}, []paired.Contender{{Name: DNN}}),
		Rounds: []map[string]paired.Figures{{DNN: {Time: 0.1, Accuracy: 0.9711}}},
	}
	other := &paired.Result{Experiment: paired.Experiment{Name: "epoch"}}
	want := [][]string{
		{"mark", "recipe", "dnn train", "its test accuracy", "fastest peer", "dnn is faster", "fastest in Python",
			"dnn is faster"},
		{"97 %",
			"[fast-97.yaml](../configs/fast-97.yaml): 784-10 with relu, 1 epoch of 60,000 images, batch 100, Adam, " +
				"rate up to 0.01",
			"0.100 s", "97.11 %", "-", "", "-", ""},
		{"98 %",
			"[fast-98.yaml](../configs/fast-98.yaml): 784-10 with relu, 2 epochs of 60,000 images, batch 100, Adam, " +
				"rate up to 0.01",
			"0.150 s", "98.05 %", "libtorch: 1.10 s", "8.50 x", "jax: 4.00 s", "30.0 x"},
	}
	if diff := cmp.Diff(want, Summary([]*paired.Result{other, alone, result()})); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// The targets are about the peer that turned out to be the fastest, and about the mean accuracy.
func TestTargets(t *testing.T) {
	r := result()
	want := []paired.Target{
		{Experiment: "fast/98", Metric: Accuracy, Subject: DNN, Is: paired.AtLeast, Limit: 0.98},
		{Experiment: "fast/98", Metric: Time, Subject: DNN, Reference: "libtorch", Is: paired.AtMost, Limit: 1. / 5},
		{Experiment: "fast/98", Metric: Time, Subject: DNN, Reference: "jax", Is: paired.AtMost, Limit: 1. / 15},
	}
	if diff := cmp.Diff(want, Targets(r)); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	for _, v := range r.Judge(Targets(r)) {
		if row := v.Row(); row[len(row)-1] != "PASS" {
			t.Errorf("verdict %v, want PASS", row)
		}
	}
	if got := Targets(&paired.Result{Experiment: paired.Experiment{Name: "epoch"}}); got != nil {
		t.Errorf("targets of another experiment: %v", got)
	}
}

// A peer with two numbers of threads is there once, as the faster of the two; one that failed with one has the other.
func TestBest(t *testing.T) {
	r := result()
	r.Contenders = append(r.Contenders, paired.Contender{Name: "torch, 1 thread"},
		paired.Contender{Name: "libtorch, 1 thread"}, paired.Contender{Name: "candle, 1 thread"})
	for _, round := range r.Rounds {
		round["torch, 1 thread"] = paired.Figures{Time: 2}
		round["libtorch, 1 thread"] = paired.Figures{Time: 2}
		round["candle, 1 thread"] = paired.Figures{Time: 2}
	}
	best := Best([]*paired.Result{{Experiment: paired.Experiment{Name: "epoch"}}, r})
	if len(best) != 1 {
		t.Fatalf("%d results, want the one about a mark", len(best))
	}
	var names []string
	for _, c := range best[0].Contenders {
		names = append(names, c.Name)
	}
	want := []string{DNN, FromNothing, "jax", "libtorch", "keras-jax", "torch, 1 thread", "candle, 1 thread"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("contenders (-want +got):\n%s", diff)
	}
}

func TestPeersAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Peers() {
		if seen[p.Name] || p.Name == DNN || p.Name == FromNothing || language(p.Name) == "" || p.Program == "" {
			t.Errorf("%+v: want a name of its own, a language and a program", p)
		}
		seen[p.Name] = true
	}
}
