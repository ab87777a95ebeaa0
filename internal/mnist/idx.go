package mnist

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"dnn/internal/fault"
)

// An IDX file is a header and the elements in row-major order. The header is two zero bytes, one byte for the type of
// an element, one for the number of dimensions (the rank), and each dimension as a big-endian uint32. Source:
// http://yann.lecun.com/exdb/mnist/.

// maxElements bounds the size that a header may declare. The largest set of this family, EMNIST's byclass, has 0.55e9
// pixels.
const maxElements = 1 << 30

// The types of elements that the MNIST family uses.
const (
	idxUbyte = 0x08
	idxInt   = 0x0c // int32, big-endian
)

// elementOf returns the type of the elements of a file with that rank. Only QMNIST's labels have two dimensions, and
// only they are no bytes (Yadav and Bottou, arXiv:1905.10498).
func elementOf(rank int) byte {
	if rank == 2 {
		return idxInt
	}
	return idxUbyte
}

// idxHeader is the shape of an IDX file.
type idxHeader struct {
	Dims []int // the size of each dimension, at least 1
}

// bytes returns the size of the header itself, in bytes.
func (h idxHeader) bytes() int { return 4 + 4*len(h.Dims) }

// size returns the size of the elements after the header, in bytes.
func (h idxHeader) size() int {
	if elementOf(len(h.Dims)) == idxInt {
		return 4 * h.elements()
	}
	return h.elements()
}

// elements returns the number of elements after the header.
func (h idxHeader) elements() int {
	n := 1
	for _, d := range h.Dims {
		n *= d
	}
	return n
}

// String returns the shape as "60000 x 28 x 28".
func (h idxHeader) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(h.Dims), " ", " x "), "[]")
}

// readHeader reads the header of an IDX file with the given rank, and nothing after it. A dimension
// of 0 or more than 2^30 elements are an error.
func readHeader(r io.Reader, rank int) (idxHeader, error) {
	buf := make([]byte, 4+4*rank)
	n, err := io.ReadFull(r, buf[:4])
	if err != nil {
		return idxHeader{}, headerCutShort(err, n, len(buf))
	}
	if err := checkMagic(buf[:4], rank); err != nil {
		return idxHeader{}, err
	}
	n, err = io.ReadFull(r, buf[4:])
	if err != nil {
		return idxHeader{}, headerCutShort(err, 4+n, len(buf))
	}
	h := idxHeader{Dims: make([]int, rank)}
	elements := uint64(1)
	for i := range h.Dims {
		d := binary.BigEndian.Uint32(buf[4+4*i:])
		if d == 0 {
			return idxHeader{}, fmt.Errorf("dimension %d of %d is 0, wanted at least 1", i+1, rank)
		}
		if elements *= uint64(d); elements > maxElements { // both factors fit 32 bits: no overflow
			return idxHeader{}, fmt.Errorf("declares at least %d elements, more than the %d that dnn reads",
				elements, maxElements)
		}
		h.Dims[i] = int(d)
	}
	return h, nil
}

// readIDX reads an IDX file with the given rank. Anything after its last element is an error. r can
// hold at most the given number of bytes; 0 means that this is unknown. If the header declares no more than that, all
// memory is allocated at once: growing a slice takes twice as much for a while. Otherwise the memory grows with what r
// really holds.
func readIDX(r io.Reader, rank int, possible int64) (idxHeader, []byte, error) {
	h, err := readHeader(r, rank)
	if err != nil {
		return idxHeader{}, nil, err
	}
	wanted := h.size()
	first := min(wanted, 64<<10)
	if int64(wanted) <= possible {
		first = wanted // pages take memory only once they are written to
	}
	data := make([]byte, 0, first)
	for len(data) < wanted {
		if len(data) == cap(data) {
			grown := make([]byte, len(data), min(wanted, 2*cap(data)))
			copy(grown, data)
			data = grown
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF && len(data) < wanted {
			return idxHeader{}, nil, h.checkSize(int64(h.bytes() + len(data)))
		}
		if err != nil && err != io.EOF {
			return idxHeader{}, nil, err
		}
	}
	if err := h.checkEnd(r); err != nil {
		return idxHeader{}, nil, err
	}
	return h, data, nil
}

// skimIDX is readIDX without keeping the elements.
func skimIDX(r io.Reader, rank int) (idxHeader, error) {
	h, err := readHeader(r, rank)
	if err != nil {
		return idxHeader{}, err
	}
	n, err := io.CopyN(io.Discard, r, int64(h.size()))
	switch {
	case errors.Is(err, io.EOF):
		return idxHeader{}, h.checkSize(int64(h.bytes()) + n)
	case err != nil:
		return idxHeader{}, err
	}
	if err := h.checkEnd(r); err != nil {
		return idxHeader{}, err
	}
	return h, nil
}

// checkEnd returns an error if r holds more bytes. Reading to the end also makes a gzip reader check its checksum.
func (h idxHeader) checkEnd(r io.Reader) error {
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return fmt.Errorf("goes on after byte %d, where its header (%s) ends it", h.bytes()+h.size(), h)
	case err != io.EOF:
		return err
	}
	return nil
}

// checkSize compares the size of a file with what its header declares.
func (h idxHeader) checkSize(bytes int64) error {
	if wanted := int64(h.bytes() + h.size()); bytes != wanted {
		return fmt.Errorf("has %s, wanted %d (a header of %d and %s %ss)",
			fault.Count(bytes, "byte"), wanted, h.bytes(), h, map[byte]string{idxUbyte: "byte", idxInt: "number"}[elementOf(len(h.Dims))])
	}
	return nil
}

// checkMagic compares the first four bytes of a file with those of an IDX file of that rank.
func checkMagic(magic []byte, rank int) error {
	element := elementOf(rank)
	wanted := fmt.Sprintf("00 00 %02x %02x", element, rank)
	switch {
	case magic[0] == 0x1f && magic[1] == 0x8b:
		return errors.New("is compressed with gzip, wanted IDX (only a name that ends in .gz may be compressed)")
	case magic[0] != 0 || magic[1] != 0:
		return fmt.Errorf("is not an IDX file: it begins with % x, wanted %s", magic, wanted)
	case magic[2] != element:
		return fmt.Errorf("has elements of %s, wanted %s", elementType(magic[2]), elementType(element))
	case int(magic[3]) != rank:
		return fmt.Errorf("has %s, wanted %d", fault.Count(magic[3], "dimension"), rank)
	}
	return nil
}

func elementType(code byte) string {
	names := map[byte]string{0x08: "unsigned bytes", 0x09: "signed bytes", 0x0b: "int16", 0x0c: "int32", 0x0d: "float32", 0x0e: "float64"}
	if name, ok := names[code]; ok {
		return fmt.Sprintf("%s (type 0x%02x)", name, code)
	}
	return fmt.Sprintf("unknown type 0x%02x", code)
}

// headerCutShort is the error of a file that ends inside its header.
func headerCutShort(err error, got, wanted int) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("ends after %s, inside its header of %d", fault.Count(got, "byte"), wanted)
	}
	return err
}
