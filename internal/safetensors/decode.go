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

const damagedHint = "copy it again from where it was whole, or train again"

// Decode reads a file that Encode wrote, up to r's end, and checks all of it. Errors are fault.Data and name where. What
// it reads is what the header promises, and a little more if there is more; what it allocates is bounded by what r really holds,
// whatever the header claims.
func Decode(r io.Reader, where string) (*File, error) {
	in := bufio.NewReader(r)
	header, err := readHeader(in, where)
	if err != nil {
		return nil, err
	}
	if !sealed(header) {
		// Told before the tensors are read: somebody else's file may be larger than memory.
		return nil, unsealed(header, where)
	}
	metadata, entries, err := parseHeader(header)
	if err != nil {
		// Nor does a damaged header say where the file ends, up to which the seal would have to be computed.
		return nil, fault.New(fault.Data, where, "header: %w", err).WithHint(damagedHint)
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

// readHeader reads the header's length and the header. It grows its buffer as bytes arrive.
func readHeader(r io.Reader, where string) ([]byte, error) {
	var length [lengthBytes]byte
	if n, err := io.ReadFull(r, length[:]); err != nil {
		if n == 0 && errors.Is(err, io.EOF) {
			return nil, fault.New(fault.Data, where, "empty file")
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, readFault(where, err)
		}
		return nil, fault.New(fault.Data, where, "truncated: it ends after %s, within its first number", fault.Count(n, "byte")).
			WithHint(damagedHint)
	}
	want := binary.LittleEndian.Uint64(length[:])
	if want < 2 || want > maxHeader {
		return nil, fault.New(fault.Data, where, "damaged, or not a safetensors file: its header would have %s, the most is %d",
			fault.Count(want, "byte"), maxHeader)
	}
	var b bytes.Buffer
	n, err := io.CopyN(&b, r, int64(want))
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Data, where, "truncated: its header has %d bytes, the file ends after %d of them", want, n).
			WithHint(damagedHint)
	}
	if err != nil {
		return nil, readFault(where, err)
	}
	return b.Bytes(), nil
}

// sealed reports whether the header starts as Encode starts it.
func sealed(header []byte) bool {
	return bytes.HasPrefix(header, []byte(sealPrefix)) && len(header) > len(sealPrefix)+digestBytes
}

// unsealed says why a header that does not start with the seal is none of dnn's.
func unsealed(header []byte, where string) error {
	metadata, _, err := splitHeader(header)
	if err != nil {
		return fault.New(fault.Data, where, "damaged, or not a safetensors file: its header: %w", err)
	}
	if _, ok := metadata[sealKey]; ok {
		return fault.New(fault.Data, where, "a safetensors file that another program saved again: its SHA-256 is not where dnn puts it").
			WithHint("use the file as dnn wrote it")
	}
	return fault.New(fault.Data, where, "a safetensors file, but not one that dnn wrote")
}

// body is what follows a header.
type body struct {
	in      io.Reader
	sum     hash.Hash // of the file so far
	found   int       // bytes
	tensors []Tensor
}

// maxExcess is how far a file is read beyond its end, to say how long it is. Of a longer one that is not said.
const maxExcess = 64 << 10

// read reads the tensors, and what is there behind them. That the file ends too early is no error yet.
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

// fill reads as many bytes as buf has, fewer only at the end.
func (b *body) fill(buf []byte) (int, error) {
	n, err := io.ReadFull(b.in, buf)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	b.sum.Write(buf[:n])
	b.found += n
	return n, err
}

// appendFloats appends what bytes hold to values, of which there will be so many more if the header is right. They get their
// memory as they arrive.
func appendFloats(values []float32, bytes []byte, wanted int) []float32 {
	if n := len(bytes) / elementBytes; cap(values)-len(values) < n {
		grown := make([]float32, len(values), len(values)+min(wanted, max(len(values), n)))
		copy(grown, values)
		values = grown
	}
	for ; len(bytes) > 0; bytes = bytes[elementBytes:] {
		values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(bytes)))
	}
	return values
}

// check compares the file with its seal. Where they differ because the file is too short or too long, it says that.
func (b *body) check(header []byte, entries []entry, where string) error {
	found, want := hex.EncodeToString(b.sum.Sum(nil)), string(header[len(sealPrefix):][:digestBytes])
	frame, size := lengthBytes+len(header), dataBytes(entries)
	switch {
	case found == want && b.found == size:
		return nil
	case found == want: // somebody sealed it by other means
		return fault.New(fault.Data, where, "its tensors take %d bytes, found %d", size, b.found)
	case b.found < size:
		return fault.New(fault.Data, where, "truncated: %d bytes wanted, %d found", frame+size, frame+b.found).WithHint(damagedHint)
	case b.found > size+maxExcess:
		return fault.New(fault.Data, where, "damaged: bytes after its end (%d wanted, more than %d found)", frame+size, frame+size+maxExcess).
			WithHint(damagedHint)
	case b.found > size:
		return fault.New(fault.Data, where, "damaged: bytes after its end (%d wanted, %d found)", frame+size, frame+b.found).WithHint(damagedHint)
	}
	printable := strconv.Quote(want) // it may be what was damaged
	return fault.New(fault.Data, where, "damaged: SHA-256 is %s, wanted %s", found, printable[1:len(printable)-1]).WithHint(damagedHint)
}

// assemble returns the content of a file whose seal holds. Its errors are for files that somebody sealed by other means.
func assemble(header []byte, metadata map[string]string, tensors []Tensor) (*File, error) {
	delete(metadata, sealKey)
	if len(metadata) != 1 {
		return nil, fmt.Errorf("want one document in %s beside the seal, found %d", metadataKey, len(metadata))
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

// readFault is an error while reading that is the system's, not the file's.
func readFault(where string, err error) error {
	return fault.New(fault.Data, where, "cannot read: %w", err)
}
