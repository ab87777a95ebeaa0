package mnist

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// tiny is a data set of 5 training and 3 test images of 3 x 2 pixels, with its files in memory.
type tiny struct {
	Set
	idx map[string][]byte // by File.Name
	gz  map[string][]byte // by File.Name + ".gz"
}

func newTiny(t *testing.T) *tiny {
	t.Helper()
	s := &tiny{idx: map[string][]byte{}, gz: map[string][]byte{}}
	s.Name, s.Title, s.Classes = "tiny", "Tiny", []string{"a", "b", "c"}
	s.Height, s.Width = 3, 2
	s.Train = Pair{Images: s.file("train-images", pixels(5), 5, 3, 2),
		Labels: s.file("train-labels", []byte{0, 1, 2, 0, 1}, 5)}
	s.Test = Pair{Images: s.file("test-images", pixels(3), 3, 3, 2), Labels: s.file("test-labels", []byte{2, 1, 0}, 3)}
	return s
}

func pixels(images int) []byte {
	p := make([]byte, images*6)
	for i := range p {
		p[i] = byte(i*37 + images)
	}
	return p
}

func (s *tiny) file(name string, data []byte, dims ...int) File {
	idx := idxBytes(data, dims...)
	gz := gzipped(idx)
	s.idx[name], s.gz[name+".gz"] = idx, gz
	return describe(name, idx, gz)
}

func describe(name string, idx, gz []byte) File {
	sha, sum := sha256.Sum256(idx), md5.Sum(gz)
	return File{
		Name:  name,
		Bytes: int64(len(idx)), SHA256: hex.EncodeToString(sha[:]),
		GzipBytes: int64(len(gz)), GzipMD5: hex.EncodeToString(sum[:]),
	}
}

func idxBytes(data []byte, dims ...int) []byte {
	b := []byte{0, 0, idxUbyte, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, data...)
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// install writes the IDX files into a new folder.
func (s *tiny) install(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, data := range s.idx {
		writeFile(t, filepath.Join(folder, name), data)
	}
	return folder
}

// gzFolder writes the .gz files into a new folder.
func (s *tiny) gzFolder(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, data := range s.gz {
		writeFile(t, filepath.Join(folder, name), data)
	}
	return folder
}

func listFolder(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// noEnv is an empty environment.
func noEnv(string) (string, bool) { return "", false }

// wantFault fails the test unless err is of the kind and its message contains each part.
func wantFault(t *testing.T, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("error %v (%T), wanted a *fault.Error", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind %d, wanted %d: %v", e.Kind, kind, e)
	}
	for _, p := range parts {
		if !strings.Contains(e.Error(), p) {
			t.Errorf("error %q does not contain %q", e, p)
		}
	}
}
