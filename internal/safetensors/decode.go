package safetensors

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"strconv"

	"dnn/internal/fault"
)

// Decode reads a file that Encode wrote, up to the end of r, and checks it. Its errors are of kind fault.Data and name
// where. It reads little more than the header promises, and its memory is bounded by what r really holds, whatever the
// header claims.
func Decode(r io.Reader, where string) (*File, error) {
	in := bufio.NewReader(r)
	header, err := readHeader(in, where)
	if err != nil {
		return nil, err
	}
	if !sealed(header) {
		// Before the tensors are read: the file of another program may be larger than memory.
		return nil, unsealed(header, where)
	}
	metadata, entries, err := parseHeader(header)
	if err != nil {
		// A damaged header does not say where the file ends, so the seal cannot be checked.
		return nil, damaged(where, "header: %w", err)
	}
	b := body{in: in, sum: headerDigest(header)}
	if err := b.read(entries); err != nil {
		return nil, readFault(where, err)
	}
	if err := b.check(header, entries, where); err != nil {
		return nil, err
	}
	f, err := assemble(header, metadata, b.tensors)
	if err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	return f, nil
}

// readHeader reads the length of the header, and the header. Its buffer grows as bytes arrive.
func readHeader(r io.Reader, where string) ([]byte, error) {
	var length [lengthBytes]byte
	if n, err := io.ReadFull(r, length[:]); err != nil {
		if n == 0 && errors.Is(err, io.EOF) {
			return nil, fault.New(fault.Data, where, "empty file")
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, readFault(where, err)
		}
		return nil, damaged(where, "truncated: it ends after %s, within its first number", fault.Count(n, "byte"))
	}
	size := binary.LittleEndian.Uint64(length[:])
	if size < 2 || size > maxHeader {
		return nil, fault.New(fault.Data, where,
			"damaged, or not a safetensors file: its header would have %s, the most is %d",
			fault.Count(size, "byte"), maxHeader)
	}
	var b bytes.Buffer
	n, err := io.CopyN(&b, r, int64(size))
	if errors.Is(err, io.EOF) {
		return nil, damaged(where, "truncated: its header has %d bytes, the file ends after %d of them", size, n)
	}
	if err != nil {
		return nil, readFault(where, err)
	}
	return b.Bytes(), nil
}

// sealed reports whether the header starts as Encode writes it.
func sealed(header []byte) bool {
	return bytes.HasPrefix(header, []byte(sealPrefix)) && len(header) > len(sealPrefix)+digestBytes
}

// unsealed is the error about a header that does not start with dnn's seal.
func unsealed(header []byte, where string) error {
	metadata, _, err := splitHeader(header)
	if err != nil {
		return fault.New(fault.Data, where, "damaged, or not a safetensors file: its header: %w", err)
	}
	if _, ok := metadata[sealKey]; ok {
		err := fault.New(fault.Data, where,
			"a safetensors file that another program saved again: its SHA-256 is not where dnn puts it")
		return err.WithHint("use the file as dnn wrote it")
	}
	return fault.New(fault.Data, where, "a safetensors file, but not one that dnn wrote")
}

// body is what follows the header, as it is being read.
type body struct {
	in      io.Reader
	sum     hash.Hash // of the file so far
	found   int       // bytes so far
	tensors []Tensor
}

// maxExcess is how many bytes are read beyond the end that the header promises, to say how long the file is. Of a
// longer file, an error only says "more than".
const maxExcess = 64 << 10

// read reads the tensors, and the bytes after them. A file that ends too early is not an error here.
func (b *body) read(entries []entry) error {
	buf := make([]byte, 64<<10)
	for _, e := range entries {
		t := Tensor{Name: e.name, Shape: e.Shape}
		for left := e.Offsets[1] - e.Offsets[0]; left > 0; {
			n, err := b.fill(buf[:min(left, len(buf))])
			if err != nil || n%elementBytes != 0 || n == 0 {
				return err
			}
			t.Data = appendFloats(t.Data, buf[:n], left/elementBytes)
			left -= n
		}
		b.tensors = append(b.tensors, t)
	}
	for range maxExcess/len(buf) + 1 {
		if n, err := b.fill(buf); n == 0 {
			return err
		}
	}
	return nil
}

// fill reads into all of buf, or less at the end of the file.
func (b *body) fill(buf []byte) (int, error) {
	n, err := io.ReadFull(b.in, buf)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	b.sum.Write(buf[:n])
	b.found += n
	return n, err
}

// appendFloats appends the float32 values in bytes to values. If the header is right, expected values are still to
// come, these included. Memory grows as they arrive.
func appendFloats(values []float32, bytes []byte, expected int) []float32 {
	if n := len(bytes) / elementBytes; cap(values)-len(values) < n {
		grown := make([]float32, len(values), len(values)+min(expected, max(len(values), n)))
		copy(grown, values)
		values = grown
	}
	for ; len(bytes) > 0; bytes = bytes[elementBytes:] {
		values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(bytes)))
	}
	return values
}

// check compares the file with its seal. If they differ because the file is too short or too long, the error says that.
func (b *body) check(header []byte, entries []entry, where string) error {
	found, wanted := hex.EncodeToString(b.sum.Sum(nil)), string(header[len(sealPrefix):][:digestBytes])
	before, size := lengthBytes+len(header), dataBytes(entries)
	switch {
	case found == wanted && b.found == size:
		return nil
	case found == wanted: // another program sealed it
		return fault.New(fault.Data, where, "wanted %d bytes of tensors, found %d", size, b.found)
	case b.found < size:
		return damaged(where, "truncated: wanted %d bytes, found %d", before+size, before+b.found)
	case b.found > size+maxExcess:
		return damaged(where, "damaged, with bytes after its end: wanted %d, found more than %d",
			before+size, before+size+maxExcess)
	case b.found > size:
		return damaged(where, "damaged, with bytes after its end: wanted %d, found %d", before+size, before+b.found)
	}
	printable := strconv.Quote(wanted) // the damage may be here
	return damaged(where, "damaged: wanted the SHA-256 %s, found %s", printable[1:len(printable)-1], found)
}

// assemble returns the content of a file whose seal is right. Its errors are about files that another program sealed.
func assemble(header []byte, metadata map[string]string, tensors []Tensor) (*File, error) {
	delete(metadata, sealKey)
	if len(metadata) != 1 {
		return nil, fmt.Errorf("wanted one document in %s next to the seal, found %d", metadataKey, len(metadata))
	}
	f := &File{Digest: string(header[len(sealPrefix):][:digestBytes]), Tensors: tensors}
	for key, document := range metadata { // the only one
		f.Key, f.Document = key, document
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	const afterDigest = len(sealPrefix) + digestBytes
	if !bytes.Equal(encodeHeader(f)[afterDigest:], header[afterDigest:]) {
		return nil, errors.New("its header is not written as dnn writes it: another order, spacing or spelling")
	}
	return f, nil
}

// readFault is the error of the system while a file is read.
func readFault(where string, err error) error {
	return fault.New(fault.Data, where, "cannot read: %w", err)
}

const damagedHint = "copy it again from where it was whole, or train again"

// damaged is the error about a file that is not as it was written.
func damaged(where, format string, args ...any) error {
	return fault.New(fault.Data, where, format, args...).WithHint(damagedHint)
}
