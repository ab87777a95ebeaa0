package interop_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop"
)

// TestLonger tests that files which claim gigabytes, or have them behind what they say they have, are refused with what
// is wrong, and without the memory for them. The gigabytes are holes.
func TestLonger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from string // a file that is lengthened
		size int64
		want string
	}{
		"m.keras": {"keras/course.keras", 3 << 30, "wanted a whole zip file, found one that is damaged or cut"},
		"m.npz":   {"keras/course.npz", 3 << 30, "wanted a whole zip file, found one that is damaged or cut"},
		"m.h5":    {"keras/course.h5", 3 << 30, "as this HDF5 file says it has, found 3221225472"},
		"new.h5":  {"keras/variant_latest.weights.h5", 3 << 30, "as this HDF5 file says it has, found 3221225472"},
		"m.onnx":  {"onnx/skl_relu.onnx", 5 << 30, "wanted at most 4294967296 bytes, found 5368709120"},
		"m.json":  {"keras/cases.json", 3 << 30, "wanted a JSON file of at most 8388608 bytes, found 3221225472"},
	} {
		text, err := os.ReadFile(filepath.Join("testdata", c.from))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, c.size); err != nil {
			t.Skipf("this file system has no files of %d bytes: %v", c.size, err)
		}
		_, _, err = interop.Read(path, interop.Options{})
		if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestBombs tests that an archive is refused as what it is, whatever its members claim.
func TestBombs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ member, want string }{
		"m.npz":   {"dense.kernel.npy", "a zip bomb?"},
		"m.pt":    {"m/data.pkl", "a zip bomb?"},
		"m.keras": {"config.json", "config.json: wanted at most"},
	} {
		path := filepath.Join(t.TempDir(), name)
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(out)
		w, err := z.Create(c.member)
		for range 32 {
			if err == nil {
				_, err = w.Write(make([]byte, 1<<20))
			}
		}
		if err == nil {
			err = z.Close()
		}
		if err == nil {
			err = out.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = interop.Read(path, interop.Options{})
		if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
