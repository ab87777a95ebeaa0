package mnist_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/mnist/mnisttest"
)

func TestReadImages(t *testing.T) {
	here := t.TempDir()
	pixels := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	plain := mnisttest.IDX(pixels, 2, 3, 2)
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, _ = w.Write(plain)
	_ = w.Close()
	for _, c := range []struct {
		name, content, problem string
	}{
		{"images", string(plain), ""},
		{"images.gz", compressed.String(), ""},
		{"short", string(plain[:20]), "has 20 bytes, wanted 28"},
		{"long", string(plain) + "x", "goes on after byte 28"},
		{"labels", string(mnisttest.IDX([]byte{1}, 1)), "has 1 dimension, wanted 3"},
		{"short.gz", compressed.String()[:compressed.Len()-4], "is cut short"},
		{"plain.gz", string(plain), "is not a gzip file"},
		{"gzip", compressed.String(), "is compressed with gzip"},
	} {
		path := filepath.Join(here, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		found, err := mnist.ReadImages(path)
		switch {
		case c.problem != "":
			if err == nil || !strings.Contains(err.Error(), c.name+": "+c.problem) || fault.KindOf(err) != fault.Data {
				t.Errorf("%s: wanted the error %q, found %v", c.name, c.problem, err)
			}
		case err != nil || found.Count != 2 || found.Height != 3 || found.Width != 2 || !bytes.Equal(found.Pixels, pixels):
			t.Errorf("%s: found %v, %v", c.name, found, err)
		}
	}
	for _, path := range []string{here, filepath.Join(here, "none")} {
		if _, err := mnist.ReadImages(path); fault.KindOf(err) != fault.Data {
			t.Errorf("%s: wanted an error about data, found %v", path, err)
		}
	}
}
