package dataset_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/nn/batch"
	"dnn/internal/table"
)

// write writes a file into a folder and returns its path.
func write(t *testing.T, folder, name, content string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rows returns a table of n rows of the classes a, b and c in turn, from row number from on.
func rows(from, n int) string {
	var b strings.Builder
	b.WriteString("id,x,kind\n")
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, "%d,%d.5,%c\n", i, i*7%31, 'a'+i%3)
	}
	return b.String()
}

// images writes the IDX files of 6 training and 3 test images of 2 x 1 pixels, and returns their folder.
func images(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	names, _ := mnist.Lookup("mnist")
	for _, split := range []struct {
		files  mnist.Pair
		labels string
	}{{names.Train, "\x00\x01\x00\x01\x02\x02"}, {names.Test, "\x00\x01\x02"}} {
		count := len(split.labels)
		header := func(rank byte, dims ...uint32) string {
			h := []byte{0, 0, 8, rank}
			for _, d := range dims {
				h = binary.BigEndian.AppendUint32(h, d)
			}
			return string(h)
		}
		pixels := strings.Repeat("\x00\xff", count)
		write(t, folder, split.files.Images.Name, header(3, uint32(count), 2, 1)+pixels)
		write(t, folder, split.files.Labels.Name, header(1, uint32(count))+split.labels)
	}
	return folder
}

// options are those of a run of which so many samples validate.
func options(validation int) dataset.Options {
	return dataset.Options{
		Env: func(string) (string, bool) { return "", false }, Validation: func(int) int { return validation }, Seed: 1,
	}
}

// load loads a source, for as long as the test runs.
func load(t *testing.T, s *dataset.Source, o dataset.Options) *dataset.Data {
	t.Helper()
	d, err := s.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(d.CheckSizes(), d.Close()); err != nil {
			t.Error(err)
		}
	})
	return d
}

// counts returns how many samples train, validate and test; -1: there are none at all.
func counts(d *dataset.Data) [3]int {
	var n [3]int
	for i, s := range []*batch.Samples{d.Train, d.Validation, d.Test} {
		n[i] = -1
		if s != nil {
			n[i] = s.Count
		}
	}
	return n
}

func TestImages(t *testing.T) {
	folder := images(t)
	s, err := dataset.New(config.Dataset{IDX: folder}, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Features != 2 || s.Count != 6 || s.Height != 2 || s.Width != 1 || s.Set != nil || s.Notes() != nil ||
		s.Scale() != 1./255 {
		t.Errorf("source %+v", s)
	}
	if got := s.Shape(); !slices.Equal(got, []int{2, 1}) {
		t.Errorf("shape %v", got)
	}
	if got := s.ClassesOf(3); !slices.Equal(got, []string{"0", "1", "2"}) || s.ClassesOf(2) != nil {
		t.Errorf("classes %v", got)
	}
	all := load(t, s, options(0))
	if got := counts(all); got != [3]int{6, -1, 3} || all.Hash == "" {
		t.Errorf("%v samples, hash %q", got, all.Hash)
	}

	last := load(t, s, options(2)) // both of class 2
	if got := counts(last); got != [3]int{4, 2, 3} || !slices.Equal(last.Validation.Labels, []uint8{2, 2}) {
		t.Errorf("%v samples, %v validate", got, last.Validation.Labels)
	}
	const note = "the class 2 has no training sample"
	if got := s.Untrained(last, false); !strings.HasPrefix(got, note+": the last samples validate") {
		t.Errorf("note %q", got)
	}
	if got := s.Untrained(last, true); got != note {
		t.Errorf("note %q", got)
	}
	if got := s.Untrained(all, false); got != "" {
		t.Errorf("note %q", got)
	}

	o := options(3)
	o.Stratified = true
	each := load(t, s, o)
	if got := each.Validation.Counts(3); !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("%v of each class validate", got)
	}
	o.TestOnly = true
	if got := counts(load(t, s, o)); got != [3]int{-1, -1, 3} {
		t.Errorf("%v samples", got)
	}
}

// Rows of a CSV file that are images give the samples that the same images give in IDX files, in the same splits.
func TestImagesInRows(t *testing.T) {
	folder := images(t)
	idx, err := dataset.New(config.Dataset{IDX: folder}, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	d := config.Dataset{
		CSV:  write(t, folder, "train.csv", "label,a,b\n0,0,255\n1,0,255\n0,0,255\n1,0,255\n2,0,255\n2,0,255\n"),
		Test: write(t, folder, "test.csv", "a,label,b\n0,0,255\n0,1,255\n0,2,255\n"), Target: "label", Image: [2]int{2, 1},
	}
	csv, err := dataset.New(d, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	if csv.Features != 2 || csv.Count != 6 || csv.Height != 2 || csv.Width != 1 || csv.Columns != nil ||
		csv.Scale() != idx.Scale() || csv.Notes() != nil || !slices.Equal(csv.Classes, idx.Classes) {
		t.Errorf("source %+v", csv)
	}
	for _, stratified := range []bool{false, true} {
		o := options(3)
		o.Stratified = stratified
		own, other := load(t, csv, o), load(t, idx, o)
		if own.Columns != nil || own.Standard.Mean != nil {
			t.Errorf("columns %v, %+v", own.Columns, own.Standard)
		}
		for i, s := range []*batch.Samples{own.Train, own.Validation, own.Test} {
			w := []*batch.Samples{other.Train, other.Validation, other.Test}[i]
			if s.Count != w.Count || !slices.Equal(s.Labels, w.Labels) || *s.Table != *w.Table {
				t.Fatalf("part %d: %d samples, labels %v, wanted %d, %v", i, s.Count, s.Labels, w.Count, w.Labels)
			}
			for at := range s.Count {
				if !slices.Equal(s.Pixels(at), w.Pixels(at)) {
					t.Errorf("part %d, image %d: %v, wanted %v", i, at, s.Pixels(at), w.Pixels(at))
				}
			}
		}
	}
	d.Test, d.TestSplit = "", 0.5
	drawn, err := dataset.New(d, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	parts := load(t, drawn, options(1))
	last := parts.Validation.Labels[0] // of the rows that do not test
	if got := counts(parts); got != [3]int{2, 1, 3} || !slices.Equal(parts.Test.Counts(3), []int{1, 1, 1}) || last != 2 {
		t.Errorf("%v samples, labels %v, %v, %v", got, parts.Train.Labels, parts.Validation.Labels, parts.Test.Labels)
	}
	// A model has learned none of another file.
	model := &dataset.Learned{From: "m.bin", Classes: []string{"0", "1", "2"}, Hash: parts.Hash}
	if again, err := dataset.New(d, "m.bin", model); err != nil || again.Count != 3 {
		t.Errorf("%+v, %v", again, err)
	}
	d.CSV = write(t, folder, "other.csv", "label,a,b\n2,0,255\n0,0,255\n")
	other, err := dataset.New(d, "m.bin", model)
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, other, options(0)); counts(got) != [3]int{-1, -1, 2} || !slices.Equal(got.Test.Labels, []uint8{2, 0}) {
		t.Errorf("%v samples", counts(got))
	}
	d.TestSplit = 0.2
	if _, err := dataset.New(d, "dataset", nil); err == nil || !strings.Contains(err.Error(), "leaves none to test on") {
		t.Errorf("too few rows: %v", err)
	}
}

// Images that files have column by column are turned, in IDX files and in rows alike, and their hashes tell.
func TestTransposed(t *testing.T) {
	folder := images(t)
	names := []string{"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}
	for i, count := range []string{"\x06", "\x03"} {
		write(t, folder, names[i], "\x00\x00\x08\x03\x00\x00\x00"+count+"\x00\x00\x00\x03\x00\x00\x00\x02"+
			strings.Repeat("\x01\x04\x02\x05\x03\x06", int(count[0])))
	}
	row := "1,4,2,5,3,6\n"
	csv := write(t, folder, "a.csv", "0,"+row+"1,"+row+"2,"+row+"0,"+row)
	test := write(t, folder, "b.csv", "0,"+row+"1,"+row)
	var hashes []string
	for _, d := range []config.Dataset{
		{IDX: folder}, {CSV: csv, Target: "0", NoHeader: true, Image: [2]int{2, 3}, TestSplit: 0.25},
		{CSV: csv, Target: "0", NoHeader: true, Image: [2]int{2, 3}, Test: test},
	} {
		for _, transposed := range []bool{false, true} {
			d.Transpose = transposed
			s, err := dataset.New(d, "dataset", nil)
			if err != nil {
				t.Fatal(err)
			}
			data := load(t, s, options(0))
			want := []byte{1, 4, 2, 5, 3, 6}
			if transposed {
				want = []byte{1, 2, 3, 4, 5, 6}
			}
			for _, samples := range []*batch.Samples{data.Train, data.Test} {
				if !slices.Equal(samples.Pixels(0), want) {
					t.Errorf("%v: pixels %v, wanted %v", d, samples.Pixels(0), want)
				}
			}
			if transposed && !slices.Equal(s.Shape(), []int{2, 3}) {
				t.Errorf("%v: shape %v", d, s.Shape())
			}
			model := &dataset.Learned{From: "m.bin", Classes: s.Classes, Hash: data.Hash}
			again, err := dataset.New(d, "m.bin", model)
			if err != nil {
				t.Fatal(err)
			}
			o := options(0)
			o.TestOnly = true
			if got := load(t, again, o); got.Hash != data.Hash || got.Test.Count != data.Test.Count {
				t.Errorf("%v: hash %s, wanted %s", d, got.Hash, data.Hash)
			}
			if slices.Contains(hashes, data.Hash) {
				t.Errorf("%v: a hash of other samples", d)
			}
			hashes = append(hashes, data.Hash)
		}
	}
}

func TestNamed(t *testing.T) {
	s, err := dataset.New(config.Dataset{Name: "mnist"}, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Set == nil || s.Set.Name != "mnist" || s.Count != 60000 || s.Features != 784 {
		t.Errorf("source %+v", s)
	}
	o := options(0)
	o.DataDir = t.TempDir()
	if _, err := s.Load(o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without files: %v", err)
	}
	files := dataset.Files(config.Dataset{Name: "mnist"}, o.DataDir, o.Env)
	if len(files) != 8 || files[1] != filepath.Join(o.DataDir, "mnist", "train-images-idx3-ubyte.gz") {
		t.Errorf("files %q", files)
	}
	_, err = dataset.New(config.Dataset{Name: "emnist"}, "here", nil)
	if fault.KindOf(err) != fault.Config ||
		!strings.Contains(err.Error(), `here: wanted a data set (mnist, fashion-mnist)`) {
		t.Errorf("another name: %v", err)
	}
}

func TestTable(t *testing.T) {
	folder := t.TempDir()
	d := config.Dataset{CSV: write(t, folder, "own.csv", rows(0, 30)), Target: "kind", TestSplit: 0.2}
	s, err := dataset.New(d, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Features != 2 || s.Count != 24 || s.Scale() != 1 || !slices.Equal(s.Shape(), []int{2}) || s.Set != nil {
		t.Errorf("source %+v", s)
	}
	if got := s.Notes(); len(got) != 1 || !strings.Contains(got[0], "the column id numbers the rows") {
		t.Errorf("notes %q", got)
	}
	data := load(t, s, options(4))
	if got := counts(data); got != [3]int{20, 4, 6} || len(data.Standard.Mean) != 2 {
		t.Errorf("%v samples, %+v", got, data.Standard)
	}
	d.Test = write(t, folder, "test.csv", rows(100, 9))
	two, err := dataset.New(d, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	both := load(t, two, options(4))
	if got := counts(both); got != [3]int{26, 4, 9} || both.Hash == data.Hash ||
		!strings.HasPrefix(both.Hash, data.Hash) {
		t.Errorf("%v samples, hash %q", got, both.Hash)
	}
	if got := dataset.Files(d, "", nil); !slices.Equal(got, []string{d.CSV, d.Test}) {
		t.Errorf("files %q", got)
	}
}

// TestTableErrors: the test rows must exist, and must not be the training rows.
func TestTableErrors(t *testing.T) {
	folder := t.TempDir()
	own := write(t, folder, "own.csv", rows(0, 30))
	d := config.Dataset{CSV: own, Target: "kind", TestSplit: 0.2}
	for _, c := range []struct {
		change func(*config.Dataset)
		want   string
	}{
		{func(d *config.Dataset) { d.TestSplit = 0.01 }, "leaves none to test on"},
		{func(d *config.Dataset) { d.TestSplit = 0.95 }, "leaves 2 to train on, wanted one of each of 3 classes"},
		{func(d *config.Dataset) { d.Test = write(t, folder, "copy.csv", rows(0, 30)) },
			"wanted other rows than those of"},
		{func(d *config.Dataset) { d.CSV = filepath.Join(folder, "none.csv") }, "none.csv: "},
	} {
		changed := d
		c.change(&changed)
		if _, err := dataset.New(changed, "dataset", nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, wanted %q", err, c.want)
		}
	}
}

// TestLearned: a model that has learned a table gets the rows by its division, its columns in its order, and
// standardized as it was trained; of another table, all rows test.
func TestLearned(t *testing.T) {
	folder := t.TempDir()
	d := config.Dataset{CSV: write(t, folder, "own.csv", rows(0, 30)), Target: "kind", TestSplit: 0.2}
	s, err := dataset.New(d, "dataset", nil)
	if err != nil {
		t.Fatal(err)
	}
	experiment := fmt.Sprintf(`{"dataset": {"csv": %q, "target": "kind", "test_split": 0.2}, "layers": [2], "seed": 1}`,
		d.CSV)
	model := &dataset.Learned{
		From: "m.bin", Columns: []string{"x", "id"}, Classes: []string{"a", "b", "c"},
		Hash:     load(t, s, options(0)).Hash,
		Standard: table.Standardization{Mean: []float64{1, 2}, Std: []float64{3, 4}}, Config: []byte(experiment),
	}
	again, err := dataset.New(d, "m.bin", model)
	if err != nil {
		t.Fatal(err)
	}
	data := load(t, again, options(0))
	if got := counts(data); got != [3]int{24, -1, 6} || !slices.Equal(again.Columns, model.Columns) ||
		data.Standard.Mean[1] != 2 {
		t.Errorf("%v samples, columns %v, %+v", got, again.Columns, data.Standard)
	}
	d.CSV = write(t, folder, "other.csv", rows(50, 12))
	other, err := dataset.New(d, "m.bin", model)
	if err != nil {
		t.Fatal(err)
	}
	if got := counts(load(t, other, options(0))); got != [3]int{-1, -1, 12} {
		t.Errorf("%v samples of another table", got)
	}
	d.CSV = filepath.Join(folder, "own.csv")
	if _, err := dataset.NewFrom(d, 1, model); err != nil {
		t.Error(err)
	}
	if _, err := dataset.NewFrom(d, 2, model); err == nil ||
		!strings.Contains(err.Error(), "seed: wanted 1, which drew the test rows") {
		t.Errorf("another seed: %v", err)
	}
	d.TestSplit = 0.5
	if _, err := dataset.NewFrom(d, 1, model); err == nil || !strings.Contains(err.Error(), "test_split: wanted 0.2") {
		t.Errorf("another split: %v", err)
	}
}

// Config knows the names of package mnist's data sets without knowing the package.
func TestNamesAreThoseOfConfig(t *testing.T) {
	for _, k := range config.Keys() {
		if k.Name != "dataset" {
			continue
		}
		names, _, _ := strings.Cut(k.Kind.Want(), ", {")
		if want := strings.Join(mnist.Names(), ", "); names != want {
			t.Errorf("a config can name the data sets %s, package mnist has %s", names, want)
		}
		return
	}
	t.Error("config has no key dataset")
}
