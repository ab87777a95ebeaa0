// Package hdf5 reads and writes the part of HDF5 that holds networks: groups, arrays of numbers, and attributes, as
// Keras and h5py store them. Numbers in brackets are sections of the HDF5 File Format Specification, version 3.0.
//
// It writes what h5py does by default: superblock 0, object headers of version 1, groups with symbol tables, contiguous
// data, and strings in a global heap. It reads that, and what newer and compressed files have: superblocks 1 to 3,
// object headers of version 2, compact links, and chunks with deflate and shuffle. Anything else has a name in an
// error.
//
// HDF5 has a checksum for metadata of version 2, which is checked, and none for older metadata and for values: a
// changed byte there can go unnoticed. Whatever the bytes, reading is bounded in work and memory by the limit given to
// Open.
package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

const signature = "\x89HDF\r\n\x1a\n"

// undefined is the address of what is not there.
const undefined = math.MaxUint64

// Is reports whether data begins as an HDF5 file does.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte(signature)) }

// Size returns how many bytes a file has by its superblock, which is at the beginning of start; not ok: it does not say.
// [II]
func Size(start []byte) (size int64, ok bool) {
	if !Is(start) || len(start) < 56 {
		return 0, false
	}
	at := 28 // the address of the end of the file, by the version of the superblock
	switch start[len(signature)] {
	case 0:
		at = 40
	case 1:
		at = 44
	}
	end := binary.LittleEndian.Uint64(start[at:])
	return int64(end), end <= math.MaxInt64
}

// File is an HDF5 file in memory. It must not be used by two goroutines at once.
type File struct {
	data    []byte
	where   string
	left    int64 // how many bytes may still be looked at or made
	root    *Object
	objects map[uint64]*Object           // by address
	heaps   map[uint64]map[uint64][]byte // of global heap collections by address: objects by index
}

// Open reads the superblock and the root group of an HDF5 file. All errors, also those of methods, are of kind
// fault.Data and name where. All that is read from the file, and all that is made of it, can have limit bytes together;
// what would need more is refused.
func Open(data []byte, where string, limit int64) (*File, error) {
	f := &File{
		data: data, where: where, left: limit,
		objects: map[uint64]*Object{}, heaps: map[uint64]map[uint64][]byte{},
	}
	at, err := f.superblock()
	if err == nil {
		f.root, err = f.object(at, "")
	}
	if err != nil {
		return nil, f.fault("", err)
	}
	return f, nil
}

// Root returns the root group.
func (f *File) Root() *Object { return f.root }

// fault makes a fault.Error of an error that concerns the object at path.
func (f *File) fault(path string, err error) error {
	const most = 120
	if len(path) > most {
		path = path[:most] + "..."
	}
	path = strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, path)
	if path != "" {
		path += ": "
	}
	return fault.New(fault.Data, f.where, "HDF5: %s%w", path, err)
}

// superblock returns the address of the root group's object header. [II]
func (f *File) superblock() (root uint64, err error) {
	switch {
	case len(f.data) == 0:
		return 0, fmt.Errorf("empty file")
	case !Is(f.data):
		return 0, fmt.Errorf("wanted an HDF5 file, which begins with %q, found other bytes", signature)
	}
	d := fields{b: f.data[len(signature):]}
	version := d.uint(1)
	var offsets, lengths, base, end uint64
	switch version {
	case 0, 1:
		d.skip(4) // versions of the free space, the root group and shared messages; reserved
		offsets, lengths = d.uint(1), d.uint(1)
		d.skip(9) // reserved; how large groups are; flags
		if version == 1 {
			d.skip(4)
		}
		base = d.uint(8)
		d.skip(8) // free space
		end = d.uint(8)
		d.skip(16) // driver; the name of the root group
		root = d.uint(8)
	case 2, 3:
		offsets, lengths = d.uint(1), d.uint(1)
		d.skip(1)
		base = d.uint(8)
		d.skip(8) // extension
		end, root = d.uint(8), d.uint(8)
		if err := checked(f.data[:min(48, len(f.data))]); err != nil {
			return 0, fmt.Errorf("superblock: %w", err)
		}
	default:
		return 0, fmt.Errorf("wanted a superblock of version 0 to 3, found %d", version)
	}
	switch {
	case d.short:
		return 0, fmt.Errorf("truncated: it ends after %d bytes, within the superblock", len(f.data))
	case offsets != 8 || lengths != 8:
		return 0, fmt.Errorf("wanted addresses and lengths of 8 bytes, found %d and %d", offsets, lengths)
	case base != 0:
		return 0, fmt.Errorf("wanted the base address 0, found %d: a user block is not supported", base)
	case end > uint64(len(f.data)):
		return 0, fmt.Errorf("truncated: wanted %d bytes, found %d", end, len(f.data))
	}
	return root, nil
}

// bytes returns n bytes from address at.
func (f *File) bytes(at, n uint64) ([]byte, error) {
	size := uint64(len(f.data))
	if at > size || n > size-at {
		if at == undefined {
			return nil, fmt.Errorf("wanted an address, found none")
		}
		return nil, fmt.Errorf("wanted %d bytes at address %d, but the file ends at %d", n, at, size)
	}
	return f.data[at : at+n], f.charge(n)
}

// block returns n bytes from address at, which begin with the four letters of name.
func (f *File) block(name string, at, n uint64) (fields, error) {
	b, err := f.bytes(at, n)
	if err != nil {
		return fields{}, err
	}
	if !bytes.HasPrefix(b, []byte(name)) {
		return fields{}, fmt.Errorf("wanted %s at address %d, found %q", name, at, b[:min(4, len(b))])
	}
	return fields{b: b[len(name):]}, nil
}

// charge takes n bytes from what may still be read or made.
func (f *File) charge(n uint64) error {
	if n > uint64(max(f.left, 0)) {
		f.left = 0
		return fmt.Errorf("it would need more memory than a file of %s may: damaged, or made to",
			fault.Count(len(f.data), "byte"))
	}
	f.left -= int64(n)
	return nil
}

// fields takes little-endian numbers from bytes, one after the other. After the end they are 0, and short is set.
type fields struct {
	b     []byte
	short bool
}

// take returns the next n bytes, or nil if there are fewer.
func (d *fields) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.b, d.short = nil, true
		return nil
	}
	taken := d.b[:n:n]
	d.b = d.b[n:]
	return taken
}

func (d *fields) skip(n uint64) { d.take(n) }

// uint returns the next number of n bytes, at most 8.
func (d *fields) uint(n uint64) uint64 {
	var b [8]byte
	copy(b[:], d.take(n))
	return binary.LittleEndian.Uint64(b[:])
}

// text returns the bytes up to a zero byte, which it skips, or all if there is none.
func (d *fields) text() string {
	before, after, _ := bytes.Cut(d.b, []byte{0})
	d.b = after
	return string(before)
}
