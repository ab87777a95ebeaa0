package table

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// names returns n names of pixels, from pixel0 on, each after a comma.
func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",pixel%d", i)
	}
	return b.String()
}

// inputValues returns the numbers of all rows, each of n.
func inputValues(in *Inputs, n int) []float64 {
	var all []float64
	row := make([]float64, n)
	for r := 0; in.Pixels == nil && r < in.Rows; r++ {
		in.Row(r, row)
		all = append(all, row...)
	}
	return all
}

func TestInputsOfTable(t *testing.T) {
	numbered := func(o *InputOptions) {
		o.NoHeader, o.Columns, o.Target, o.Ignore = true, []string{"1", "3"}, "0", []string{"2"}
	}
	for _, c := range []struct {
		name, text string
		change     func(*InputOptions)
		id, ids    string
	}{
		{"the columns alone", "b,a\n2,1\n4,3\n", nil, "", "[1 2]"},
		{"an id first", "Id,b,a\nx,2,1\ny,4,3\n", nil, "Id", "[x y]"},
		{"what repeats is no id", "town,b,Id,a\nx,2,7,1\nx,4,8,3\n", nil, "Id", "[7 8]"},
		{"what is missing is no id", "town,b,a\n,2,1\nx,4,3\n", nil, "", "[1 2]"},
		{"neither is the target", "kind,a,b\nx,1,2\ny,3,4\n", nil, "", "[1 2]"},
		{"a named id", "town,b,Id,a\nx,2,7,1\nx,4,8,3\n", func(o *InputOptions) { o.ID = "town" }, "town", "[x x]"},
		{"an input as id", "b,a\n2,1\n4,3\n", func(o *InputOptions) { o.ID = "a" }, "a", "[1 3]"},
		{"quotes", "\"I,d\",b,a\n\"x,\"\"y\"\"\",\"2\",1\n\"z\nz\",4,3\n", nil, "I,d", "[x,\"y\" z\nz]"},
		{"without names", "t,1,left out,2\nu,3,,4\n", numbered, "", "[1 2]"},
		{"without names and target", "1,left out,2\n3,out,4\n", numbered, "2", "[left out out]"},
		{"numbers as names", "3,1\n2,1\n4,3\n", func(o *InputOptions) { o.Columns = []string{"1", "3"} }, "", "[1 2]"},
	} {
		o := InputOptions{Path: "t.csv", Columns: []string{"a", "b"}, Target: "kind"}
		if c.change != nil {
			c.change(&o)
		}
		got, err := parseInputs(strings.NewReader(c.text), o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !slices.Equal(inputValues(got, 2), []float64{1, 2, 3, 4}) || got.Rows != 2 || got.Pixels != nil {
			t.Errorf("%s: %d rows, values %v", c.name, got.Rows, inputValues(got, 2))
		}
		if ids := fmt.Sprint(got.IDs); ids != c.ids || got.ID != c.id {
			t.Errorf("%s: id %q, %s, wanted %q, %s", c.name, got.ID, ids, c.id, c.ids)
		}
	}
}

func TestInputsOfImages(t *testing.T) {
	const row, other = "0,9,2,8,255,0", "255,0,7,8,9,10"
	target := func(name string) func(*InputOptions) { return func(o *InputOptions) { o.Target = name } }
	for _, c := range []struct {
		name, text string
		change     func(*InputOptions)
		id         string
	}{
		{"as Kaggle's test.csv", names(6)[1:] + "\n" + row + "\n" + other, nil, ""},
		{"as Kaggle's train.csv", "label" + names(6) + "\n5," + row + "\n5," + other, nil, ""},
		{"labels that differ", "label" + names(6) + "\n5," + row + "\n6," + other, nil, ""},
		{"the target", "label" + names(6) + "\n5," + row + "\n6," + other, target("label"), ""},
		{"the target last", names(6)[1:] + ",class\n" + row + ",x\n" + other + ",y\n", target("class"), ""},
		{"an id", "id,label" + names(6) + "\n7,5," + row + "\n8,5," + other, nil, "id"},
		{"rows and columns", "label,1x1,1x2,1x3,2x1,2x2,2x3\n5," + row + "\n5," + other, nil, ""},
		{"without names", row + "\n" + other + "\n", nil, ""},
		{"without names, the target first", "5," + row + "\n7," + other + "\n", target("0"), ""},
		{"without names, the target last", row + ",x\n" + other + ",y\n", target("6"), ""},
		{"numbers as names", "0,1,2,3,4,5\n" + row + "\n" + other + "\n", nil, ""},
		{"odd spellings", names(6)[1:] + "\n" + row + ".0\n" + strings.Replace(other, "10", " +1e1 ", 1) + "\n", nil, ""},
	} {
		o := InputOptions{Path: "t.csv", Pixels: 6}
		if c.change != nil {
			c.change(&o)
		}
		got, err := parseInputs(strings.NewReader(c.text), o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if want := []uint8{0, 9, 2, 8, 255, 0, 255, 0, 7, 8, 9, 10}; !slices.Equal(got.Pixels, want) || got.Rows != 2 ||
			got.ID != c.id || len(got.IDs) != 2 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestInputErrors(t *testing.T) {
	table := InputOptions{Path: "t.csv", Columns: []string{"a", "b"}}
	numbered := InputOptions{Path: "t.csv", Columns: []string{"1", "2"}, Target: "0", NoHeader: true}
	images := InputOptions{Path: "t.csv", Pixels: 4}
	id := table
	id.ID = "idd"
	for _, c := range []struct {
		o          InputOptions
		text, want string
	}{
		{table, "", "t.csv: is empty"},
		{table, "a,b\n", "t.csv: has no rows"},
		{table, "a,c\n1,2\n", `t.csv:1:1: there is no column "b", which the model reads`},
		{table, "a,b\n1\n", "t.csv:2:1: has 1 field, wanted 2: one for each column"},
		{table, "a,b\n1,x\n", `t.csv:2:3: b: wanted a number, found "x"`},
		{table, "a,b\n1,\n", "t.csv:2:3: b: the value is missing"},
		{table, "1,2\n3,4\n", `t.csv:1:1: there is no column "a"`},
		{table, "\x1f\x8b\x08\x00", "found gzip"},
		{id, "a,b,id\n1,2,3\n", `t.csv:1:1: there is no column "idd", which is the id`},
		{numbered, "1\n", "t.csv:1:1: has 1 column, wanted 3, as the model's table has, or one less"},
		{numbered, "0,1,2,9\n", "t.csv:1:1: has 4 columns, wanted 3"},
		{numbered, "a,b,c\n1,2,3\n", `t.csv:1:3: 1: wanted a number, found "b"`},
		{images, "a,b,c\n1,2,3\n", "t.csv:1:1: has 3 columns, wanted 4: one for each pixel"},
		{images, "1,7,3,4,4\n1,2,3,4,4\n", "t.csv:1:1: has 5 columns, wanted 4"},
		{images, "a,b,c,d\n1,2,256,4\n", `t.csv:2:5: c: wanted the brightness of a pixel, a whole number from 0 to 255, found "256"`},
		{images, "a,b,c,d\n1,2,0.5,4\n", `found "0.5"`},
		{images, "a,b,c,d\n1,2,3,-1\n", `found "-1"`},
		{images, "a,b,c,d\n1,2,3,\n", "d: the value is missing"},
	} {
		_, err := parseInputs(strings.NewReader(c.text), c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.KindOf(err) != fault.Data {
			t.Errorf("%q: %v, wanted %s", c.text, err, c.want)
		}
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	table.Path = path
	if _, err := ReadInputs(table); fault.KindOf(err) != fault.Data {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadInputs(table); err != nil || got.Rows != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Whatever a file holds, each row has all inputs and an id.
func FuzzInputs(f *testing.F) {
	f.Add("id,a,b\n1,2,3\n", false)
	f.Add("1,2,3\n4,5,6\n", true)
	f.Add("\"a\n\",b,a\n,\"\",1e1", false)
	f.Fuzz(func(t *testing.T, text string, images bool) {
		o := InputOptions{Path: "t.csv", Columns: []string{"a", "b"}}
		if images {
			o = InputOptions{Path: "t.csv", Pixels: 2, Target: "0"}
		}
		got, err := parseInputs(strings.NewReader(text), o)
		if err != nil {
			if fault.KindOf(err) != fault.Data || len(err.Error()) > 500 {
				t.Errorf("an error of kind %d: %v", fault.KindOf(err), err)
			}
			return
		}
		if len(got.IDs) != got.Rows || len(inputValues(got, 2))+len(got.Pixels) != 2*got.Rows || got.Rows == 0 {
			t.Errorf("%d rows, %d ids, %d values, %d pixels", got.Rows, len(got.IDs), len(inputValues(got, 2)), len(got.Pixels))
		}
	})
}
