package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Encode writes f to w and returns the SHA-256 that seals it, in hexadecimal. An error is w's, or says why f cannot be
// written: two tensors of the same name, a shape that does not fit the data, a document that is not JSON.
func Encode(w io.Writer, f *File) (digest string, err error) {
	if err := f.check(); err != nil {
		return "", err
	}
	header := encodeHeader(f)
	if len(header) > maxHeader {
		return "", fmt.Errorf("wanted a header of at most %d bytes, found one of %d", maxHeader, len(header))
	}
	sum := headerDigest(header)
	if err := writeData(sum, f.Tensors); err != nil {
		return "", err
	}
	digest = hex.EncodeToString(sum.Sum(nil))
	copy(header[len(sealPrefix):], digest)
	for _, part := range [][]byte{lengthOf(header), header} {
		if _, err := w.Write(part); err != nil {
			return "", err
		}
	}
	if err := writeData(w, f.Tensors); err != nil {
		return "", err
	}
	return digest, nil
}

// writeData writes the tensors' bytes, a piece at a time: all of them may be more than what is left of the memory.
func writeData(w io.Writer, tensors []Tensor) error {
	const piece = 64 << 10 // whole elements
	buf := make([]byte, 0, piece)
	for i := range tensors {
		for row := range tensors[i].rows() {
			for len(row) > 0 {
				n := min(len(row), (piece-len(buf))/elementBytes)
				for _, x := range row[:n] {
					buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x))
				}
				row = row[n:]
				if len(buf) < piece {
					continue
				}
				if _, err := w.Write(buf); err != nil {
					return err
				}
				buf = buf[:0]
			}
		}
	}
	_, err := w.Write(buf)
	return err
}

// check says what in f Decode would not read back as it was.
func (f *File) check() error {
	if f.Key == "" || f.Key == sealKey || !utf8.ValidString(f.Key) {
		return fmt.Errorf("metadata key: wanted a name other than %q, found %q", sealKey, f.Key)
	}
	if !utf8.ValidString(f.Document) {
		return fmt.Errorf("metadata %s is not UTF-8", f.Key)
	}
	if err := CheckJSON([]byte(f.Document)); err != nil {
		return fmt.Errorf("metadata %s: %w", f.Key, err)
	}
	seen := map[string]bool{metadataKey: true}
	for _, t := range f.Tensors {
		if seen[t.Name] || !utf8.ValidString(t.Name) {
			return fmt.Errorf("tensor name: wanted UTF-8, not %s and not another tensor's name, found %q",
				metadataKey, t.Name)
		}
		seen[t.Name] = true
		if !t.fits() {
			return fmt.Errorf("tensor %s: its shape %v does not fit its %d elements", t.Name, t.Shape, len(t.Data))
		}
	}
	return nil
}

// encodeHeader returns f's header, padded to the alignment. It has zeros in place of the digest.
func encodeHeader(f *File) []byte {
	var b bytes.Buffer
	b.WriteString(sealPrefix)
	b.WriteString(strings.Repeat("0", digestBytes))
	b.WriteString(`",`)
	b.Write(Marshal(f.Key))
	b.WriteByte(':')
	b.Write(Marshal(f.Document))
	b.WriteByte('}')
	begin := 0
	for _, t := range f.Tensors {
		n, _ := elements(t.Shape)
		end := begin + n*elementBytes
		shape := t.Shape
		if shape == nil {
			shape = []int{} // a scalar: "[]", not "null"
		}
		b.WriteByte(',')
		b.Write(Marshal(t.Name))
		b.WriteByte(':')
		b.Write(Marshal(entry{DType: dtype, Shape: shape, Offsets: []int{begin, end}}))
		begin = end
	}
	b.WriteByte('}')
	for b.Len()%alignment != 0 {
		b.WriteByte(' ')
	}
	return b.Bytes()
}

// Marshal returns v as compact JSON, with <, > and & as they are. This is the only spelling of v that a file may have.
// It panics if JSON cannot hold v (a NaN, a channel), which is a bug of the caller.
func Marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("safetensors: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// headerDigest returns a SHA-256 that has hashed the length and the header, with 64 zeros in place of the digest. The
// header must be longer than the seal.
func headerDigest(header []byte) hash.Hash {
	h := sha256.New()
	h.Write(lengthOf(header))
	h.Write(header[:len(sealPrefix)])
	h.Write(bytes.Repeat([]byte("0"), digestBytes))
	h.Write(header[len(sealPrefix)+digestBytes:])
	return h
}

// lengthOf returns the first bytes of a file, which hold the length of its header.
func lengthOf(header []byte) []byte {
	return binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
}
