package hdf5

import (
	"os"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
)

func array(t testing.TB, f *File, path string) (*Array, error) {
	t.Helper()
	o, err := f.Root().Find(path)
	if err != nil {
		return nil, err
	}
	if o == nil {
		t.Fatalf("no %s", path)
	}
	return o.Values()
}

func mustFloats(t testing.TB, f *File, path string) ([]float32, *Array) {
	t.Helper()
	a, err := array(t, f, path)
	if err != nil {
		t.Fatal(err)
	}
	values, err := a.Floats()
	if err != nil {
		t.Fatal(err)
	}
	return values, a
}

func mustFind(t testing.TB, f *File, path string) *Object {
	t.Helper()
	o, err := f.Root().Find(path)
	if err != nil || o == nil {
		t.Fatalf("%s: %v, %v", path, o, err)
	}
	return o
}

// Files that h5py wrote, with the oldest and with the newest structures (scripts/interop/hdf5_files.py).
func TestFilesOfH5py(t *testing.T) {
	for _, name := range []string{"earliest.h5", "latest.h5"} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			f := mustOpen(t, data)
			testNumbers(t, f)
			testAttributes(t, f)
			testRefused(t, f, name == "latest.h5")
		})
	}
}

func testNumbers(t *testing.T, f *File) {
	t.Helper()
	paths := map[string][]int{
		"chunks/single": {5, 3}, "chunks/single_gzip": {5, 3}, "chunks/plain": {5, 7}, "chunks/gzip": {5, 7, 4},
		"chunks/shuffle": {30},
	}
	for _, group := range []string{"little", "big"} {
		names, err := mustFind(t, f, group).Names()
		if err != nil || len(names) != 7 {
			t.Fatalf("%s: %v, %v", group, names, err)
		}
		for _, name := range names {
			paths[group+"/"+name] = []int{2, 3}
		}
	}
	for path, shape := range paths {
		values, a := mustFloats(t, f, path)
		if !slices.Equal(a.Shape, shape) {
			t.Errorf("%s: shape %v, wanted %v", path, a.Shape, shape)
		}
		for i, v := range values {
			want := float32(i)
			if a.Type != Integer {
				want /= 4
			}
			if v != want {
				t.Errorf("%s: value %d is %v, wanted %v", path, i, v, want)
			}
		}
	}
	if v, _ := mustFloats(t, f, "other/negative"); v[0] != -1 || v[1] != -1<<40 {
		t.Errorf("negative: %v", v)
	}
	if v, a := mustFloats(t, f, "other/scalar"); v[0] != 0.25 || a.Shape != nil {
		t.Errorf("scalar: %v %v", v, a.Shape)
	}
	if v, _ := mustFloats(t, f, "other/empty"); len(v) != 0 {
		t.Errorf("empty: %v", v)
	}
	a, err := array(t, f, "other/strings")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := a.Strings(); err != nil || !slices.Equal(s, []string{"one", "two"}) {
		t.Errorf("strings: %q, %v", s, err)
	}
}

func testAttributes(t *testing.T, f *File) {
	t.Helper()
	o := mustFind(t, f, "attributes")
	for name, want := range map[string][]string{
		"fixed": {"fixed"}, "fixed array": {"a", "bcd"}, "variable": {"variable ä"}, "variable array": {"a", "", "bcd"},
		"none": {},
	} {
		a, err := o.Attribute(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Strings(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v, wanted %q", name, got, err, want)
		}
	}
	for name, want := range map[string][]float32{"float": {0.25}, "ints": {0, 1, 2}, "none": {}} {
		a, err := o.Attribute(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Floats(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, wanted %v", name, got, err, want)
		}
	}
	if a, err := o.Attribute("fixe"); a != nil || err != nil {
		t.Errorf("an attribute that is not there: %v, %v", a, err)
	}
}

func testRefused(t *testing.T, f *File, latest bool) {
	t.Helper()
	refused := map[string]string{
		"filters/lzf": "filter 32000 (LZF)", "filters/fletcher32": "filter 3 (Fletcher-32)",
		"filters/unwritten": "never written", "filters/unwritten_chunks": "never written",
		"filters/unlimited": "", "filters/unlimited2": "",
		"types/complex": "type compound", "types/bool": "type enumeration", "links/soft": "soft", "links/external": "external",
	}
	if latest {
		refused["filters/unlimited"], refused["filters/unlimited2"] = "extensible array", "B-tree of version 2"
		if _, err := mustFind(t, f, "dense").Find("1"); err == nil || !strings.Contains(err.Error(), "dense links") {
			t.Errorf("dense links: %v", err)
		}
		_, err := mustFind(t, f, "dense attributes").Attribute("a1")
		if err == nil || !strings.Contains(err.Error(), "dense attributes") {
			t.Errorf("dense attributes: %v", err)
		}
	}
	for path, want := range refused {
		a, err := array(t, f, "refused/"+path)
		if err == nil {
			_, err = a.Floats()
		}
		switch {
		case err == nil && want == "":
		case err == nil || want == "":
			t.Errorf("%s: %v, wanted %q", path, err, want)
		case fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), want):
			t.Errorf("%s: %v, wanted %q", path, err, want)
		}
	}
}
