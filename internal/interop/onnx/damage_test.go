package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/interop/onnx/message"
)

// small returns files to damage.
func small(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	paths, err := filepath.Glob("testdata/*.onnx")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files in testdata")
	}
	for _, path := range append(paths, "../testdata/onnx/keras_deferred_sigmoid.onnx", "../testdata/onnx/keras_normalization.onnx") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = data
	}
	return files
}

// readable reads data and fails unless the result is a fault, or a chain that can be computed and made a model of. The
// format has no checksum, so damaged weights are other weights.
func readable(t *testing.T, data []byte) {
	t.Helper()
	c, err := Read(data, "damaged.onnx", func(string) ([]byte, error) { return nil, os.ErrNotExist })
	if err != nil {
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Data || len(f.What) > 400 {
			t.Errorf("got %v", err)
		}
		return
	}
	if n := c.Inputs(); n > 0 && n < 1<<16 {
		chaintest.Run(c, make([]float64, n))
	}
	if _, _, err := c.Model(chain.Options{}, "damaged.onnx"); err != nil && fault.KindOf(err) != fault.Data {
		t.Errorf("as a model: %v", err)
	}
}

// What comes last in a file is the operators' versions and the metadata. Without those that it does not need, it is the
// same network.
func TestTruncated(t *testing.T) {
	for path, data := range small(t) {
		whole, err := Read(data, path, nil)
		for n := range data {
			part, damage := Read(data[:n], path, nil)
			if damage == nil && (err != nil || !reflect.DeepEqual(part.Steps, whole.Steps)) {
				t.Fatalf("%s: %d of %d bytes: no error", path, n, len(data))
			}
		}
	}
}

func TestFlipped(t *testing.T) {
	files := small(t)
	for _, path := range []string{
		"testdata/hardswish.9.onnx", "testdata/labelled.11.onnx", "testdata/sklearn_binary.onnx",
		"testdata/normalized_first.17.onnx",
	} {
		data := files[path]
		for bit := range 8 * len(data) {
			damaged := slices.Clone(data)
			damaged[bit/8] ^= 1 << (bit % 8)
			readable(t, damaged)
		}
	}
}

// TestBounded has files that claim or ask for much more than they have.
func TestBounded(t *testing.T) {
	for name, data := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c, err := Read(data, "hostile.onnx", nil)
			runtime.ReadMemStats(&after)
			if err == nil && !slices.Contains([]string{"nodes", "gelus", "labels"}, name) {
				t.Errorf("read %v", c.Input)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20+6*uint64(len(data)) {
				t.Errorf("%d MB for %d bytes", used>>20, len(data))
			}
			if err != nil {
				checkFault(t, err, "")
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, data := range small(f) {
		f.Add(data)
	}
	for _, data := range hostile() {
		if len(data) < 10_000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { readable(t, data) })
}

// TestExternal has names that could be of other files than those beside the model.
func TestExternal(t *testing.T) {
	for _, c := range []struct {
		location, offset, length string
		want                     string
	}{
		{"w.data", "0", "24", ""},
		{"w.data", "8", "24", ""},
		{"w.data", "9", "24", "external data: wanted bytes 9 to 33 of \"w.data\", found 32 bytes"},
		{"w.data", "33", "", "external data: wanted bytes 33 to 32"},
		{"w.data", "8", "20", "wanted 6 elements for the dimensions [3 2], found 5"},
		{"w.data", "-8", "24", "external data: offset: wanted a number of bytes, found \"-8\""},
		{"w.data", "0", "9223372036854775807", "external data: wanted bytes"},
		{"w.data", "9223372036854775807", "9223372036854775807", "external data: wanted bytes"},
		{"w.data", "x", "24", "external data: offset: wanted a number of bytes, found \"x\""},
		{"missing", "0", "24", "external data: file does not exist"},
		{"", "0", "24", "external data: wanted the name of a file beside the model"},
		{"..", "0", "24", "external data: wanted the name of a file beside the model"},
		{"../w.data", "0", "24", "external data: wanted the name of a file beside the model"},
		{"/etc/passwd", "0", "24", "external data: wanted the name of a file beside the model"},
		{`a\w.data`, "0", "24", "external data: wanted the name of a file beside the model"},
		{`C:w.data`, "0", "24", "external data: wanted the name of a file beside the model"},
	} {
		t.Run(fmt.Sprint(c.location, c.offset, c.length), func(t *testing.T) {
			asked := 0
			_, err := Read(external(c.location, c.offset, c.length), "model.onnx", func(name string) ([]byte, error) {
				if asked++; name != "w.data" {
					return nil, os.ErrNotExist
				}
				return make([]byte, 32), nil
			})
			if c.want == "" {
				if err != nil || asked != 1 {
					t.Errorf("asked %d times: %v", asked, err)
				}
				return
			}
			checkFault(t, err, c.want)
		})
	}
	_, err := Read(external("w.data", "0", "24"), "model.onnx", nil)
	checkFault(t, err, "found the model alone")
}

// TestLongNames has names that would make an error unreadable.
func TestLongNames(t *testing.T) {
	for _, bad := range []string{strings.Repeat("\x01", 500), strings.Repeat("\xff", 500), strings.Repeat("Ü", 500)} {
		n := message.Node{Op: bad, Domain: bad, Name: bad, Inputs: []string{"x"}, Outputs: []string{"y"}}
		_, err := Read(model([]message.Node{n}, nil, message.Dim{Size: 3}), "model.onnx", nil)
		checkFault(t, err, "operator ")
		if !utf8.ValidString(err.Error()) || strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Errorf("%q", err)
		}
	}
}
