package seeds

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"dnn/internal/experiment"
	"dnn/internal/experiment/experimenttest"
	"dnn/internal/fault"
	"dnn/internal/report"
)

// trainAll trains several seeds, and checks that each gives the model of its run alone. It returns how many were not
// trained again.
func trainAll(t *testing.T, o experiment.Options, alone func(seed uint64) experiment.Options) (before int) {
	t.Helper()
	s, _, stderr := newSystem()
	var all []report.Seed
	o.Listener.Seed = func(s report.Seed) error { all = append(all, s); return nil }
	if err := Train(t.Context(), s, o); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	for _, one := range all {
		if one.Before {
			before++
		}
		single := alone(one.Seed)
		var end report.EndEvent
		single.Listener.End = func(e report.EndEvent) error { end = e; return nil }
		if err := experiment.Train(t.Context(), s, single); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(read(t, single.Flags[0].Value), read(t, one.Model)) {
			t.Errorf("seed %d: another model than alone", one.Seed)
		}
		if end.TestLoss != one.TestLoss || end.SHA256 != one.SHA256 || end.Epochs != one.Epochs {
			t.Errorf("seed %d: found %+v, alone %+v", one.Seed, one, end)
		}
	}
	return before
}

// TestAfterAnotherCall: what an earlier call has left is taken for finished, or gone on from, only if it is of the very
// same run.
func TestAfterAnotherCall(t *testing.T) {
	const keep = "checkpoint.keep_last=true"
	options := write(t, "epochs: 6\nlayers: [6]\nvalidation_split: 0.3\noptimizer: {learning_rate: 0.1}\n")
	config := options("").Config
	text := strings.Replace(string(read(t, config)), "test_split: 0.2", "test_split: 0.2, split_seed: 1", 1)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil { // a start needs the rows that it was tested on
		t.Fatal(err)
	}
	s, _, _ := newSystem()
	start := options("start.bin", "epochs=1")
	if err := experiment.Train(t.Context(), s, start); err != nil {
		t.Fatal(err)
	}
	from := start.Flags[0].Value
	const stops = "early_stopping.patience=0"
	for i, c := range []struct {
		first, second         []string
		firstFrom, secondFrom string
		before                int
	}{
		{first: []string{keep}, second: []string{keep}, before: 3},
		{first: []string{keep}, second: []string{keep, "epochs=9"}},
		{first: []string{keep}, second: []string{keep, "epochs=3"}},
		{first: []string{keep}, second: []string{keep, "layers=[7]"}},
		{first: []string{keep, stops}, second: []string{keep, stops, "epochs=30"}}, // which ends at the same epoch
		{firstFrom: from, secondFrom: from, before: 3},
		{firstFrom: from},
		{secondFrom: from},
		{first: []string{keep}, second: []string{keep, "epochs=9"}, firstFrom: from},
	} {
		output := fmt.Sprintf("many%d.bin", i)
		many := func(flags []string, from string) experiment.Options {
			o := options(output, append([]string{"seeds=3", "threads=2"}, flags...)...)
			o.From = from
			return o
		}
		if err := Train(t.Context(), s, many(c.first, c.firstFrom)); err != nil {
			t.Fatal(err)
		}
		before := trainAll(t, many(c.second, c.secondFrom), func(seed uint64) experiment.Options {
			o := options("alone.bin", append([]string{"seed=" + strconv.FormatUint(seed, 10)}, c.second...)...)
			o.From = c.secondFrom
			return o
		})
		if before != c.before {
			t.Errorf("%v after %v: %d were finished before, wanted %d", c.second, c.first, before, c.before)
		}
	}
}

// TestRowsOfImages: the seed draws which rows test, as it does of a table that is none of images.
func TestRowsOfImages(t *testing.T) {
	folder := t.TempDir()
	var rows strings.Builder
	rows.WriteString("a,b,c,d,kind\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "%d,%d,%d,%d,%d\n", i*37%256, i*i%256, i*91%256, 255-i, i*7%3)
	}
	table, path := filepath.Join(folder, "t.csv"), filepath.Join(folder, "t.yaml")
	text := fmt.Sprintf("dataset: {csv: %q, target: kind, image: [2, 2]}\nlayers: [6]\nepochs: 2\nbatch_size: 8\n", table)
	for name, content := range map[string]string{table: rows.String(), path: text} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	options := func(output, key string, value any) experiment.Options {
		o := experiment.Options{Config: path, NoHistory: true, NoPicture: true}
		o.Flags = append(o.Flags, experimenttest.Set("output", filepath.Join(folder, output)), experimenttest.Set(key, fmt.Sprint(value)))
		return o
	}
	trainAll(t, options("many.bin", "seeds", 3), func(seed uint64) experiment.Options { return options("alone.bin", "seed", seed) })
}

// TestLargestSeed: the last of several seeds is the largest one there is.
func TestLargestSeed(t *testing.T) {
	options := write(t, "epochs: 1\nlayers: [6]\n")
	trainAll(t, options("many.bin", "seed=18446744073709551614", "seeds=2"), func(seed uint64) experiment.Options {
		return options("alone.bin", "seed="+strconv.FormatUint(seed, 10))
	})
}

// TestCompareTellsNobody: runs that only tell which experiment is better are no runs for a tracker.
func TestCompareTellsNobody(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	options := write(t, "epochs: 1\nlayers: [6]\nmlflow: {tracking_uri: "+server.URL+"}\n")
	first := options("a.bin").Config
	second := strings.TrimSuffix(first, ".yaml") + "2.yaml"
	if err := os.WriteFile(second, bytes.Replace(read(t, first), []byte("[6]"), []byte("[7]"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _, _ := newSystem()
	if err := Compare(t.Context(), s, CompareOptions{First: first, Second: second, MaxSeeds: MinSeeds}); err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("a tracker was asked %d times", n)
	}
}

// TestCompareOther: experiments on one table that are not tested on the same rows, or that learn another column.
func TestCompareOther(t *testing.T) {
	o := write(t, "epochs: 1\nlayers: [6]\n")("a.bin")
	folder := filepath.Dir(o.Config)
	first := string(read(t, o.Config))
	for i, c := range []struct{ old, other, metric, wanted string }{
		{"target: kind", "target: 'y', ignore: kind", "", "dataset: wanted target: kind, as "},
		{"test_split: 0.2", "test_split: 0.4", "", "dataset: wanted test_split: 0.2, as "},
		{"test_split: 0.2", "test_split: 0.2, split_seed: 3", "", "dataset: wanted split_seed: none, as "},
	} {
		other := filepath.Join(folder, fmt.Sprintf("%d.yaml", i))
		if err := os.WriteFile(other, []byte(strings.Replace(first, c.old, c.other, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		s, _, _ := newSystem()
		err := Compare(t.Context(), s, CompareOptions{First: o.Config, Second: other, Metric: c.metric, MaxSeeds: MinSeeds})
		if fault.KindOf(err) != fault.Data || !strings.Contains(fmt.Sprint(err), c.wanted) {
			t.Errorf("%s: wanted %q, found %v", c.other, c.wanted, err)
		}
	}
	tested := filepath.Join(folder, "test.csv")
	if err := os.WriteFile(tested, []byte("x,y,kind\n1,2,a\n30,3,b\n50,4,c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		split, metric string
		wanted        fault.Kind
	}{{"", "test_loss", 0}, {", split_seed: 3", "test_loss", 0}, {", split_seed: 3", "val_loss", fault.Data}} {
		both := [2]string{filepath.Join(folder, fmt.Sprintf("t%d.yaml", i)), filepath.Join(folder, fmt.Sprintf("u%d.yaml", i))}
		for j, split := range []string{"", c.split} {
			text := strings.Replace(first, "test_split: 0.2", fmt.Sprintf("test: {csv: %q}", tested)+split, 1)
			if j == 1 {
				text = strings.Replace(text, "[6]", "[7]", 1)
			}
			if err := os.WriteFile(both[j], []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, _, _ := newSystem()
		err := Compare(t.Context(), s, CompareOptions{First: both[0], Second: both[1], Metric: c.metric, MaxSeeds: MinSeeds})
		if (err == nil) != (c.wanted == 0) || err != nil && fault.KindOf(err) != c.wanted {
			t.Errorf("a test file%s, %s: %v", c.split, c.metric, err)
		}
	}
}
