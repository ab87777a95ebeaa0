package predict

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"math"
	"slices"
	"testing"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
	"dnn/internal/photo"
	"dnn/internal/world"
)

func TestRank(t *testing.T) {
	classes := []string{"a", "b", "c", "d"}
	for _, c := range []struct {
		probabilities []float32
		predicted     uint8
		top           int
		want          []guess
	}{
		{[]float32{.1, .2, .6, .1}, 2, 1, []guess{{"c", .6}}},
		{[]float32{.1, .2, .6, .1}, 2, 9, []guess{{"c", .6}, {"b", .2}, {"a", .1}, {"d", .1}}},
		{[]float32{.5, .5, 0, 0}, 1, 2, []guess{{"b", .5}, {"a", .5}}}, // equal only after rounding
	} {
		if got := rank(classes, c.probabilities, c.predicted, c.top); !slices.Equal(got, c.want) {
			t.Errorf("%v, class %d: wanted %v, found %v", c.probabilities, c.predicted, c.want, got)
		}
	}
}

// A single output is the probability of the second class.
func TestSingleOutput(t *testing.T) {
	m := nntest.RandomModel(t, nntest.Network(4, nn.BinaryCrossentropy, nntest.Dense(1, "sigmoid")), 1)
	model := &modelfile.Model{InputShape: []int{2, 2}, Scale: 1.0 / 255, Classes: []string{"no", "yes"}}
	model.Store(m)
	n, err := newNetwork(model, "model.bin", kernel.Available()[0])
	if err != nil {
		t.Fatal(err)
	}
	pictures := [][]byte{{0, 0, 0, 0}, {255, 0, 9, 0}, {0, 255, 0, 80}, {1, 2, 3, 255}}
	s, err := n.input.Images(pictures...)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, a := range n.worker().answers(s, 0, s.Count, 2, 0) {
		no, yes := a.guesses[0], a.guesses[1]
		if no.class == "yes" {
			no, yes = yes, no
		}
		if p := output(n, s, i); yes.probability != p || no.probability != 1-p || a.probability() < .5 {
			t.Errorf("image %d: wanted %v for yes, found %v", i, p, a.guesses)
		}
		seen[a.class()] = true
	}
	if len(seen) != 2 {
		t.Errorf("wanted both classes, found %v", seen)
	}
	if read := n.worker().read(pictures); len(read) != 4 || len(read[0]) != 2 || read[1][1] != output(n, s, 1) {
		t.Errorf("for package photo: %v", read)
	}
}

// output returns the network's only output for sample i.
func output(n *network, s *batch.Samples, i int) float32 {
	var p float32
	n.worker().each(s, i, i+1, func(probabilities []float32, _ uint8) { p = probabilities[1] })
	return p
}

func TestImageSize(t *testing.T) {
	for _, c := range []struct {
		shape         []int
		features      int
		rows, columns int
	}{
		{[]int{28, 20}, 560, 28, 20}, {[]int{28, 28, 1}, 784, 28, 28}, {[]int{784}, 784, 28, 28}, {nil, 7, 1, 7},
		{[]int{4, 4, 3}, 48, 1, 48},
	} {
		if rows, columns := imageSize(c.shape, c.features); rows != c.rows || columns != c.columns {
			t.Errorf("%v: wanted %d x %d, found %d x %d", c.shape, c.rows, c.columns, rows, columns)
		}
	}
}

// Files of a model whose own files have columns for rows are turned.
func TestUpright(t *testing.T) {
	n := &network{rows: 2, width: 3}
	pixels := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	if got := n.upright(pixels); len(got) != 2 || !bytes.Equal(got[1], []byte{7, 8, 9, 10, 11, 12}) {
		t.Errorf("found %v", got)
	}
	n.trained.Transpose = true
	if got := n.upright(pixels); len(got) != 2 || !bytes.Equal(got[1], []byte{7, 9, 11, 8, 10, 12}) {
		t.Errorf("transposed: found %v", got)
	}
}

// Which models read the digits of a picture.
func TestReadsDigits(t *testing.T) {
	for _, c := range []struct {
		classes []string
		dataset string
		want    bool
	}{
		{[]string{"0", "1", "9"}, "mnist", true}, {[]string{"A", "b", "ㄱ"}, "letters", true},
		{[]string{"9", "10", "61"}, "folder", true}, {[]string{"Shirt", "Bag"}, "", false},
		{[]string{"0", "1"}, "fashion-mnist", false}, {[]string{"0", "1"}, "data/Fashion", false},
	} {
		n := &network{classes: c.classes, model: &modelfile.Model{Dataset: c.dataset}}
		if got := n.readsDigits(); got != c.want {
			t.Errorf("%v of %s: %t", c.classes, c.dataset, got)
		}
	}
}

// page is a page of two lines, as one picture gives it.
func page() found {
	digits := []photo.Digit{
		{Box: image.Rect(1, 2, 4, 8)}, {Box: image.Rect(5, 2, 9, 8), Cut: true}, {Box: image.Rect(1, 10, 4, 16), Line: 1},
	}
	f := found{kind: pictureFile, page: &photo.Page{Digits: digits}}
	for i, class := range []string{"3", "1", "4"} {
		f.answers = append(f.answers, answer{
			file: "a.png", digit: &digits[i], unsure: i == 1,
			guesses: []guess{{class, 1 - float32(i)/8}, {"7", float32(i) / 8}},
		})
	}
	return f
}

func TestForms(t *testing.T) {
	nan := found{kind: tableFile, id: "Id", answers: []answer{{
		file: "b\x1b.csv", row: 2, id: "x,y", guesses: []guess{{"\x07", float32(math.NaN())}}, unsure: true,
	}}}
	one := page()
	for i := range one.answers {
		one.answers[i].guesses = one.answers[i].guesses[:1]
	}
	var out bytes.Buffer
	system := &world.System{Stdout: &out, Env: func(string) (string, bool) { return "", false }}
	for name, c := range map[string]struct {
		form form
		f    found
		want string
	}{
		"lines": {&text{w: &out, o: Options{Top: 1}}, one, "a.png: 3?  0.875\na.png: 4  0.750\n"},
		"quiet": {&text{w: &out, o: Options{Top: 1, Quiet: true}}, one, "3?\n4\n"},
		"boxes": {
			&text{w: &out, o: Options{Top: 1, Boxes: true}}, one,
			"a.png: 3  1.000  at 1,2  3x6\na.png: ?  0.875  at 5,2  4x6  cut from its neighbor\n" +
				"a.png: 4  0.750  at 1,10  3x6\n",
		},
		"top": {
			&text{w: &out, o: Options{Top: 2}}, page(),
			"a.png: 3  1.000  7  0.000\na.png: ?  1  0.875  7  0.125\na.png: 4  0.750  7  0.250\n",
		},
		"strange": {&text{w: &out, o: Options{Top: 1}}, nan, "b\ufffd.csv:x,y: ?  NaN\n"},
		"json": {newJSONLines(&out), page(), `{"file":"a.png","digit":"3","probability":1,"box":[1,2,3,6],"line":1,` +
			`"top":[{"digit":"3","probability":1},{"digit":"7","probability":0}]}
{"file":"a.png","digit":"?","probability":0.875,"unsure":true,"box":[5,2,4,6],"line":1,"cut":true,` +
			`"top":[{"digit":"1","probability":0.875},{"digit":"7","probability":0.125}]}
{"file":"a.png","digit":"4","probability":0.75,"box":[1,10,3,6],"line":2,` +
			`"top":[{"digit":"4","probability":0.75},{"digit":"7","probability":0.25}]}
`},
		"json nan": {newJSONLines(&out), nan,
			`{"file":"b\u001b.csv","row":2,"id":"x,y","class":"?","probability":null,"unsure":true}` + "\n"},
		"csv": {
			&csvFile{path: stream, system: system}, one,
			"file,line,x,y,width,height,digit,probability\na.png,1,1,2,3,6,3,1\na.png,1,5,2,4,6,?,0.875\n" +
				"a.png,2,1,10,3,6,4,0.75\n",
		},
		"csv id":    {&csvFile{path: stream, system: system, target: "kind"}, nan, "Id,kind\n\"x,y\",?\n"},
		"csv empty": {&csvFile{path: stream, system: system}, found{}, ""},
	} {
		out.Reset()
		if err := c.form.tell(c.f); err != nil {
			t.Fatal(err)
		}
		if err := c.form.end(context.Background()); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("%s: wanted\n%s\nfound\n%s", name, c.want, &out)
		}
		if name == "json" && !json.Valid(out.Bytes()[:bytes.IndexByte(out.Bytes(), '\n')]) {
			t.Error("the first line is no JSON")
		}
	}
}
