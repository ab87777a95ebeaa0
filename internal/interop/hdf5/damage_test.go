package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// readAll reads all that can be read of o and what is below it, groups at most so deep, since a group can contain
// itself.
func readAll(o *Object, depth int) error {
	for _, name := range []string{"name", "names", "float", "variable array", "fixed", "a1"} {
		a, err := o.Attribute(name)
		if err != nil {
			return err
		}
		if a == nil {
			continue
		}
		if _, err := a.Strings(); err != nil && a.Type == String {
			return err
		}
	}
	if o.has(kindLayout) {
		a, err := o.Values()
		if err == nil {
			_, err = a.Floats()
		}
		return err
	}
	names, err := o.Names()
	if err != nil || depth == 0 {
		return err
	}
	for _, name := range names {
		below, err := o.Find(name)
		if err == nil && below != nil { // a damaged name can have a slash
			err = readAll(below, depth-1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// small is a file as Keras writes it, small enough to damage each of its bytes.
func small(t testing.TB) []byte {
	t.Helper()
	var g Group
	g.String("name", "dense")
	g.Floats("vars/0", []int{2, 2}, []float32{1, 2, 3, 4})
	g.Int("vars/1", 7)
	data, err := g.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// check reads data, and fails if an error is none that a user can read.
func check(t testing.TB, data []byte) error {
	t.Helper()
	f, err := Open(data, "f.h5", 32<<20+6*int64(len(data)))
	if err == nil {
		err = readAll(f.Root(), 4)
	}
	if err == nil {
		return nil
	}
	if fault.KindOf(err) != fault.Data {
		t.Fatalf("an error of another kind: %v", err)
	}
	if len(err.Error()) > 400 {
		t.Errorf("an error of %d characters: %v", len(err.Error()), err)
	}
	return err
}

// A truncated file is refused wherever it ends.
func TestTruncated(t *testing.T) {
	data := small(t)
	for n := range data {
		if check(t, data[:n]) == nil {
			t.Errorf("%d of %d bytes: no error", n, len(data))
		}
	}
}

// A flipped bit is refused, or changes a value, since the format has no checksum for values and old metadata; nothing
// panics or grows.
func TestFlipped(t *testing.T) {
	latest, err := os.ReadFile("testdata/latest.h5")
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{small(t), latest} {
		refused := 0
		for i := 0; i < len(data); i += 1 + len(data)/4096 {
			data[i] ^= 1 << (i % 8)
			if check(t, data) != nil {
				refused++
			}
			data[i] ^= 1 << (i % 8)
		}
		if refused < 100 {
			t.Errorf("only %d of %d damaged files are refused", refused, len(data))
		}
	}
}

// Metadata of version 2 has checksums: a damaged byte in it is found.
func TestChecksum(t *testing.T) {
	if got := checksum([]byte("Four score and seven years ago")); got != 0x17770551 {
		t.Errorf("%#x", got) // the value that lookup3.c states
	}
	latest, err := os.ReadFile("testdata/latest.h5")
	if err != nil {
		t.Fatal(err)
	}
	latest[40]++ // in the superblock
	if err := check(t, latest); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a damaged superblock: %v", err)
	}
}

// What a file claims does not decide how much memory it gets.
func TestHuge(t *testing.T) {
	data := small(t)
	at := bytes.Index(data, []byte{2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}) // the shape [2, 2]
	data[at+3] = 0x20
	if err := check(t, data); err == nil {
		t.Error("2^29 rows of 8 bytes: no error")
	}
}

// A group can contain itself; who looks for a path in it still comes to an end.
func TestCycle(t *testing.T) {
	data := small(t)
	root := binary.LittleEndian.Uint64(data[64:])
	vars := mustFind(t, mustOpen(t, data), "vars").at
	entry := bytes.Index(data, binary.LittleEndian.AppendUint64(nil, vars))
	binary.LittleEndian.PutUint64(data[entry:], root)
	f := mustOpen(t, data)
	if o := mustFind(t, f, "vars/vars/vars"); o != f.Root() {
		t.Errorf("found %q", o.Path())
	}
}

// Long and odd names do not make long and odd errors.
func TestLongName(t *testing.T) {
	var g Group
	g.Int(strings.Repeat("\x1b", 5000)+"/"+strings.Repeat("y", 5000), 1)
	data, err := g.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(data, []byte{8, 0, 24, 0}) // the layout
	data[at+8] = 9
	if err := check(t, data); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
}

// A chunk that unpacks to more than it should, or to more than the limit, is refused.
func TestInflate(t *testing.T) {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(make([]byte, 1<<20))
	z.Close()
	for _, size := range []uint64{1<<20 - 1, 1 << 19, 1<<20 + 1} {
		if _, err := new(inflater).read(b.Bytes(), size); err == nil {
			t.Errorf("%d zeros as %d: no error", 1<<20, size)
		}
	}
	c := &chunks{f: &File{left: 1 << 19}, size: 1 << 20, filters: []filter{{id: filterDeflate}}}
	if _, err := c.unfilter(b.Bytes(), 0); err == nil {
		t.Error("1 MB with a limit of 512 KB: no error")
	}
	// A chunk that does not become smaller is stored as it is, with the filter's bit set.
	if got, err := c.unfilter(b.Bytes(), 1); err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("a chunk without its filter: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(small(f))
	for _, name := range []string{"earliest.h5", "latest.h5"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { _ = check(t, data) })
}
