package runner

import (
	"math"
	"strings"
	"testing"

	"dnn/internal/experiment"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/ranking"
	"dnn/internal/sweep/share"
)

// TestActiveLine: what a line of the live table says of a point, and that on a narrow screen no name is cut in two.
func TestActiveLine(t *testing.T) {
	s, _, _ := newSystem(0)
	r := &run{system: s, share: share.Whole(), Options: Options{Path: write(t, rates+"early_terminate: {type: hyperband, min_iter: 1, eta: 2}\n")}}
	var err error
	if r.sweep, err = r.read(); err != nil {
		t.Fatal(err)
	}
	if err := r.check(); err != nil {
		t.Fatal(err)
	}
	r.ranking = ranking.Ranking{Sweep: r.sweep}
	r.trials = experiment.NewPool(s, experiment.Options{})
	defer r.trials.Close()
	d := newDisplay(r)
	point, err := r.sweep.Point(3)
	if err != nil {
		t.Fatal(err)
	}
	point.Values[0].Text, point.Values[1].Text = "0.0315930217832610512", "[40, 40]"
	for _, c := range []struct {
		rung, epochs int
		metric       float64
		width        int
		want         string
	}{
		{0, 0, math.NaN(), 80, "point 3: epoch 1/1, learning_rate=0.03159, layers=[40, 40], seed 2"},
		{0, 1, 0.5, 80, "point 3: epoch 1/1, val_loss 0.5000, learning_rate=0.03159, layers=[40, 40], …"},
		{1, 1, math.NaN(), 60, "point 3: epoch 2/2, learning_rate=0.03159, seed 2, …"},
		{3, 4, 0.25, 200, "point 3: epoch 5/5, val_loss 0.2500, learning_rate=0.03159, layers=[40, 40], seed 2"},
		{3, 5, 0.25, 40, "point 3: epoch 5/5, val_loss 0.2500, …"},
	} {
		j := job{point: point, rung: c.rung}
		if err := r.prepare(&j); err != nil {
			t.Fatal(err)
		}
		a := &active{job: j}
		a.epochs.Store(int64(c.epochs))
		a.metric.Store(math.Float64bits(c.metric))
		d.live.Screen = report.Screen{Terminal: true, Width: func() int { return c.width }}
		if got := d.activeLine(a); got != c.want {
			t.Errorf("rung %d, %d epochs, %d columns: found %q, wanted %q", c.rung, c.epochs, c.width, got, c.want)
		}
	}
}

// TestRungLines: with --rung, what is counted is the points of the rung, whether they came to it now or before.
func TestRungLines(t *testing.T) {
	path := write(t, rates+"early_terminate: {type: hyperband, min_iter: 2, eta: 2}\n")
	for _, c := range []struct {
		rung        int
		shard       string
		first, last string
	}{
		{0, "1/2", "takes shard 1 of 2, as --shard says\n", "12 of 12 points came to rung 0, in OUT\n"},
		{0, "", "12 of 24 points came to rung 0 before, in OUT\n", "24 of 24 points came to rung 0, in OUT\n"},
		{0, "", "24 of 24 points came to rung 0 before, in OUT\n", "24 of 24 points came to rung 0, in OUT\n"},
		{1, "", "", "12 of 12 points came to rung 1, 12 stopped, in OUT\n"},
		{2, "", "12 of 24 points have a result already, in OUT\n", "24 of 24 points: 6 finished, 18 stopped, in OUT\n"},
	} {
		s, _, stderr := newSystem(0)
		if err := Run(t.Context(), s, Options{Path: path, Rung: &c.rung, Shard: c.shard, Threads: 2}); err != nil {
			t.Fatal(err)
		}
		found := strings.ReplaceAll(stderr.String(), folder.Default(path), "OUT")
		if !strings.HasPrefix(found, c.first) || !strings.HasSuffix(found, "\n"+c.last) && found != c.first+c.last {
			t.Errorf("rung %d: found %q, wanted it to begin with %q and end with %q", c.rung, found, c.first, c.last)
		}
	}
	one := 1
	s, stdout, _ := newSystem(0)
	if err := Run(t.Context(), s, Options{Path: path, Rung: &one, Threads: 2, JSON: true}); err != nil {
		t.Fatal(err)
	}
	if want := `,"rung":{"number":1,"points":12,"done":12}}` + "\n"; !strings.HasSuffix(stdout.String(), want) {
		t.Errorf("found %q, wanted it to end with %q", stdout, want)
	}
}
