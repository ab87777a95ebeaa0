package mnist

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"dnn/internal/mnist/mnisttest"
)

func TestReadIDX(t *testing.T) {
	data := pixels(4)
	for _, wrap := range []func(io.Reader) io.Reader{
		func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader,
	} {
		h, got, err := readIDX(wrap(bytes.NewReader(mnisttest.IDX(data, 4, 3, 2))), 3, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(h.Dims, []int{4, 3, 2}) || h.elements() != 24 || h.bytes() != 16 || h.String() != "4 x 3 x 2" {
			t.Errorf("header %v: %d elements after %d bytes", h, h.elements(), h.bytes())
		}
		if !bytes.Equal(got, data) {
			t.Errorf("data %v, wanted %v", got, data)
		}
	}
}

// TestReadIDXLarge reads more than the first allocation holds.
func TestReadIDXLarge(t *testing.T) {
	data := bytes.Repeat([]byte{1, 2, 3, 4, 5}, 100_000)
	_, got, err := readIDX(bytes.NewReader(mnisttest.IDX(data, len(data))), 1, 0)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
}

// brokenIDX are files with one thing wrong, and what the error says of it. The rank wanted is 3.
var brokenIDX = []struct {
	name string
	data []byte
	want string
}{
	{"empty", nil, "ends after 0 bytes, inside its header of 16"},
	{"inside the magic", []byte{0, 0, 8}, "ends after 3 bytes, inside its header of 16"},
	{"inside the dimensions", mnisttest.IDX(nil, 4, 3, 2)[:13], "ends after 13 bytes, inside its header of 16"},
	{"text", []byte("<html><body>"), "is not an IDX file: it begins with 3c 68 74 6d, wanted 00 00 08 03"},
	{"gzip", mnisttest.Gzip(pixels(4)), "is compressed with gzip"},
	{"type", append([]byte{0, 0, 0x0d, 3}, make([]byte, 12)...),
		"has elements of float32 (type 0x0d), wanted unsigned bytes"},
	{"unknown type", append([]byte{0, 0, 0x7f, 3}, make([]byte, 12)...), "has elements of unknown type 0x7f"},
	{"rank", mnisttest.IDX(pixels(4), 24), "has 1 dimension, wanted 3"},
	{"no images", mnisttest.IDX(nil, 0, 3, 2), "dimension 1 of 3 is 0, wanted at least 1"},
	{"no width", mnisttest.IDX(nil, 4, 3, 0), "dimension 3 of 3 is 0, wanted at least 1"},
	{"huge", mnisttest.IDX(nil, 1<<31, 1<<31, 1<<31), "declares at least 2147483648 elements, more than the 1073741824"},
	{"product", mnisttest.IDX(nil, 1<<16, 1<<16, 1<<16), "declares at least 4294967296 elements"},
	{"short", mnisttest.IDX(pixels(4)[:23], 4, 3, 2), "has 39 bytes, wanted 40 (a header of 16 and 4 x 3 x 2 bytes)"},
	{"header alone", mnisttest.IDX(nil, 4, 3, 2), "has 16 bytes, wanted 40"},
	{"long", mnisttest.IDX(append(pixels(4), 0), 4, 3, 2), "goes on after byte 40, where its header (4 x 3 x 2) ends it"},
}

func TestReadIDXErrors(t *testing.T) {
	for _, c := range brokenIDX {
		t.Run(c.name, func(t *testing.T) {
			_, data, err := readIDX(bytes.NewReader(c.data), 3, 0)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, wanted %q", err, c.want)
			}
			if data != nil {
				t.Error("data in spite of the error")
			}
		})
	}
	broken := errors.New("disk on fire")
	for n := range 41 {
		r := io.MultiReader(bytes.NewReader(mnisttest.IDX(pixels(4), 4, 3, 2)[:n]), iotest.ErrReader(broken))
		if _, _, err := readIDX(r, 3, 0); !errors.Is(err, broken) {
			t.Errorf("reader that fails after %d bytes: error %v", n, err)
		}
	}
}

// TestReadIDXAllocation checks that a header's word is not enough to get memory.
func TestReadIDXAllocation(t *testing.T) {
	file := mnisttest.IDX(make([]byte, 1000), 1<<30)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := readIDX(bytes.NewReader(file), 1, 0)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Error("no error")
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated for a file of %d", n, len(file))
	}
}

func FuzzReadIDX(f *testing.F) {
	f.Add(mnisttest.IDX(pixels(4), 4, 3, 2), 3)
	f.Add(mnisttest.IDX([]byte{0, 1, 2}, 3), 1)
	f.Add([]byte{0, 0, idxInt, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7}, 2)
	for _, c := range brokenIDX {
		f.Add(c.data, 3)
	}
	f.Fuzz(func(t *testing.T, file []byte, rank int) {
		if rank < 0 || rank > 255 {
			return
		}
		h, data, err := readIDX(bytes.NewReader(file), rank, 0)
		if err != nil {
			if data != nil {
				t.Error("data in spite of the error")
			}
			return
		}
		// What was read is the file, nothing else.
		again := mnisttest.IDX(data, h.Dims...)
		if rank == 2 {
			again[2] = idxInt
		}
		if !bytes.Equal(again, file) {
			t.Errorf("read %v with %d bytes from % x", h, len(data), file)
		}
	})
}
