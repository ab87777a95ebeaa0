package hdf5

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const testLimit = 64 << 20

func mustOpen(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(data, "f.h5", testLimit)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// walk calls visit for o and all below it.
func walk(t testing.TB, o *Object, visit func(*Object)) {
	t.Helper()
	visit(o)
	names, err := o.Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		below, err := o.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		walk(t, below, visit)
	}
}

// files returns the HDF5 files that Keras wrote, also those within its zip files, by name.
func files(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	paths, _ := filepath.Glob("../testdata/keras*/*")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(path) {
		case ".h5":
			all[path] = data
		case ".keras":
			z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			r, err := z.Open("model.weights.h5")
			if err != nil {
				t.Fatal(err)
			}
			if all[path], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(all) < 20 {
		t.Fatalf("found %d files", len(all))
	}
	return all
}

// Every value and every attribute of Keras's files can be read.
func TestKerasFiles(t *testing.T) {
	for path, data := range files(t) {
		t.Run(path, func(t *testing.T) {
			arrays := 0
			walk(t, mustOpen(t, data).Root(), func(o *Object) {
				if !o.has(kindLayout) {
					return
				}
				a, err := o.Values()
				if err != nil {
					t.Fatal(err)
				}
				arrays++
				if _, err := a.Floats(); err != nil {
					t.Error(err)
				}
			})
			if arrays < 2 {
				t.Errorf("found %d arrays", arrays)
			}
		})
	}
}

func TestWriteRead(t *testing.T) {
	g := &Group{}
	g.String("name", "dense")
	g.String("empty", "")
	g.Strings("names", []string{"dense", "ä", "", strings.Repeat("x", 5000)})
	g.Strings("none", nil)
	g.Floats("a/b/kernel", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6})
	g.Floats("a/empty", []int{0}, nil)
	g.Floats("a/scalar", nil, []float32{-0.5})
	g.Int("a/n", -7)
	for i := range 700 {
		g.Int("many/"+strings.Repeat("z", i+1), int64(i))
	}
	g.Group("z")
	data, err := g.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := g.Bytes(); !bytes.Equal(data, again) {
		t.Error("the same groups give other bytes")
	}
	f := mustOpen(t, data)
	for path, want := range map[string][]float32{
		"a/b/kernel": {1, 2, 3, 4, 5, 6}, "a/empty": {}, "a/scalar": {-0.5}, "a/n": {-7},
		"many/" + strings.Repeat("z", 700): {699},
	} {
		if got, _ := mustFloats(t, f, path); !slices.Equal(got, want) {
			t.Errorf("%s: %v, wanted %v", path, got, want)
		}
	}
	if _, a := mustFloats(t, f, "a/b/kernel"); !slices.Equal(a.Shape, []int{2, 3}) || a.Type != Float32 {
		t.Errorf("kernel: %v of %s", a.Shape, a.Type)
	}
	for name, want := range map[string][]string{
		"name": {"dense"}, "empty": {""}, "none": {}, "names": {"dense", "ä", "", strings.Repeat("x", 5000)},
	} {
		a, err := f.Root().Attribute(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Strings(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if names, err := mustFind(t, f, "many").Names(); err != nil || len(names) != 700 {
		t.Errorf("%d members, %v", len(names), err)
	}
}

// What does not fit into a file of this kind is an error, or, if only a program can be wrong, a panic.
func TestWriteRefuses(t *testing.T) {
	var g Group
	g.Strings("names", make([]string, 5000))
	if _, err := g.Bytes(); err == nil {
		t.Error("5000 strings in an attribute: no error")
	}
	defer func() {
		if recover() == nil {
			t.Error("a wrong shape: no panic")
		}
	}()
	g.Floats("x", []int{2}, nil)
}
