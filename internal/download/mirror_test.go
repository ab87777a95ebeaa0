package download

import (
	"bytes"
	"compress/gzip"
	"os"
	"slices"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/mnist/mnisttest"
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

func TestDownloadFromFolder(t *testing.T) {
	s := newTiny(t)
	s.Mirrors = []string{"http://mirror.invalid/"}
	folder := t.TempDir()
	gz := s.InstallGZ(t)
	var l log
	r, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Mirror: "file://" + gz, Client: offline(),
		Env: noEnv, Progress: l.progress()})
	if err != nil || r.Mirror != gz || l.text() != "" {
		t.Errorf("%+v, %v, messages %q", r, err, l.text())
	}
	s.checkInstalled(t, folder)
	if n := len(mnisttest.List(t, gz)); n != 4 {
		t.Errorf("%d files in the mirror, wanted 4", n)
	}
}

// A .gz on this machine may have been compressed in another way, as long as the right file is inside.
func TestDownloadCompressedAnew(t *testing.T) {
	s := newTiny(t)
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(s.IDX["train-images"])
	_ = w.Close()
	if bytes.Equal(b.Bytes(), s.GZ[victim]) {
		t.Fatal("it is compressed in the same way")
	}
	s.GZ[victim] = b.Bytes()
	folder := t.TempDir()
	if _, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Mirror: "file://" + s.InstallGZ(t),
		Env: noEnv}); err != nil {
		t.Fatal(err)
	}
	s.checkInstalled(t, folder)
}

func TestDownloadFromBadFolder(t *testing.T) {
	for _, c := range []struct {
		name string
		gz   func(good []byte) []byte // nil: none
		want string
	}{
		{"missing", nil, "not there"},
		{"short", func(g []byte) []byte { return g[:30] }, "wrong size: 30 bytes, wanted "},
		{"long", func(g []byte) []byte { return append(bytes.Clone(g), make([]byte, 100)...) }, "wrong size: "},
		{"other", func(g []byte) []byte { return make([]byte, len(g)) }, "wrong content: MD5 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			good := s.GZ[victim]
			delete(s.GZ, victim)
			if c.gz != nil {
				s.GZ[victim] = c.gz(good)
			}
			_, err := Files(t.Context(), Options{Set: s.Set, Folder: t.TempDir(), Mirror: "file://" + s.InstallGZ(t),
				Env: noEnv})
			wantFault(t, err, fault.Network, "no mirror gave train-images.gz", c.want)
		})
	}
}

// TestDownloadByHand finds .gz files that a person put into the data folder.
func TestDownloadByHand(t *testing.T) {
	s := newTiny(t)
	folder := s.InstallGZ(t)
	r, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Client: offline(), Env: noEnv})
	if err != nil || !slices.Equal(r.Downloaded, tinyNames) {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := mnist.Verify(s.Set, folder); err != nil {
		t.Error(err)
	}
}
