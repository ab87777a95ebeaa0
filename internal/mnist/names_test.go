package mnist

import (
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/mnist/mnisttest"
)

// intLabelsFile is a file of labels as QMNIST has them: eight int32 for each, of which the first is the class.
func intLabelsFile(labels ...int32) []byte {
	file := []byte{0, 0, idxInt, 2}
	file = binary.BigEndian.AppendUint32(file, uint32(len(labels)))
	file = binary.BigEndian.AppendUint32(file, 8)
	for _, l := range labels {
		for i := range 8 {
			value := uint32(1000 + i) // the writer, the digit's number, and so on
			if i == 0 {
				value = uint32(l)
			}
			file = binary.BigEndian.AppendUint32(file, value)
		}
	}
	return file
}

// familyFolder writes a training set of the labels 1, 2, 3, 1 and a test set of 3 and 1. names are those of the files: of
// training images and labels, then of the test.
func familyFolder(t *testing.T, names []string) string {
	t.Helper()
	folder := t.TempDir()
	for i, data := range [][]byte{
		mnisttest.IDX(pixels(4), 4, 3, 2), mnisttest.IDX([]byte{1, 2, 3, 1}, 4),
		mnisttest.IDX(pixels(2), 2, 3, 2), mnisttest.IDX([]byte{3, 1}, 2),
	} {
		if strings.Contains(names[i], "idx2-int") {
			data = intLabelsFile([][]int32{{1, 2, 3, 1}, {3, 1}}[i/2]...)
		}
		if strings.HasSuffix(names[i], ".gz") {
			data = mnisttest.Gzip(data)
		}
		mnisttest.WriteFile(t, filepath.Join(folder, names[i]), data)
	}
	return folder
}

// family is the names that sets of MNIST's family have.
func family() map[string][]string {
	of := func(before, images, labels, test, after string) []string {
		return []string{
			before + "train" + images + after, before + "train" + labels + after,
			before + test + images + after, before + test + labels + after,
		}
	}
	return map[string][]string{
		"MNIST":      of("", "-images-idx3-ubyte", "-labels-idx1-ubyte", "t10k", ""),
		"with a dot": of("", "-images.idx3-ubyte", "-labels.idx1-ubyte", "t10k", ""),
		"EMNIST":     of("emnist-letters-", "-images-idx3-ubyte", "-labels-idx1-ubyte", "test", ".gz"),
		"QMNIST":     of("qmnist-", "-images-idx3-ubyte", "-labels-idx2-int", "test", ".gz"),
		"unpacked":   of("qmnist-", "-images-idx3-ubyte", "-labels-idx2-int", "test", ""),
	}
}

func TestFamily(t *testing.T) {
	for name, files := range family() {
		t.Run(name, func(t *testing.T) {
			folder := familyFolder(t, files)
			prefix, _, _ := strings.Cut(files[0], "train")
			own := Own{Folder: folder, Prefix: prefix}
			for _, c := range []struct {
				mapping string
				classes []string
				labels  []byte
			}{
				{"", []string{"0", "1", "2", "3"}, []byte{1, 2, 3, 1}},
				{"1 65 97\n2 66 98\n3 67 99\n", []string{"A", "B", "C"}, []byte{0, 1, 2, 0}},
				{"3 67\r\n1 65\r\n2 66\r\n9 73", []string{"A", "B", "C", "I"}, []byte{0, 1, 2, 0}},
				{"index,codepoint,char\n1,U+304A,お\n2,U+304D,き\n3,U+3059,す\n", []string{"お", "き", "す"}, []byte{0, 1, 2, 0}},
				{"\ufeffnone\na few\n\nmany\nall\n", []string{"none", "a few", "many", "all"}, []byte{1, 2, 3, 1}},
			} {
				if own.Classes = ""; c.mapping != "" {
					own.Classes = filepath.Join(t.TempDir(), "mapping.txt")
					mnisttest.WriteFile(t, own.Classes, []byte(c.mapping))
				}
				s, err := Describe(own, Both)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(s.Classes, c.classes) || s.TrainCount() != 4 || s.Height != 3 {
					t.Errorf("%q: %+v", c.mapping, s)
				}
				d, err := Load(LoadOptions{Set: s, Folder: folder})
				if err != nil {
					t.Fatal(err)
				}
				checkSplit(t, d.Train, 4, pixels(4), c.labels)
				checkSplit(t, d.Test, 2, pixels(2), []byte{c.labels[2], c.labels[0]})
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}
			for _, path := range own.Paths() {
				_ = os.Remove(path)
			}
			if left := mnisttest.List(t, folder); len(left) > 0 {
				t.Errorf("Paths does not have %q", left)
			}
		})
	}
}

// A file of another name is named where one is missing.
func TestNearNames(t *testing.T) {
	for _, c := range []struct{ set, prefix, want string }{
		{"EMNIST", "", "found emnist-letters-train-images-idx3-ubyte.gz there: write prefix: emnist-letters- beside idx"},
		{"EMNIST", "emnist-letters", "write prefix: emnist-letters- beside idx"},
		{"QMNIST", "", "write prefix: qmnist- beside idx"},
		{"with a dot", "kmnist-", "found train-images.idx3-ubyte there: take prefix out"},
	} {
		_, err := Describe(Own{Folder: familyFolder(t, family()[c.set]), Prefix: c.prefix}, Both)
		wantFault(t, err, fault.Data, c.prefix+"train-images-idx3-ubyte: "+fs.ErrNotExist.Error())
		if hint := hintOf(err); !strings.Contains(hint, c.want) {
			t.Errorf("%s: hint %q, wanted %q", c.set, hint, c.want)
		}
	}
}

func TestFamilyErrors(t *testing.T) {
	names := family()["unpacked"]
	for _, c := range []struct {
		labels []byte
		want   string
	}{
		{intLabelsFile(1, 2, 300, 1), "label 300 of image 2, wanted 0 to 255"},
		{intLabelsFile(1, -1, 3, 1), "label -1 of image 1, wanted 0 to 255"},
		{intLabelsFile(1, 2, 3), "has 3 labels, wanted 4"},
		{intLabelsFile(1, 2, 3, 1)[:100], "has 100 bytes, wanted 140 (a header of 12 and 4 x 8 numbers)"},
		{mnisttest.IDX([]byte{1, 2, 3, 1}, 4), "has elements of unsigned bytes (type 0x08), wanted int32 (type 0x0c)"},
	} {
		folder := familyFolder(t, names)
		mnisttest.WriteFile(t, filepath.Join(folder, names[1]), c.labels)
		s, err := Describe(Own{Folder: folder, Prefix: "qmnist-"}, Both)
		if err == nil {
			_, err = Load(LoadOptions{Set: s, Folder: folder})
		}
		wantFault(t, err, fault.Data, names[1]+": "+c.want)
	}
	for mapping, want := range map[string]string{
		"":                         "names 0 classes, wanted two or more",
		"one\n":                    "names 1 class, wanted two or more",
		"1 65\n2\n":                ":2: wanted a label from 0 to 255 and the code points",
		"1 65\n256 66\n":           ":2: wanted a label from 0 to 255",
		"1 65\n2 9999999\n":        ":2: wanted a label",
		"1 65\n1 66\n":             ":2: label 1 is named twice",
		"1 65\n2 65\n":             `:2: two labels are called "A": 1 and 2`,
		"1 65\n2 7\n":              `:2: wanted a name that can be printed`,
		"a\n\xff\n":                `:2: wanted a name that can be printed`,
		"index,char\n1,a\n":        ":2: wanted index,codepoint,char",
		strings.Repeat("x\n", 257): `:2: two labels are called "x"`,
		"1 65\n2 66\n":             "label 3 of image 0 has no name: wanted one of 2 labels from 1 to 2",
		strings.Repeat("x", 1<<20): "wanted a name in each line",
	} {
		own := Own{Folder: familyFolder(t, names), Prefix: "qmnist-", Classes: filepath.Join(t.TempDir(), "m.txt")}
		mnisttest.WriteFile(t, own.Classes, []byte(mapping))
		s, err := Describe(own, Both)
		if err == nil {
			_, err = Load(LoadOptions{Set: s, Folder: own.Folder})
		}
		wantFault(t, err, fault.Data, want)
	}
	_, err := Describe(Own{Folder: familyFolder(t, names), Prefix: "qmnist-", Classes: "no.txt"}, Both)
	wantFault(t, err, fault.Data, "no.txt: no such file")
}

// Whatever a file of names holds, there are no two classes of one label or name.
func FuzzClasses(f *testing.F) {
	for _, text := range []string{"1 65 97\n2 66 98\n", "index,codepoint,char\n0,U+304A,お\n1,U+304D,き\n", "a\nb\n", "0 48\n\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		classes, err := parseClasses(strings.NewReader(text), "m.txt")
		if err != nil {
			if fault.KindOf(err) != fault.Data {
				t.Errorf("an error of kind %d: %v", fault.KindOf(err), err)
			}
			return
		}
		for i, c := range classes[1:] {
			if c.label <= classes[i].label || c.name == classes[i].name {
				t.Errorf("classes %v", classes)
			}
		}
	})
}
