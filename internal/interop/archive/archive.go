// Package archive reads the members of a zip file that is in memory, as .npz and .pt files are, within bounds that
// follow from the size of the file. It knows nothing of what is in them. The format is PKWARE's APPNOTE.TXT 6.3.10.
package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"dnn/internal/fault"
)

// A file may claim this many bytes in all for each of its own, and some more: trained weights hardly compress, zeros
// compress a thousand times.
const (
	maxRatio = 16
	allowed  = 12 << 20
)

// Archive is a zip file.
type Archive struct {
	data  []byte
	where string
	names []string
	total int // bytes of all members
	files map[string]*zip.File
}

// Is reports whether data starts as a zip file does.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// MaxEnd is how many bytes at the end of a zip file have the record that ends it: its own 22, then a comment. [4.3.16]
const MaxEnd = 22 + 1<<16 - 1

// HasEnd reports whether end, the last bytes of a file, has the record that ends a zip file.
func HasEnd(end []byte) bool { return bytes.Contains(end, []byte("PK\x05\x06")) }

// HasMember reports whether data is a zip file with a member whose name is wanted.
func HasMember(data []byte, wanted func(name string) bool) bool {
	if !Is(data) {
		return false
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data))) // not Open: of what it refuses, the reader tells why
	return err == nil && slices.ContainsFunc(r.File, func(f *zip.File) bool { return wanted(f.Name) })
}

// Open reads the directory of a zip file. It refuses one whose members would be far larger than the file, has two
// members of one name, or is encrypted.
func Open(data []byte, where string) (*Archive, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fault.New(fault.Data, where, "wanted a whole zip file, found one that is damaged or cut: %w", err).
			WithHint("copy or download it again")
	}
	a := &Archive{data: data, where: where, files: map[string]*zip.File{}}
	most := uint64(maxRatio*len(data) + allowed)
	total := uint64(0)
	for _, f := range r.File {
		if a.files[f.Name] != nil {
			return nil, fault.New(fault.Data, where, "wanted a name once in a zip file, found two members %.60q", f.Name)
		}
		if f.Flags&1 != 0 {
			return nil, fault.New(fault.Data, where, "the member %.60q of the zip file is encrypted", f.Name)
		}
		if f.UncompressedSize64 > most-total {
			return nil, fault.New(fault.Data, where,
				"wanted members of at most %d bytes in all, for a zip file of %d, found more at %.60q: a zip bomb?",
				most, len(data), f.Name)
		}
		total += f.UncompressedSize64
		a.total = int(total)
		a.files[f.Name] = f
		a.names = append(a.names, f.Name)
	}
	return a, nil
}

// Names returns the names of the members in the order of the directory.
func (a *Archive) Names() []string { return a.names }

// Bytes returns the number of bytes of all members.
func (a *Archive) Bytes() int { return a.total }

// Has reports whether there is a member of the name.
func (a *Archive) Has(name string) bool { return a.files[name] != nil }

// Read returns the content of a member, which must have the size and the CRC-32 that the directory says. It may be a
// part of the file's own bytes. A CRC-32 of 0 is not compared: PyTorch writes none with set_crc32_options(False).
func (a *Archive) Read(name string) ([]byte, error) {
	f := a.files[name]
	if f == nil {
		return nil, fault.New(fault.Data, a.where, "wanted a member %.60q in the zip file, found none", name)
	}
	content, err := a.content(f)
	if err != nil {
		return nil, fault.New(fault.Data, a.where, "the member %.60q of the zip file is damaged: %w", name, err).
			WithHint("copy or download the file again")
	}
	return content, nil
}

func (a *Archive) content(f *zip.File) ([]byte, error) {
	at, err := f.DataOffset()
	if err != nil {
		return nil, err
	}
	if at > int64(len(a.data)) || f.CompressedSize64 > uint64(int64(len(a.data))-at) {
		return nil, zip.ErrFormat
	}
	if !a.named(f, int(at)) {
		return nil, errors.New("its name is another one than the directory says")
	}
	if f.Method != zip.Store {
		return inflate(f)
	}
	end := at + int64(f.CompressedSize64)
	if f.CompressedSize64 != f.UncompressedSize64 {
		return nil, zip.ErrFormat
	}
	content := a.data[at:end:end]
	if f.CRC32 != 0 && crc32.ChecksumIEEE(content) != f.CRC32 {
		return nil, zip.ErrChecksum
	}
	return content, nil
}

// named reports whether the header before a member, whose content is at the given offset, has the name that the directory
// has: a bit of that may have flipped, and no checksum is over it. The header ends with the name and extra fields.
func (a *Archive) named(f *zip.File, at int) bool {
	const fixed, signature = 30, "PK\x03\x04"
	for extra := range 1 << 16 {
		begin := at - extra - len(f.Name) - fixed
		if begin < 0 {
			return false
		}
		h := a.data[begin:at]
		if string(h[:len(signature)]) == signature && binary.LittleEndian.Uint16(h[28:]) == uint16(extra) &&
			binary.LittleEndian.Uint16(h[26:]) == uint16(len(f.Name)) {
			return string(h[fixed:fixed+len(f.Name)]) == f.Name
		}
	}
	return false
}

// inflate reads a compressed member, and compares its CRC-32. Its memory grows as bytes arrive, up to the size that the directory says.
func inflate(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	if f.UncompressedSize64 <= maxRatio*f.CompressedSize64 { // else the size may be a lie
		b.Grow(int(f.UncompressedSize64) + bytes.MinRead)
	}
	n, err := io.Copy(&b, io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil {
		return nil, err
	}
	if n != int64(f.UncompressedSize64) {
		return nil, errors.New("it has another size than the directory says")
	}
	return b.Bytes(), nil
}
