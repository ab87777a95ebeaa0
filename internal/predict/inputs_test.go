package predict

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
)

func TestNatural(t *testing.T) {
	sorted := []string{
		"", "1.png", "01.png", "2.png", "9a", "10.png", "10b", "a", "a1b2", "a1b10", "a2", "a10",
		"a99999999999999999999", "a100000000000000000000", "b",
	}
	slices.SortFunc(sorted[1:3], natural)
	for i, a := range sorted {
		for j, b := range sorted {
			want := 0
			if i != j {
				want = map[bool]int{true: -1, false: 1}[i < j]
			}
			if got := natural(a, b); got != want {
				t.Errorf("natural(%q, %q): wanted %d, found %d", a, b, want, got)
			}
		}
	}
}

func TestExpand(t *testing.T) {
	here := t.TempDir()
	for _, name := range []string{"10.png", "9.PNG", "x.heic", ".hidden.png", "notes.txt", "[1].csv"} {
		if err := os.WriteFile(filepath.Join(here, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"empty", "folder.png"} {
		if err := os.Mkdir(filepath.Join(here, folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(here)
	for _, c := range []struct {
		arguments, want, problem string
		kind                     fault.Kind
	}{
		{arguments: ".", want: "9.PNG 10.png x.heic"},
		{arguments: "*.txt", want: "notes.txt"},
		{arguments: "*.png", want: "10.png folder.png"}, // not what is hidden
		{arguments: ".*.png", want: ".hidden.png"},
		{arguments: "[1].csv", want: "[1].csv"}, // a file, and no pattern
		{arguments: "*[0-9].*", want: "9.PNG 10.png"},
		{arguments: "none.png - .", want: "none.png - 9.PNG 10.png x.heic"},
		{arguments: "- x.heic -", problem: "standard input can be read only once", kind: fault.Usage},
		{arguments: "*.jpg", problem: "*.jpg: no file matches this pattern", kind: fault.Data},
		{arguments: "[", problem: "[: wanted a pattern such as *.png", kind: fault.Usage},
		{arguments: "empty", problem: "empty: wanted a folder with pictures", kind: fault.Data},
	} {
		inputs, err := expand(strings.Fields(c.arguments))
		var files []string
		for _, in := range inputs {
			files = append(files, in.path)
			err = cmp.Or(err, in.err)
		}
		switch {
		case c.problem == "":
			if got := strings.Join(files, " "); err != nil || got != c.want {
				t.Errorf("%s: wanted %s, found %s, %v", c.arguments, c.want, got, err)
			}
		case err == nil || !strings.Contains(err.Error(), c.problem) || fault.KindOf(err) != c.kind:
			t.Errorf("%s: wanted the error %q of kind %d, found %v", c.arguments, c.problem, c.kind, err)
		}
	}
}

func TestKindOf(t *testing.T) {
	here := t.TempDir()
	for _, c := range []struct {
		name, content string
		want          kind
	}{
		{"a.csv", "", tableFile},
		{"a.TSV", "\x00", tableFile},
		{"a.jpeg", "a,b\n", pictureFile},
		{"t10k-images-idx3-ubyte", "\x00\x00\x08\x03\x00", idxFile},
		{"labels", "\x00\x00\x08\x01", idxFile},
		{"t10k-images-idx3-ubyte.gz", "\x1f\x8b\x08", idxFile},
		{"a.gz", "\x1f\x8b\x08", pictureFile}, // whose decoder says what it is not
		{"rows", "a;b\n1;2\n", tableFile},
		{"rows.txt", "é,b\n" + strings.Repeat("1,2\n", 127) + "é", tableFile}, // cut inside a character
		{"latin", "\xe9,b\n", pictureFile},
		{"prose", "no fields here", pictureFile},
		{"empty", "", pictureFile},
		{"png", "\x89PNG\r\n\x1a\n,", pictureFile},
	} {
		path := filepath.Join(here, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		if got, err := kindOf(path); err != nil || got != c.want {
			t.Errorf("%s: wanted %v, found %v, %v", c.name, c.want, got, err)
		}
	}
	if got, err := kindOf(stream); err != nil || got != pictureFile {
		t.Errorf("standard input: found %v, %v", got, err)
	}
	for _, path := range []string{filepath.Join(here, "none"), here} {
		if _, err := kindOf(path); fault.KindOf(err) != fault.Data {
			t.Errorf("%s: wanted an error about data, found %v", path, err)
		}
	}
}

// Only the first errors are told one by one, and the kind is that of the first.
func TestBadInputs(t *testing.T) {
	var b badInputs
	if b.err() != nil {
		t.Error("no bad inputs are an error")
	}
	b.add(errors.Join(fault.New(fault.Usage, "0", "x"), fault.New(fault.Data, "1", "x")))
	for range mostErrors {
		b.add(fault.New(fault.Data, "a", "x"))
	}
	err := b.err()
	all := fault.Each(err)
	if len(all) != mostErrors+1 || fault.KindOf(err) != fault.Usage ||
		all[mostErrors].Error() != "2 inputs more could not be used" {
		t.Errorf("found %v", all)
	}
}
