package mnist

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/mnist/mnisttest"
)

// ownFolder writes the tiny set's files under MNIST's names, those in gz compressed.
func ownFolder(t *testing.T, change map[string][]byte, gz ...string) string {
	t.Helper()
	s, folder := newTiny(t), t.TempDir()
	for from, to := range map[string]string{
		"train-images": "train-images-idx3-ubyte", "train-labels": "train-labels-idx1-ubyte",
		"test-images": "t10k-images-idx3-ubyte", "test-labels": "t10k-labels-idx1-ubyte",
	} {
		data := s.IDX[from]
		if other, ok := change[to]; ok {
			data = other
		}
		switch {
		case data == nil:
		case slices.Contains(gz, to):
			mnisttest.WriteFile(t, filepath.Join(folder, to+".gz"), mnisttest.Gzip(data))
		default:
			mnisttest.WriteFile(t, filepath.Join(folder, to), data)
		}
	}
	return folder
}

func TestDescribe(t *testing.T) {
	var hash string
	for _, gz := range [][]string{nil, {"train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}} {
		folder := ownFolder(t, nil, gz...)
		before := mnisttest.List(t, folder)
		s, err := Describe(Own{Folder: folder}, Both)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != folder || !slices.Equal(s.Classes, []string{"0", "1", "2"}) || s.Features() != 6 ||
			s.Height != 3 || s.TrainCount() != 5 {
			t.Errorf("%+v", s)
		}
		if hash == "" {
			hash = s.hash()
		}
		if s.hash() != hash {
			t.Error("the hash depends on compression")
		}
		if where, err := s.Folder("elsewhere", noEnv); err != nil || where != folder {
			t.Errorf("its folder is %q, %v", where, err)
		}
		d, err := Load(LoadOptions{Set: s, Folder: folder})
		if err != nil {
			t.Fatal(err)
		}
		checkSplit(t, d.Train, 5, pixels(5), []byte{0, 1, 2, 0, 1})
		checkSplit(t, d.Test, 3, pixels(3), []byte{2, 1, 0})
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if after := mnisttest.List(t, folder); !slices.Equal(after, before) {
			t.Errorf("the user's folder holds %q, and %q before", after, before)
		}
	}
	changed, err := Describe(Own{Folder: ownFolder(t, map[string][]byte{"t10k-labels-idx1-ubyte": mnisttest.IDX([]byte{2, 1, 1}, 3)})},
		Both)
	if err != nil || changed.hash() == hash {
		t.Errorf("the hash does not depend on the labels: %v", err)
	}
}

// What does not fit together is an error, whose hint offers no download.
func TestDescribeErrors(t *testing.T) {
	const images, labels = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
	for _, c := range []struct {
		name, file string
		data       []byte
		want, hint string
	}{
		{"missing", labels, nil, labels + ": file does not exist", "four IDX files"},
		{"not IDX", images, []byte("PK\x03\x04 and more"), images + ": is not an IDX file", ""},
		{"cut short", images, mnisttest.IDX(pixels(2), 3, 3, 2), images + ": has 28 bytes, wanted 34", ""},
		{"more labels than images", labels, mnisttest.IDX([]byte{0, 1, 2, 0}, 4), labels + ": has 4 labels, wanted 3", ""},
		{"other size", images, mnisttest.IDX(pixels(3), 3, 2, 3), images + ": has images of 2 x 3 pixels, wanted 3 x 2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := ownFolder(t, map[string][]byte{c.file: c.data})
			s, err := Describe(Own{Folder: folder}, Both)
			if err == nil {
				_, err = Load(LoadOptions{Set: s, Folder: folder})
			}
			wantFault(t, err, fault.Data, c.want)
			if hint := hintOf(err); !strings.Contains(hint, c.hint) || (hint == "") != (c.hint == "") {
				t.Errorf("hint %q, wanted %q", hint, c.hint)
			}
		})
	}
	one := map[string][]byte{"train-labels-idx1-ubyte": mnisttest.IDX(make([]byte, 5), 5),
		labels: mnisttest.IDX(make([]byte, 3), 3)}
	_, err := Describe(Own{Folder: ownFolder(t, one)}, Both)
	wantFault(t, err, fault.Data, "its labels are 0 only, wanted two classes or more")
}

// Of a split that is not wanted no file is needed, and the other one may have one class.
func TestDescribeSplit(t *testing.T) {
	for _, c := range []struct {
		wanted      Splits
		gone, need  []string
		train, test int
	}{
		{TestOnly, []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
			[]string{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}, 0, 3},
		{TrainOnly, []string{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
			[]string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte"}, 5, 0},
	} {
		folder := ownFolder(t, map[string][]byte{"t10k-labels-idx1-ubyte": mnisttest.IDX([]byte{1, 1, 1}, 3)})
		for _, name := range c.gone {
			if err := os.Remove(filepath.Join(folder, name)); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Describe(Own{Folder: folder}, c.wanted)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Load(LoadOptions{Set: s, Folder: folder})
		if err != nil || d.Train.Count != c.train || d.Test.Count != c.test || s.TrainCount() != c.train ||
			len(s.Files()) != 2 {
			t.Errorf("%d: %d training and %d test images, %d files, error %v",
				c.wanted, d.Train.Count, d.Test.Count, len(s.Files()), err)
		}
		_ = d.Close()
		if err := os.Remove(filepath.Join(folder, c.need[1])); err != nil {
			t.Fatal(err)
		}
		_, err = Describe(Own{Folder: folder}, c.wanted)
		wantFault(t, err, fault.Data, c.need[1]+": file does not exist")
		if hint := hintOf(err); !strings.Contains(hint, c.need[0]+" and "+c.need[1]) {
			t.Errorf("hint %q", hint)
		}
	}
}

func hintOf(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Hint
	}
	return ""
}

// A file that goes between Describe and Load is missed without a hint to download it.
func TestLoadOwnMissing(t *testing.T) {
	folder := ownFolder(t, nil)
	s, err := Describe(Own{Folder: folder}, Both)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "train-labels-idx1-ubyte")); err != nil {
		t.Fatal(err)
	}
	_, err = Load(LoadOptions{Set: s, Folder: folder})
	wantFault(t, err, fault.Data, "train-labels-idx1-ubyte: file does not exist")
	if hint := hintOf(err); hint != "" {
		t.Errorf("hint %q", hint)
	}
}
