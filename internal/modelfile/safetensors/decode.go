package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"dnn/internal/fault"
)

const damagedHint = "copy it again from where it was whole, or train again"

// Decode reads a file that Encode wrote, up to r's end, and checks all of it. Errors are fault.Data and name where. What
// it allocates is bounded by what r really holds, whatever the header claims.
func Decode(r io.Reader, where string) (*File, error) {
	header, err := readHeader(r, where)
	if err != nil {
		return nil, err
	}
	if !sealed(header) {
		// Told before the tensors are read: somebody else's file may be larger than memory.
		return nil, unsealed(header, where)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, readFault(where, err)
	}
	if err := checkDigest(header, data, where); err != nil {
		return nil, err
	}
	f, err := parse(header, data)
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

// checkDigest compares the file with its seal. Where they differ because the file is too short or too long, it says that.
func checkDigest(header, data []byte, where string) error {
	found := fileDigest(header, data)
	want := string(header[len(sealPrefix):][:digestBytes])
	if found == want {
		return nil
	}
	printable := strconv.Quote(want) // it may be what was damaged
	err := fault.New(fault.Data, where, "damaged: SHA-256 is %s, wanted %s", found, printable[1:len(printable)-1])
	if _, entries, e := parseHeader(header); e == nil {
		frame := lengthBytes + len(header)
		switch size := dataBytes(entries); {
		case len(data) < size:
			err = fault.New(fault.Data, where, "truncated: %d bytes wanted, %d found", frame+size, frame+len(data))
		case len(data) > size:
			err = fault.New(fault.Data, where, "damaged: bytes after its end (%d wanted, %d found)", frame+size, frame+len(data))
		}
	}
	return err.WithHint(damagedHint)
}

// parse returns the content of a file whose seal holds. Its errors are for files that somebody sealed by other means.
func parse(header, data []byte) (*File, error) {
	metadata, entries, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	delete(metadata, sealKey)
	if len(metadata) != 1 {
		return nil, fmt.Errorf("header: want one document in %s beside the seal, found %d", metadataKey, len(metadata))
	}
	f := &File{Digest: string(header[len(sealPrefix):][:digestBytes])}
	for key, document := range metadata { // the only one
		f.Key, f.Document = key, document
	}
	if size := dataBytes(entries); size != len(data) {
		return nil, fmt.Errorf("its tensors take %d bytes, found %d", size, len(data))
	}
	for _, e := range entries {
		t := Tensor{Name: e.name, Shape: e.Shape, Data: make([]float32, (e.Offsets[1]-e.Offsets[0])/elementBytes)}
		for i := range t.Data {
			t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[e.Offsets[0]+i*elementBytes:]))
		}
		f.Tensors = append(f.Tensors, t)
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
