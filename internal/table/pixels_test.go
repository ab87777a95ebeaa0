package table

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// images are options for a file of images of so many pixels.
func images(height, width int) func(*Options) {
	return func(o *Options) { o.Height, o.Width, o.Target = height, width, "label" }
}

// Images are the same whether the class is first or last, with names and without, in any spelling of numbers.
func TestImages(t *testing.T) {
	bare := func(target string) func(*Options) {
		return func(o *Options) { o.NoHeader, o.Target = true, target }
	}
	for _, c := range []struct {
		name, text string
		change     func(*Options)
	}{
		{"as Kaggle's train.csv", "label,pixel0,pixel1,pixel2,pixel3,pixel4,pixel5\n7,0,1,2,3,4,255\n3,9,8,7,6,5,0\n", nil},
		{"as OpenML's mnist_784", "p1,p2,p3,p4,p5,p6,label\n0,1,2,3,4,255,\"7\"\n9,8,7,6,5,0,\"3\"\n", nil},
		{"as pjreddie's mnist_train.csv", "7,0,1,2,3,4,255\n3,9,8,7,6,5,0\n", bare("0")},
		{"without names, the class last", "0,1,2,3,4,255,7\r\n9,8,7,6,5,0,3", bare("6")},
		{"with what is ignored", "id,label,a1,a2,a3,a4,a5,a6\nx,7,0,1,2,3,4,255\ny,3,9,8,7,6,5,0\n",
			func(o *Options) { o.Ignore = []string{"id"} }},
		{"odd numbers", "label,a1,a2,a3,a4,a5,a6\n7,0.0, 1 ,2.,\"3\",4e0,+255\n3,009,8,7,6,5,-0\n", nil},
		{"column by column", "label,a1,a2,a3,a4,a5,a6\n7,0,3,1,4,2,255\n3,9,6,8,5,7,0\n",
			func(o *Options) { o.Transpose = true }},
	} {
		changes := []func(*Options){images(2, 3)}
		if c.change != nil {
			changes = append(changes, c.change)
		}
		got, err := read(c.text, changes...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		s := got.Images()
		if want := []uint8{0, 1, 2, 3, 4, 255, 9, 8, 7, 6, 5, 0}; !slices.Equal(s.Bytes, want) || s.Count != 2 ||
			s.Features != 6 || !slices.Equal(s.Labels, []uint8{1, 0}) || !slices.Equal(got.Classes, []string{"3", "7"}) {
			t.Errorf("%s: pixels %v, labels %v, classes %v", c.name, s.Bytes, s.Labels, got.Classes)
		}
	}
}

func TestImageErrors(t *testing.T) {
	for _, c := range []struct {
		text          string
		height, width int
		want, hint    string
	}{
		{"label,a0,a1,a2,a3\n1,0,1,2,3\n", 2, 3,
			`t.csv:1:1: has 4 columns besides "label", wanted 6: one for each of 2 x 3 pixels`, "perhaps image: [2, 2] was meant"},
		{"label,id,a0,a1,a2,a3\n1,7,0,1,2,3\n", 2, 2, "has 5 columns", "ignore: [id] in dataset"},
		{"label,r,g,b\n1,0,1,2\n", 1, 1, "has 3 columns", "three numbers for a pixel"},
		{"label,a0,a1\n1,0,1\n", 2, 2, "has 2 columns", ""},
		{"label,a0\n1,256\n", 1, 1, `t.csv:2:3: a0: wanted the brightness of a pixel, a whole number from 0 to 255, found "256"`,
			""},
		{"label,a0\n1,1\n2,0.25\n", 1, 1, `t.csv:3:3: a0: wanted the brightness`, "multiplied by 255"},
		{"label,a0\n1,1.5\n", 1, 1, `found "1.5"`, ""},
		{"label,a0\n1,-1\n", 1, 1, `found "-1"`, ""},
		{"label,a0\n1,\n", 1, 1, "t.csv:2:3: a0: the value is missing", ""},
		{"label,a0\n1,1,1\n", 1, 1, "t.csv:2:1: has 3 fields, wanted 2", ""},
		{"1,0\n2,0\n", 1, 1, "numbers only", "header: false"},
	} {
		_, err := read(c.text, images(c.height, c.width))
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Data || !strings.Contains(e.Error(), c.want) || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%q: %v, wanted %s with hint %q", c.text, err, c.want, c.hint)
		}
	}
}
