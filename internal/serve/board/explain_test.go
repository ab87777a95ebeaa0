package board

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"dnn/internal/interop/browser"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/nn"
)

// The size of these tests' images.
const (
	height, width = 9, 8
	size          = height * width
)

// job is a network and an image for testdata/explain.js.
type job struct {
	Model   json.RawMessage `json:"model"`
	Weights []byte          `json:"weights"`
	Image   []int           `json:"image"`

	name   string
	scores *chain.Chain
}

// explanation is what testdata/explain.js makes of a job.
type explanation struct {
	Gradient, Scores, Same []float64
	Rivals                 []int
	Change                 *struct {
		Image          []int
		Answer         int
		Added, Removed float64
	}
}

// node returns the path of Node.js.
func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatalf("%v, and CI needs it", err)
	case err != nil:
		t.Skip(err)
	}
	return path
}

// explain runs jobs with Node.js.
func explain(t *testing.T, jobs []job) []explanation {
	t.Helper()
	text, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	script, list := filepath.Join(folder, "script.js"), filepath.Join(folder, "jobs.json")
	for path, content := range map[string][]byte{
		script: []byte(browser.Part("network.js") + own("explain.js")), list: text,
	} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	output, err := exec.CommandContext(t.Context(), node(t), filepath.Join("testdata", "explain.js"), script, list).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, output)
	}
	var results []explanation
	if err := json.Unmarshal(output, &results); err != nil || len(results) != len(jobs) {
		t.Fatalf("%v: %.300s", err, output)
	}
	return results
}

// jobs returns networks of every activation and every kind of step, each with a random image.
func jobs(t *testing.T) []job {
	t.Helper()
	r := rand.New(rand.NewPCG(2, 3))
	normal := func(n int, scale float64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(scale * r.NormFloat64())
		}
		return v
	}
	dense := func(in, units int) chain.Dense {
		return chain.Dense{Inputs: in, Units: units, Kernel: normal(in*units, 0.4), Bias: normal(units, 0.3)}
	}
	variance := make([]float32, size)
	for i := range variance {
		variance[i] = 1 + float32(i%3)
	}
	var all []job
	add := func(name, last string, steps ...chain.Step) {
		steps = append([]chain.Step{chain.Affine{Scale: []float64{1.0 / 255}, Shift: []float64{0}}}, steps...)
		j := job{name: name, scores: &chain.Chain{Input: []int{height, width}, Bytes: true, Steps: steps}}
		c := *j.scores
		if last != "" {
			c.Steps = append(slices.Clip(steps), chain.Activation{Function: last})
		}
		d, err := browser.Describe(&c)
		if err != nil {
			t.Fatal(err)
		}
		j.Model, j.Weights = d.Model, d.Weights
		for range size {
			v := 0
			if r.IntN(2) == 0 {
				v = r.IntN(256)
			}
			j.Image = append(j.Image, v)
		}
		all = append(all, j)
	}
	for _, f := range nn.Activations() {
		add(f, "softmax", dense(size, 7), chain.Activation{Function: f, Slope: 0.3, Alpha: 0.7}, dense(7, 3))
	}
	add("one layer", "softmax", dense(size, 3))
	add("one output", "sigmoid", dense(size, 4), chain.Activation{Function: "tanh"}, dense(4, 1))
	add("normalization", "softmax",
		chain.BatchNormalization{Mean: normal(size, 1), Variance: variance, Beta: normal(size, 1), Epsilon: 0.01},
		dense(size, 6), chain.Activation{Function: "softmax"}, dense(6, 5))
	return all
}

// margin is the score of class 0 less that of class 1.
func (j *job) margin(x []float64) float64 {
	y := chaintest.Run(j.scores, x)
	if len(y) == 1 {
		return -y[0]
	}
	return y[0] - y[1]
}

func floats(image []int) []float64 {
	x := make([]float64, len(image))
	for i, v := range image {
		x[i] = float64(v)
	}
	return x
}

// A gradient is the slope of the chain's own scores.
func TestGradient(t *testing.T) {
	all := jobs(t)
	for i, got := range explain(t, all) {
		x := floats(all[i].Image)
		for k, v := range x {
			x[k] = v + 0.5
			high := all[i].margin(x)
			x[k] = v - 0.5
			want := high - all[i].margin(x)
			x[k] = v
			// Activations with a corner may have it within the step.
			if math.Abs(got.Gradient[k]-want) > 2e-4+0.02*math.Abs(want) {
				t.Errorf("%s: pixel %d: wanted the slope %v, found %v", all[i].name, k, want, got.Gradient[k])
				break
			}
		}
		for k, s := range got.Scores {
			if math.Abs(s-got.Same[k]) > 1e-12 {
				t.Errorf("%s: wanted the scores %v, found %v", all[i].name, got.Same, got.Scores)
			}
		}
	}
}

// A change of ink gives another class, adds ink beside ink alone, and says how much it is.
func TestChange(t *testing.T) {
	all := jobs(t)
	for i, got := range explain(t, all) {
		if got.Change == nil {
			if all[i].name != "sparse_sigmoid" { // it is flat where its units are: there is no slope to follow
				t.Errorf("%s: no change was found", all[i].name)
			}
			continue
		}
		before, after := all[i].Image, got.Change.Image
		if all[i].class(before) == got.Change.Answer || all[i].class(after) != got.Change.Answer {
			t.Errorf("%s: wanted class %d to become %d, found %d", all[i].name, all[i].class(before), got.Change.Answer,
				all[i].class(after))
		}
		added, removed := 0.0, 0.0
		for k := range before {
			added += max(float64(after[k]-before[k]), 0) / 255
			removed += max(float64(before[k]-after[k]), 0) / 255
			if after[k] < 0 || after[k] > 255 {
				t.Errorf("%s: pixel %d became %d", all[i].name, k, after[k])
			}
		}
		if math.Abs(added-got.Change.Added) > 1e-9 || math.Abs(removed-got.Change.Removed) > 1e-9 || added+removed == 0 {
			t.Errorf("%s: wanted %v added and %v removed, found %v and %v", all[i].name, added, removed, got.Change.Added,
				got.Change.Removed)
		}
	}
}

// class returns the class of an image.
func (j *job) class(image []int) int {
	y := chaintest.Run(j.scores, floats(image))
	if len(y) == 1 {
		y = []float64{0, y[0]}
	}
	return slices.Index(y, slices.Max(y))
}
