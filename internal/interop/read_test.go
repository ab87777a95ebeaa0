package interop_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
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

// TestTar tests that an archive with a checkpoint in it is named.
func TestTar(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "m.tar")
	block := make([]byte, 1024)
	copy(block, "net.pt")
	copy(block[257:], "ustar")
	if err := os.WriteFile(path, block, 0o666); err != nil {
		t.Fatal(err)
	}
	_, _, err := interop.Read(path, interop.Options{})
	if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), "found a tar archive") {
		t.Errorf("wanted an error about a tar archive, found %v", err)
	}
}

// TestStopped tests that an export that is stopped leaves the file that was there, and nothing besides.
func TestStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancelCause(t.Context())
	why := errors.New("stopped")
	stop(why)
	c := chain.Of(random(t, []int{3, 3}, nil, dense(2, "softmax")), "dnn")
	for _, f := range interop.Formats() {
		folder := t.TempDir()
		path := filepath.Join(folder, "old")
		if len(f.Endings) == 0 {
			path = folder
		} else if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := f.Write(ctx, path, c, interop.Writing{}, "m"); !errors.Is(err, why) {
			t.Errorf("%s: wanted the cause, found %v", f.Name, err)
		}
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) > len(f.Endings) || len(entries) > 1 {
			t.Errorf("%s: found %d files, %v", f.Name, len(entries), err)
		}
		if len(entries) == 1 {
			if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
				t.Errorf("%s: wanted the old file, found %.20q, %v", f.Name, text, err)
			}
		}
	}
}

// TestDigest tests that a model's SHA-256 is that of all its weights: those of TensorFlow.js are in a file beside a
// model.json that may be the same for two models.
func TestDigest(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	read := func(name, format string, m *modelfile.Model) (digest string, description []byte) {
		f, err := interop.FormatOf("", format)
		path := filepath.Join(folder, name)
		if err == nil {
			err = f.Write(t.Context(), path, chain.Of(m, "dnn"), interop.Writing{}, "m")
		}
		var found *modelfile.Model
		if err == nil {
			found, _, err = interop.Read(path, interop.Options{})
		}
		if info, statErr := os.Stat(path); err == nil && statErr == nil && info.IsDir() {
			path = filepath.Join(path, "model.json")
		}
		if err == nil {
			description, err = os.ReadFile(path)
		}
		if err != nil {
			t.Fatal(err)
		}
		return found.SHA256, description
	}
	a, b := random(t, []int{3, 3}, nil, dense(2, "softmax")), random(t, []int{3, 3}, nil, dense(2, "softmax"))
	b.Tensors[0].Data[0]++
	first, text := read("a", "tfjs", a)
	second, same := read("b", "tfjs", b)
	if again, _ := read("c", "tfjs", a); !bytes.Equal(text, same) || first == second || first != again {
		t.Errorf("wanted a digest for each content, found %s, %s, %s; the same model.json: %t", first, second, again,
			bytes.Equal(text, same))
	}
	alone, data := read("m.onnx", "onnx", a)
	if sum := sha256.Sum256(data); alone != hex.EncodeToString(sum[:]) {
		t.Errorf("of a model of one file: wanted %x, found %s", sum, alone)
	}
}
