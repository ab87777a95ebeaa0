package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// read parses text as the file t.csv.
func read(text string, change ...func(*Options)) (*Table, error) {
	o := Options{Path: "t.csv", Target: "class"}
	for _, f := range change {
		f(&o)
	}
	return parse(strings.NewReader(text), o)
}

// valuesOf returns the numbers of all rows.
func valuesOf(t *Table) []float64 {
	var all []float64
	row := make([]float64, len(t.Columns))
	for r := range t.Rows() {
		t.values.Row(r, row)
		all = append(all, row...)
	}
	return all
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
	}{
		{"plain", "a,b,class\n1,2,x\n-3.5,4e2,y\n"},
		{"no newline at the end", "a,b,class\n1,2,x\n-3.5,4e2,y"},
		{"carriage returns", "a,b,class\r\n1,2,x\r\n-3.5,4e2,y\r\n"},
		{"a mark", "\ufeffa,b,class\n1,2,x\n-3.5,4e2,y\n"},
		{"space", " a , b , class \n 1 , 2 , x \n -3.5\t, 4e2 , y \n"},
		{"quotes", "\"a\",b,\"class\"\n\"1\",2,\"x\"\n-3.5,\"4e2\",y\n"},
		{"empty lines", "a,b,class\n\n1,2,x\n\n-3.5,4e2,y\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Columns, []string{"a", "b"}) || !slices.Equal(got.Classes, []string{"x", "y"}) {
				t.Errorf("columns %q, classes %q", got.Columns, got.Classes)
			}
			if !slices.Equal(valuesOf(got), []float64{1, 2, -3.5, 400}) || !slices.Equal(got.Labels, []uint8{0, 1}) ||
				got.Rows() != 2 {
				t.Errorf("values %v, labels %v", valuesOf(got), got.Labels)
			}
		})
	}
}

// The target may be any column; classes are sorted, whatever came first.
func TestClasses(t *testing.T) {
	for _, c := range []struct{ rows, classes, labels string }{
		{"z y x z", "[x y z]", "[2 1 0 2]"},
		{"10 9 -1 9", "[-1 9 10]", "[2 1 0 1]"},
		{"2 1.0 -1 03", "[-1 1.0 2 03]", "[2 1 0 3]"},
		{"10 9 x", "[10 9 x]", "[0 1 2]"},
		{"b a None none", "[None a b none]", "[2 1 0 3]"},
	} {
		text := "a,class,b\n"
		for _, name := range strings.Fields(c.rows) {
			text += "1," + name + ",2\n"
		}
		got, err := read(text)
		if err != nil {
			t.Fatal(err)
		}
		if found := fmt.Sprintf("%v %v", got.Classes, got.Labels); found != c.classes+" "+c.labels ||
			!slices.Equal(got.Columns, []string{"a", "b"}) {
			t.Errorf("%s: classes %v, labels %v, columns %v", c.rows, got.Classes, got.Labels, got.Columns)
		}
	}
}

// A model's columns and classes decide the order.
func TestReadForModel(t *testing.T) {
	model := func(o *Options) { o.Columns, o.Classes = []string{"b", "a"}, []string{"y", "x", "w"} }
	got, err := read("class,a,other,b\nx,1,text,2\ny,3,,4\n", model)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(valuesOf(got), []float64{2, 1, 4, 3}) || !slices.Equal(got.Labels, []uint8{1, 0}) ||
		!slices.Equal(got.Classes, []string{"y", "x", "w"}) {
		t.Errorf("values %v, labels %v, classes %v", valuesOf(got), got.Labels, got.Classes)
	}
	for text, want := range map[string]string{
		"class,a,b\nx,1,2\nz,3,4\n": `t.csv:3:1: class: wanted a class that the model knows (y, x, w), found "z"`,
		"class,a,c\nx,1,2\n":        `t.csv:1:1: there is no column "b", which the model reads`,
		"class,a,b\n":               "t.csv: has no rows",
	} {
		if _, err := read(text, model); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, wanted %s", err, want)
		}
	}
	if got, err := read("class,a,b\nx,1,2\n", model); err != nil || len(got.Classes) != 3 {
		t.Errorf("one class of a model's: %v", err)
	}
}

// Ignored columns are not read, whatever they hold.
func TestIgnore(t *testing.T) {
	got, err := read("Id,a,class,b\n1,2,x,tall\n2,3,y,\n", func(o *Options) { o.Ignore = []string{"b", "Id"} })
	if err != nil || !slices.Equal(got.Columns, []string{"a"}) || !slices.Equal(valuesOf(got), []float64{2, 3}) {
		t.Errorf("columns %v, values %v, error %v", got.Columns, valuesOf(got), err)
	}
	for name, want := range map[string]string{
		"aa": `t.csv:1:1: there is no column "aa", which is to be ignored`,
		"a":  `t.csv:1:1: wanted a column of numbers besides "class" and the ignored ones, found none`,
	} {
		if _, err := read("a,class\n1,x\n2,y\n", func(o *Options) { o.Ignore = []string{name} }); err == nil ||
			err.Error() != want {
			t.Errorf("error %v, wanted %s", err, want)
		}
	}
}

// Errors about a test file name the training file that it has to agree with.
func TestReadLike(t *testing.T) {
	train := &Table{Path: "train.csv", Columns: []string{"a"}, Classes: []string{"x", "y"}, Fields: 2}
	like := func(o *Options) { o.Columns, o.Classes, o.Like = train.Columns, train.Classes, train }
	if got, err := read("class,b,a\ny,1,2\n", like); err != nil || got.Labels[0] != 1 || valuesOf(got)[0] != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	for text, want := range map[string]string{
		"a,class\n1,z\n": `t.csv:2:3: class: wanted a class of train.csv (x, y), found "z"`,
		"b,class\n1,x\n": `t.csv:1:1: there is no column "a", which train.csv has`,
	} {
		if _, err := read(text, like); err == nil || err.Error() != want {
			t.Errorf("error %v, wanted %s", err, want)
		}
	}
	bare := func(o *Options) {
		o.Columns, o.Classes, o.Like, o.NoHeader, o.Target = []string{"0"}, train.Classes, train, true, "1"
	}
	if got, err := read("5,x\n6,y\n", bare); err != nil || got.Fields != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := read("5,x,1\n", bare); err == nil ||
		err.Error() != "t.csv:1:1: has 3 columns, wanted 2, as train.csv has" {
		t.Errorf("a column more: %v", err)
	}
}

func TestErrors(t *testing.T) {
	many := func(n int) string {
		text := "a,class\n"
		for i := range n {
			text += fmt.Sprintf("1,c%d\n", i)
		}
		return text
	}
	for _, c := range []struct{ name, text, want, hint string }{
		{"empty", "", "t.csv: is empty, wanted a line with the names of the columns", ""},
		{"a mark only", "\ufeff", "t.csv: is empty, wanted", ""},
		{"empty lines only", "\n\n\r\n", "t.csv: is empty, wanted", ""},
		{"one byte", "a", `t.csv:1:1: there is no column "class", which is the target`, "the columns are a"},
		{"header only", "a,class\n", "t.csv: has no rows, only the names of columns", ""},
		{"no header", "5.1,3.5,1\n4.9,3.0,0\n",
			"t.csv:1:1: wanted a line with the names of the columns, found numbers only", ""},
		{"semicolons", "a;b;class\n1;2;x\n",
			`t.csv:1:1: wanted columns separated by commas, found semicolons: "a;b;class"`, "decimal point"},
		{"tabs", "a\tclass\n1\tx\n", "t.csv:1:1: wanted columns separated by commas", ""},
		{"quoted semicolons", "\"a\";\"class\"\n1;x\n", "found semicolons", "commas"},
		{"gzip", "\x1f\x8b\x08\x00", "t.csv: wanted a CSV file, found gzip", "gzip -d"},
		{"xlsx", "PK\x03\x04\x14", "wanted a CSV file, found an Excel", "CSV UTF-8"},
		{"parquet", "PAR1\x15", "found Parquet", "to_csv"},
		{"npy", "\x93NUMPY\x01", "found a NumPy array", "savetxt"},
		{"ARFF", "% comment\n@RELATION x\n", "found ARFF", "@data"},
		{"JSON", "[{\"a\": 1}]", "found JSON", "to_csv"},
		{"comment", "# made by hand\na,class\n", "begins with #", "comments=''"},
		{"sep", "sep=,\na,class\n1,x\n", "found a first line \"sep=,\"", "take that line out"},
		{"comma at the end", "a,class,\n1,x,\n", "column 3 has no name", "comma at the end of each line"},
		{"rows with two equal numbers", "5,0,0,12\n", "found numbers only", "header: false"},
		{"a row as header", "0.5,1.25,class\n1,2,other\n1,2,class\n", "looks like a row", "header: false"},
		{"two spellings", "a,class\n1,1\n1,0\n1,1.0\n", `"1" in line 2 and "1.0" in line 4`, "one way"},
		{"UTF-16", "\xff\xfea\x00", "t.csv: is UTF-16, wanted UTF-8", "save it anew"},
		{"no name", ",a,class\n0,1,x\n", "t.csv:1:1: column 1 has no name", "row numbers"},
		{"same name", "a,b,a,class\n", `t.csv:1:5: two columns are called "a"`, ""},
		{"bell", "a,b\a,class\n", "t.csv:1:3: the name of a column holds the character U+0007", ""},
		{"Latin-1", "a,gr\xf6\xdfe,class\n", "t.csv:1:3: the name of a column is not UTF-8", ""},
		{"misspelled target", "a,klass\n1,x\n", `t.csv:1:1: there is no column "class", which`,
			`did you mean "klass"?`},
		{"capitals", "a,Class\n1,x\n", `there is no column "class"`, `did you mean "Class"?`},
		{"other target", "a,b\n1,x\n", `there is no column "class"`, "the columns are a, b"},
		{"target only", "class\nx\ny\n", `t.csv:1:1: wanted a column of numbers besides "class", found none`, ""},
		{"short row", "a,b,class\n1,2,x\n1,x\n", "t.csv:3:1: has 2 fields, wanted 3: one for each column", ""},
		{"long row", "a,b,class\n1,2,x,\n", "t.csv:2:1: has 4 fields, wanted 3", ""},
		{"text", "a,b,class\n1,2,x\n1,two,y\n", `t.csv:3:3: b: wanted a number, found "two"`, ""},
		{"long text", "a,class\n" + strings.Repeat("ü", 100) + ",x\n",
			`a: wanted a number, found "` + strings.Repeat("ü", 40) + `…"`, ""},
		{"escape", "a,class\n\x1b[31m,x\n", `a: wanted a number, found "\x1b[31m"`, ""},
		{"decimal comma", "a,class\n\"1,5\",x\n", `t.csv:2:1: a: wanted a number, found "1,5"`, ""},
		{"hexadecimal", "a,class\n0x1p4,x\n", `a: wanted a number, found "0x1p4"`, ""},
		{"underscore", "a,class\n1_000,x\n", `a: wanted a number, found "1_000"`, ""},
		{"missing", "a,b,class\n1,,x\n", "t.csv:2:3: b: the value is missing", ""},
		{"missing, space", "a,b,class\n1,  ,x\n", ": b: the value is missing", ""},
		{"NA", "a,b,class\n1,NA,x\n", "t.csv:2:3: b: the value is missing", ""},
		{"NaN", "a,b,class\n1,nan,x\n", "t.csv:2:3: b: the value is missing", ""},
		{"missing class", "a,class\n1,x\n1,\n", "t.csv:3:3: class: the value is missing", ""},
		{"unknown class", "a,class\n1,?\n1,x\n", "t.csv:2:3: class: the value is missing", ""},
		{"infinite", "a,class\n-inf,x\n", `t.csv:2:1: a: wanted a finite number of at most 3.4e38, found "-inf"`, ""},
		{"too large", "a,class\n1e999,x\n", `a: wanted a finite number of at most 3.4e38, found "1e999"`, ""},
		{"beyond float32", "a,class\n4e38,x\n", `a: wanted a finite number of at most 3.4e38, found "4e38"`, ""},
		{"one class", "a,class\n1,x\n2,x\n",
			`t.csv: column "class" holds one class only ("x"), wanted two or more`, ""},
		{"many classes", many(257), `t.csv:258:3: class: wanted at most 256 classes, found one more: "c256"`, ""},
		{"bell in a class", "a,class\n1,x\ay\n",
			"t.csv:2:3: class: the name of a class holds the character U+0007", ""},
		{"bare quote", "a,class\n1\"2,x\n", `t.csv:2:2: has a " inside a field`, ""},
		{"open quote", "a,class\n\"12,x\n", `has a field in quotes that ends wrong`, ""},
		{"text after a quote", "a,class\n\"1\"2,x\n", `has a field in quotes that ends wrong`, ""},
		{"place after a quoted line break", "a,\"b\nb\",class\n",
			"t.csv:1:3: the name of a column holds the character U+000A", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) || fault.KindOf(err) != fault.Data {
				t.Fatalf("error %v of kind %d, wanted %s", err, fault.KindOf(err), c.want)
			}
			if e, _ := errors.AsType[*fault.Error](err); !strings.Contains(e.Hint, c.hint) ||
				strings.ContainsAny(e.Error()+e.Hint, "\n\x1b\a") {
				t.Errorf("%q with hint %q, wanted %q", e.Error(), e.Hint, c.hint)
			}
		})
	}
	if got, err := read(many(256)); err != nil || len(got.Classes) != 256 ||
		got.Labels[255] != uint8(slices.Index(got.Classes, "c255")) {
		t.Errorf("256 classes: %v", err)
	}
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if _, err := Read(Options{Path: path, Target: "class"}); err == nil || fault.KindOf(err) != fault.Data ||
		!strings.HasPrefix(err.Error(), path+": ") || strings.Count(err.Error(), path) != 1 {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := Read(Options{Path: filepath.Dir(path), Target: "class"}); err == nil ||
		fault.KindOf(err) != fault.Data {
		t.Errorf("a folder: %v", err)
	}
	if err := os.WriteFile(path, []byte("a,class\n1,x\n2,y\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := Read(Options{Path: path, Target: "class"})
	if err != nil {
		t.Fatal(err)
	}
	// printf 'a,class\n1,x\n2,y\n' | sha256sum
	if want := "7abfb8ef32ce186b3e45025136e1c078fc0b84a01805c9b6f4c2c8d31fc7f1a1"; got.Hash != want {
		t.Errorf("hash %s, wanted %s", got.Hash, want)
	}
	if alone, err := Hash(path); alone != got.Hash {
		t.Errorf("hash %s without reading it, wanted %s (%v)", alone, got.Hash, err)
	}
	if _, err := Hash(filepath.Dir(path)); fault.KindOf(err) != fault.Data {
		t.Errorf("the hash of a folder: %v", err)
	}
}

// The memory that a file takes follows from what it holds, not from what it says.
func FuzzParse(f *testing.F) {
	f.Add("a,b,class\n1,2,x\n-3.5,4e2,y\n")
	f.Add("\ufeff\"a\",class\r\n\" 1\",x\r\n,y\r\n")
	f.Add("a,class\n1e308,0\nnan,1\n0x1p-2,2\n")
	f.Add("a;class\n\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := read(text)
		if err != nil {
			if fault.KindOf(err) != fault.Data {
				t.Errorf("an error of kind %d: %v", fault.KindOf(err), err)
			}
			return
		}
		if len(valuesOf(got)) != got.Rows()*len(got.Columns) || len(got.Classes) < 2 || len(got.Columns) < 1 {
			t.Fatalf("%d values of %d rows and %d columns, %d classes",
				len(valuesOf(got)), got.Rows(), len(got.Columns), len(got.Classes))
		}
		for _, label := range got.Labels {
			if int(label) >= len(got.Classes) {
				t.Fatalf("label %d of %d classes", label, len(got.Classes))
			}
		}
		parts, err := got.Divide(Division{Test: 1, Validation: 1, Seed: 1})
		if err != nil {
			return
		}
		for _, v := range got.Samples(parts.Test, got.FitStandardization(parts.Train)).Floats {
			if v-v != 0 {
				t.Fatalf("a standardized value is %v", v)
			}
		}
	})
}

// A target of measurements is refused, whether it has too many values for classes or not.
func TestRegression(t *testing.T) {
	for _, n := range []int{21, 60, 300} {
		text := "a,class\n"
		for i := range n {
			text += fmt.Sprintf("1,%d.5\n", i)
		}
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), "does no regression") {
			t.Errorf("%d: %v", n, err)
		}
	}
}

// Names that are 0, 1, 2, … are names, and header: false gives such names.
func TestNumbersAsNames(t *testing.T) {
	got, err := read("0,1,class\n1,2,x\n3,4,y\n")
	if err != nil || !slices.Equal(got.Columns, []string{"0", "1"}) {
		t.Errorf("%v", err)
	}
	got, err = read("x,1,2\ny,3,4\n", func(o *Options) { o.NoHeader, o.Target = true, "0" })
	if err != nil || got.Rows() != 2 || !slices.Equal(got.Columns, []string{"1", "2"}) ||
		!slices.Equal(valuesOf(got), []float64{1, 2, 3, 4}) {
		t.Errorf("%+v: %v", got, err)
	}
}

func TestManyColumns(t *testing.T) {
	var head, row strings.Builder
	for i := range 40000 {
		fmt.Fprintf(&head, "g%d,", i)
		row.WriteString("1,")
	}
	text := head.String() + "class\n" + row.String() + "x\n" + row.String() + "y\n"
	if got, err := read(text); err != nil || len(got.Columns) != 40000 {
		t.Errorf("%v", err)
	}
	_, err := read(text, func(o *Options) { o.Target = "nothing of the kind" })
	if e, ok := errors.AsType[*fault.Error](err); !ok || len(e.Error()) > 300 || len(e.Hint) > 300 {
		t.Errorf("%v", err)
	}
}

// A line that is too long is refused while it is read, before all of it is in memory.
func TestLongLines(t *testing.T) {
	for _, c := range []struct {
		name, text, end string
		want            string
	}{
		{"a number without end", "a,class\n1", "1", "data.csv: has a line longer than 32 MiB"},
		{"columns without end", "a,class\n1", ",", "data.csv: has a line of more than 1048576 columns"},
		{"names without end", "", "a,", "data.csv: has a line of more than 1048576 columns"},
		{"quotes that are not closed", "a,class\n1,\"x", "yy\n", "data.csv: has a \" that is not closed within 32 MiB"},
	} {
		r := io.MultiReader(strings.NewReader(c.text), &repeated{text: c.end})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parse(r, Options{Path: "data.csv", Target: "class"})
		runtime.ReadMemStats(&after)
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Data || e.Error() != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 10*maxLine {
			t.Errorf("%s: allocated %d MiB", c.name, n>>20)
		}
	}
	// Neither line breaks within quotes nor an endless number of short lines is a long line.
	l := &lineLimiter{Reader: io.LimitReader(io.MultiReader(strings.NewReader("\"a\n\"\"\","),
		&repeated{text: "1,\"2\n\"\n"}), 2*maxLine)}
	if n, err := io.Copy(io.Discard, l); err != nil || n != 2*maxLine || l.length > 100 {
		t.Errorf("read %d bytes, %v; the last line has %d", n, err, l.length)
	}
}

// repeated is a text again and again.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}
