package hdf5

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// filter is what was done to the bytes of a chunk before they were stored. [IV.A.2.l]
type filter struct {
	id     uint64
	values []uint64
}

const (
	filterDeflate = 1
	filterShuffle = 2
)

// Filters that are only named.
var filterNames = map[uint64]string{
	3: "Fletcher-32", 4: "szip", 5: "nbit", 6: "scale and offset",
	32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32015: "Zstandard",
}

// parseFilters returns the filters of a data set in the order in which they were applied.
func parseFilters(body []byte) (all []filter, err error) {
	if body == nil {
		return nil, nil
	}
	d := fields{b: body}
	version, count := d.uint(1), d.uint(1)
	switch version {
	case 1:
		d.skip(6)
	case 2:
	default:
		return nil, fmt.Errorf("wanted filters of version 1 or 2, found %d", version)
	}
	const own = 256 // filters below have no name in version 2
	for range count {
		one := filter{id: d.uint(2)}
		nameSize := uint64(0)
		if version == 1 || one.id >= own {
			nameSize = d.uint(2)
		}
		d.skip(2) // flags
		values := d.uint(2)
		if version == 1 {
			nameSize = padded(nameSize)
		}
		d.skip(nameSize)
		for range values {
			if one.values = append(one.values, d.uint(4)); d.short {
				break
			}
		}
		if version == 1 && values%2 == 1 {
			d.skip(4)
		}
		if d.short {
			return nil, errors.New("filters: truncated")
		}
		if one.id != filterDeflate && one.id != filterShuffle {
			return nil, fmt.Errorf("wanted values that are compressed with gzip, shuffled, or neither, "+
				"found filter %d (%s), which is not supported", one.id, filterNames[one.id])
		}
		all = append(all, one)
	}
	return all, nil
}

// unfilter undoes the filters of a chunk, but those that mask leaves out.
func (c *chunks) unfilter(b []byte, mask uint64) ([]byte, error) {
	for i := len(c.filters) - 1; i >= 0; i-- {
		if mask>>i&1 == 1 {
			continue
		}
		if err := c.f.charge(c.size); err != nil {
			return nil, err
		}
		var err error
		switch one := c.filters[i]; one.id {
		case filterDeflate:
			b, err = c.inflate.read(b, c.size)
		case filterShuffle:
			if len(one.values) != 1 {
				return nil, errors.New("shuffle: wanted the size of an element")
			}
			b = unshuffle(b, one.values[0])
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// inflater decompresses (RFC 1950), one chunk after the other.
type inflater struct{ z io.ReadCloser }

// read returns the size bytes that b is compressed from, with a checksum.
func (f *inflater) read(b []byte, size uint64) (whole []byte, err error) {
	if f.z == nil {
		f.z, err = zlib.NewReader(bytes.NewReader(b))
	} else {
		err = f.z.(zlib.Resetter).Reset(bytes.NewReader(b), nil)
	}
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	whole = make([]byte, size)
	if _, err := io.ReadFull(f.z, whole); err != nil {
		return nil, fmt.Errorf("gzip: wanted %d bytes: %w", size, err)
	}
	if n, err := f.z.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("gzip: wanted %d bytes and their checksum, found more or another", size)
	}
	return whole, nil
}

// unshuffle puts the bytes of elements, of n bytes each, together again: b has first the first bytes of all, and so on.
// What is left over is at the end.
func unshuffle(b []byte, n uint64) []byte {
	if n < 2 {
		return b
	}
	whole := make([]byte, len(b))
	count := uint64(len(b)) / n
	for k := range n {
		for i := range count {
			whole[i*n+k] = b[k*count+i]
		}
	}
	copy(whole[n*count:], b[n*count:])
	return whole
}
