package browser

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/nn"
)

// scale divides bytes by 255.
func scale() chain.Affine { return chain.Affine{Scale: []float64{1.0 / 255}, Shift: []float64{0}} }

func random(seed uint64) (dense func(in, units int) chain.Dense, normal func(n int) []float32) {
	r := rand.New(rand.NewPCG(seed, 1))
	normal = func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		return v
	}
	return func(in, units int) chain.Dense {
		return chain.Dense{Inputs: in, Units: units, Kernel: normal(in * units), Bias: normal(units)}
	}, normal
}

// images returns a chain for images, 8 pixels high and 9 wide, with steps after the first scale.
func images(steps ...chain.Step) *chain.Chain {
	return &chain.Chain{Input: []int{8, 9, 1}, Bytes: true, Steps: append([]chain.Step{scale()}, steps...)}
}

func page(t *testing.T, c *chain.Chain, title string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, c, title); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The course's network makes a page of less than 600 KB, which asks for nothing and lets nothing else run.
func TestPage(t *testing.T) {
	dense, _ := random(1)
	act := func(f string) chain.Activation { return chain.Activation{Function: f} }
	c := &chain.Chain{Input: []int{28, 28}, Bytes: true, Steps: []chain.Step{scale(), dense(784, 100), act("relu"),
		dense(100, 50), act("relu"), dense(50, 10), act("softmax")}}
	c.Classes = []string{"</script><script>alert(1)</script>", "[[weights]]", "2", "3", "4", "5", "6", "7", "8", "9"}
	text := page(t, c, `</title><script>alert("a & b")</script>`)
	if len(text) >= 600_000 {
		t.Errorf("wanted less than 600 KB, found %d bytes", len(text))
	}
	if text != page(t, c, `</title><script>alert("a & b")</script>`) {
		t.Error("two pages of one network differ")
	}
	if strings.Contains(text, "<script>alert") {
		t.Error("a name became a script")
	}
	if found := regexp.MustCompile(`(?i)https?:|src=|@import|url\(|fetch\(|XMLHttp`).FindString(text); found != "" {
		t.Errorf("the page may ask for something: %s", found)
	}
	if n := strings.Count(text, "<script>"); n != 1 {
		t.Errorf("wanted one script, found %d", n)
	}
	inside := func(element string) string {
		_, rest, _ := strings.Cut(text, "<"+element+">")
		content, _, _ := strings.Cut(rest, "</"+element+">")
		return content
	}
	if !strings.Contains(text, "script-src '"+Hash(inside("script"))+"'") {
		t.Error("the policy does not allow the script")
	}
	if !strings.Contains(text, "style-src '"+Hash(inside("style"))+"'") {
		t.Error("the policy does not allow the style")
	}
}

func TestRefuses(t *testing.T) {
	dense, _ := random(1)
	step := []chain.Step{dense(64, 3)}
	for want, c := range map[string]*chain.Chain{
		"table with 2 columns": {Input: []int{2}, Columns: []string{"a", "b"}, Steps: []chain.Step{dense(2, 3)}},
		"found the input [60]": {Input: []int{60}, Bytes: true, Steps: []chain.Step{dense(60, 3)}},
		"[8 8 3]":              {Input: []int{8, 8, 3}, Bytes: true, Steps: []chain.Step{dense(192, 3)}},
		"8 to 256 pixels":      {Input: []int{4, 16}, Bytes: true, Steps: step},
		"say what its inputs":  {Input: []int{8, 8}, Steps: step},
		"a value":              {Input: []int{8, 8}, Bytes: true, Steps: []chain.Step{dense(64, 1)}},
		"a dense layer":        {Input: []int{8, 8}, Bytes: true},
	} {
		var b bytes.Buffer
		err := Write(&b, c, "title")
		if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), want) || b.Len() != 0 {
			t.Errorf("wanted an error with %q, found %v and %d bytes", want, err, b.Len())
		}
	}
}

// job is what testdata/try.js does.
type job struct {
	Page    string         `json:"page"`
	Image   []int          `json:"image,omitempty"`
	Classes []int          `json:"classes,omitempty"`
	Strokes [][][3]float64 `json:"strokes,omitempty"`
	Undo    bool           `json:"undo,omitempty"`
	Width   int            `json:"width,omitempty"`
	Height  int            `json:"height,omitempty"`
	Bytes   []int          `json:"bytes,omitempty"`
}

type result struct {
	Probabilities, Effects []float64
	Image                  []int
}

// try runs jobs with Node.js.
func try(t *testing.T, jobs []job) []result {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v, and CI needs it", err)
		}
		t.Skip(err)
	}
	text, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "jobs.json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(node, filepath.Join("testdata", "try.js"), path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var results []result
	if err := json.Unmarshal(output, &results); err != nil || len(results) != len(jobs) {
		t.Fatalf("%v: %.300s", err, output)
	}
	return results
}

// Probabilities and effects are those of the chain.
func TestNetwork(t *testing.T) {
	const size = 72
	dense, normal := random(2)
	act := func(f string) chain.Activation { return chain.Activation{Function: f} }
	type example struct {
		chain  *chain.Chain
		scores *chain.Chain // the same without the last activation, if its values are not the scores
	}
	var all []example
	add := func(final string, steps ...chain.Step) {
		e := example{scores: images(steps...)}
		e.chain = e.scores
		if final != "" {
			e.chain = images(append(steps[:len(steps):len(steps)], act(final))...)
		}
		all = append(all, e)
	}
	for _, f := range nn.Activations() {
		a := chain.Activation{Function: f}
		switch f {
		case "leaky_relu":
			a.Slope = 0.3
		case "elu":
			a.Alpha = 0.7
		}
		first := dense(size, 5)
		for i := range first.Kernel {
			first.Kernel[i] *= 0.3
		}
		add("softmax", first, a, chain.Dense{Inputs: 5, Units: 3, Kernel: normal(15)})
	}
	add("sigmoid", dense(size, 4))
	add("sigmoid", dense(size, 1))
	add("", dense(size, 4))
	add("softmax",
		chain.Affine{Scale: []float64{2}, Shift: make([]float64, size)}, act("tanh"),
		chain.BatchNormalization{Mean: normal(size), Variance: normal64(size, 2), Beta: normal(size), Epsilon: 0.01},
		dense(size, 6), chain.Dropout{Rate: 0.5}, act("softmax"), dense(6, 5))
	var jobs []job
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(3, 4))
	for i, e := range all {
		path := filepath.Join(dir, string(rune('a'+i/26))+string(rune('a'+i%26))+".html")
		if err := os.WriteFile(path, []byte(page(t, e.chain, "a")), 0o644); err != nil {
			t.Fatal(err)
		}
		image := make([]int, size)
		for j := range image {
			if r.IntN(2) == 0 {
				image[j] = r.IntN(256)
			}
		}
		jobs = append(jobs, job{Page: path, Image: image, Classes: []int{1, 0}})
	}
	for i, got := range try(t, jobs) {
		x := make([]float64, size)
		for j, v := range jobs[i].Image {
			x[j] = float64(v)
		}
		margin := func(x []float64) float64 {
			z := chaintest.Run(all[i].scores, x)
			if len(z) == 1 {
				return z[0]
			}
			return z[1] - z[0]
		}
		name := ""
		for _, s := range all[i].chain.Steps {
			if a, ok := s.(chain.Activation); ok {
				name += a.Function + " "
			}
		}
		near := func(what string, got, want, tolerance float64) {
			if !(math.Abs(got-want) <= tolerance) {
				t.Errorf("%s%s: wanted %v, found %v", name, what, want, got)
			}
		}
		for j, want := range probabilities(all[i].chain, x) {
			near("probability", got.Probabilities[j], want, 4e-6)
		}
		whole := margin(x)
		for j, ink := range x {
			x[j] = 0
			near("effect", got.Effects[j], whole-margin(x), 2e-5*math.Max(1, math.Abs(whole)))
			x[j] = ink
		}
	}
}

// probabilities returns what a page shows of a chain's outputs.
func probabilities(c *chain.Chain, x []float64) []float64 {
	y := chaintest.Run(c, x)
	last, ok := c.Steps[len(c.Steps)-1].(chain.Activation)
	switch {
	case len(y) == 1:
		return []float64{1 - y[0], y[0]}
	case ok && (last.Function == "softmax" || last.Function == "sigmoid"):
		return y
	}
	return chaintest.Run(&chain.Chain{Input: []int{len(y)}, Steps: []chain.Step{chain.Activation{Function: "softmax"}}}, y)
}

func normal64(n int, value float32) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = value
	}
	return v
}
