package download

import (
	"os"
	"testing"

	"dnn/internal/mnist"
)

// TestMirrors: every mirror of a known set is a URL that can be asked.
func TestMirrors(t *testing.T) {
	for _, name := range mnist.Names() {
		s, _ := mnist.Lookup(name)
		for _, m := range s.Mirrors {
			if _, err := newMirror(m, "", nil); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestFashion loads the files of Debian's package dataset-fashion-mnist where it is installed, through the mirror that
// the set ends with.
func TestFashion(t *testing.T) {
	s, _ := mnist.Lookup("fashion-mnist")
	s.Mirrors = s.Mirrors[len(s.Mirrors)-1:]
	if _, err := os.Stat("/usr/share/datasets/fashion-mnist"); err != nil {
		t.Skip("dataset-fashion-mnist is not installed")
	}
	folder := t.TempDir()
	if _, err := Files(t.Context(), Options{Set: s, Folder: folder, Client: offline(), Env: noEnv}); err != nil {
		t.Fatal(err)
	}
	d, err := mnist.Load(mnist.LoadOptions{Set: s, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for name, split := range map[string]mnist.Split{"training": d.Train, "test": d.Test} {
		var count [10]int
		for _, l := range split.Labels {
			count[l]++
		}
		for class, n := range count {
			if n != split.Count/10 {
				t.Errorf("%d %s images of %s, wanted %d", n, name, s.Classes[class], split.Count/10)
			}
		}
	}
}
