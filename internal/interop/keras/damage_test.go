package keras

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

// check reads data, and fails if an error is none that a user can read.
func check(t testing.TB, data, model []byte) *chain.Chain {
	t.Helper()
	c, err := Read(data, "f")
	if model != nil {
		c, err = ReadWeights(data, model, "f")
	}
	if err == nil {
		return c
	}
	if fault.KindOf(err) != fault.Data {
		t.Fatalf("an error of another kind: %v", err)
	}
	if len(err.Error()) > 400 {
		t.Errorf("an error of %d characters: %v", len(err.Error()), err)
	}
	return nil
}

// little is a chain whose files are small.
func little() *chain.Chain {
	return &chain.Chain{Input: []int{2}, Steps: []chain.Step{dense("dense", 2, 2), chain.Activation{Function: "relu"}}}
}

// A truncated file is refused wherever it ends.
func TestTruncated(t *testing.T) {
	whole := mustWrite(t, WriteKeras, little())
	for name, data := range map[string][]byte{".keras": whole, ".h5": mustWrite(t, WriteH5, little())} {
		for n := 0; n < len(data); n += 3 {
			if check(t, data[:n], nil) != nil {
				t.Errorf("%s, %d of %d bytes: no error", name, n, len(data))
			}
		}
	}
}

// A flipped bit of a .keras file is refused, or changes no number, since zip files have checksums. HDF5 has none for
// values and old metadata, so that one in .h5 can change a number; it never panics.
func TestFlipped(t *testing.T) {
	want := check(t, mustWrite(t, WriteKeras, little()), nil)
	whole := mustWrite(t, WriteKeras, little())
	refused := 0
	for i := 0; i < len(whole); i += 3 {
		whole[i] ^= 1 << (i % 8)
		got := check(t, whole, nil)
		if got == nil {
			refused++
		} else if !reflect.DeepEqual(got.Steps, want.Steps) || !reflect.DeepEqual(got.Input, want.Input) {
			t.Errorf("bit %d of byte %d: other numbers", i%8, i)
		}
		whole[i] ^= 1 << (i % 8)
	}
	if refused < len(whole)/3*9/10 {
		t.Errorf("only %d of %d damaged files are refused", refused, len(whole)/3)
	}
	for name, data := range map[string][]byte{
		".h5": mustWrite(t, WriteH5, little()), ".weights.h5": mustWrite(t, WriteWeights, little()),
	} {
		var model []byte
		if name == ".weights.h5" {
			model = whole
		}
		for i := 0; i < len(data); i += 3 {
			data[i] ^= 1 << (i % 8)
			check(t, data, model)
			data[i] ^= 1 << (i % 8)
		}
	}
}

// bomb returns a zip file whose config.json is so many zeros, and says that it is claimed bytes.
func bomb(t *testing.T, zeros int, claimed uint64) []byte {
	t.Helper()
	var packed, b bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	content := make([]byte, zeros)
	w.Write(content)
	w.Close()
	z := zip.NewWriter(&b)
	part, err := z.CreateRaw(&zip.FileHeader{Name: configFile, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: claimed})
	if err != nil {
		t.Fatal(err)
	}
	part.Write(packed.Bytes())
	z.Close()
	return b.Bytes()
}

// A zip file that unpacks to more than it should is refused, by what it says and by what it is.
func TestBomb(t *testing.T) {
	for _, c := range []struct {
		zeros   int
		claimed uint64
		want    string
	}{{64 << 20, 64 << 20, "wanted at most 1048576 bytes"}, {64 << 20, 1000, "config.json"}} {
		data := bomb(t, c.zeros, c.claimed)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(data, "f")
		runtime.ReadMemStats(&after)
		taken := after.TotalAlloc - before.TotalAlloc
		if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) || taken > 64<<20 {
			t.Errorf("%d zeros that claim to be %d bytes: %v, %d bytes taken", c.zeros, c.claimed, err, taken)
		}
	}
}

func FuzzRead(f *testing.F) {
	whole := mustWrite(f, WriteKeras, little())
	f.Add(whole, []byte(nil))
	f.Add(mustWrite(f, WriteH5, columns()), []byte(nil))
	f.Add(mustWrite(f, WriteWeights, little()), whole)
	for _, path := range []string{"testdata/keras/functional.h5", "testdata/keras2/functional.h5"} {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, []byte(nil))
	}
	f.Fuzz(func(t *testing.T, data, model []byte) {
		if len(model) == 0 {
			model = nil
		}
		check(t, data, model)
	})
}
