package hdf5

import (
	"errors"
	"fmt"
)

// chunks is a data set that is stored in chunks of one shape; those at its ends are cut off.
type chunks struct {
	f       *File
	element uint64   // bytes
	shape   []uint64 // of the data set
	chunk   []uint64 // of a chunk
	grid    []uint64 // how many chunks there are
	size    uint64   // bytes of a chunk
	filters []filter
	inflate inflater
	raw     []byte // what has been put together
	there   []bool // which chunks have been, in row-major order
}

// chunked returns the values of a chunked data set. d is what follows the class in its layout message. [IV.A.2.i]
func (o *Object) chunked(d *fields, version uint64, a *Array, size uint64) ([]byte, error) {
	filterBody, err := o.message(kindFilters)
	if err != nil {
		return nil, err
	}
	c := &chunks{f: o.f, element: a.stored.size}
	if c.filters, err = parseFilters(filterBody); err != nil {
		return nil, err
	}
	for _, n := range a.Shape {
		c.shape = append(c.shape, uint64(n))
	}
	if version == 3 {
		rank := d.uint(1)
		tree := d.uint(8)
		if err := c.divide(d, rank, 4, size); err != nil {
			return nil, err
		}
		if err := c.tree(tree); err != nil {
			return nil, err
		}
	} else if err := c.index(d, size); err != nil {
		return nil, err
	}
	for i, there := range c.there {
		if !there {
			return nil, fmt.Errorf("chunk %d of %d was never written", i+1, len(c.there))
		}
	}
	return c.raw, nil
}

// divide reads the shape of a chunk, of numbers of n bytes, and makes room for all values.
func (c *chunks) divide(d *fields, rank, n, size uint64) error {
	if rank != uint64(len(c.shape)+1) {
		return fmt.Errorf("wanted chunks of %d dimensions and the size of an element, found %d numbers",
			len(c.shape), rank)
	}
	// There are no more chunks than values, and no more values than may be made.
	if err := c.f.charge(2 * size); err != nil {
		return err
	}
	total := uint64(1)
	c.size = c.element
	for i := range c.shape {
		side := d.uint(n)
		if side == 0 || c.size > uint64(max(c.f.left, 0))/side {
			return fmt.Errorf("wanted chunks of at least one value and at most %d bytes, found a side of %d",
				c.f.left, side)
		}
		c.chunk, c.size = append(c.chunk, side), c.size*side
		c.grid = append(c.grid, (c.shape[i]+side-1)/side)
		total *= c.grid[i]
	}
	if element := d.uint(n); d.short || element != c.element {
		return fmt.Errorf("wanted chunks of elements of %d bytes, found %d", c.element, element)
	}
	c.raw, c.there = make([]byte, size), make([]bool, total)
	return nil
}

// tree reads the chunks that a B-tree of version 1 tells of. Its keys have a chunk's size in bytes, which filters were
// left out, and where it begins. [III.A.1]
func (c *chunks) tree(at uint64) error {
	if at == undefined {
		return errUnwritten
	}
	keySize := 8 + 8*uint64(len(c.shape)+1)
	return c.f.tree(at, 1, keySize, func(key []byte, child uint64) error {
		d := fields{b: key}
		stored, mask := d.uint(4), d.uint(4)
		i := uint64(0)
		for k, side := range c.chunk {
			from := d.uint(8)
			if from%side != 0 || from/side >= c.grid[k] {
				return fmt.Errorf("wanted a chunk at a multiple of %d below %d, found one at %d",
					side, c.shape[k], from)
			}
			i = i*c.grid[k] + from/side
		}
		return c.read(i, child, stored, mask)
	})
}

// index reads the chunks of a layout of version 4. [IV.A.2.i, VII]
func (c *chunks) index(d *fields, size uint64) error {
	const partial, single = 1, 2 // flags
	flags, rank := d.uint(1), d.uint(1)
	n := d.uint(1)
	if n > 8 {
		return fmt.Errorf("wanted dimensions of at most 8 bytes, found %d", n)
	}
	if err := c.divide(d, rank, n, size); err != nil {
		return err
	}
	if flags&partial != 0 {
		return errors.New("chunks that are not filtered at the ends are not supported")
	}
	switch kind := d.uint(1); kind {
	case 1: // a single chunk
		stored, mask := c.size, uint64(0)
		if flags&single != 0 {
			stored, mask = d.uint(8), d.uint(4)
		}
		return c.read(0, d.uint(8), stored, mask)
	case 2: // implicit: all chunks are one after the other
		at := d.uint(8)
		for i := range uint64(len(c.there)) {
			if err := c.read(i, at+i*c.size, c.size, 0); err != nil {
				return err
			}
		}
		return nil
	case 3:
		d.skip(1) // page bits, which the index has too
		return c.fixed(d.uint(8))
	case 4:
		return errors.New("chunks in an extensible array are not supported")
	case 5:
		return errors.New("chunks in a B-tree of version 2 are not supported")
	default:
		return fmt.Errorf("wanted an index of chunks of kind 1 to 5, found %d", kind)
	}
}

// fixed reads the chunks of a fixed array that is not divided into pages. [VII.B]
func (c *chunks) fixed(at uint64) error {
	if at == undefined {
		return errUnwritten
	}
	const headSize = 28
	head, err := c.f.bytes(at, headSize)
	if err != nil {
		return fmt.Errorf("fixed array: %w", err)
	}
	if err := checked(head); err != nil {
		return fmt.Errorf("fixed array: %w", err)
	}
	d := fields{b: head[4:]}
	d.skip(1) // version
	filtered, entry, pageBits, count, data := d.uint(1), d.uint(1), d.uint(1), d.uint(8), d.uint(8)
	if string(head[:4]) != "FAHD" || filtered > 1 || count != uint64(len(c.there)) {
		return fmt.Errorf("fixed array: wanted FAHD with %d chunks, found %q with %d", len(c.there), head[:4], count)
	}
	const smallest = 8 + 4 // address and filter mask of an entry with filters
	if filtered == 0 && entry != 8 || filtered == 1 && (entry <= smallest || entry > smallest+8) {
		return fmt.Errorf("fixed array: wanted entries of 8 bytes, or 13 to 20 with filters, found %d", entry)
	}
	if pageBits > 63 || count > 1<<pageBits {
		return errors.New("chunks in a fixed array with pages are not supported")
	}
	const prefix, sum = 14, 4
	block, err := c.f.bytes(data, prefix+count*entry+sum)
	if err != nil {
		return fmt.Errorf("fixed array: %w", err)
	}
	if err := checked(block); err != nil || string(block[:4]) != "FADB" {
		return fmt.Errorf("fixed array: wanted an undamaged FADB, found %q", block[:4])
	}
	d = fields{b: block[prefix:]}
	for i := range count {
		chunkAt, stored, mask := d.uint(8), c.size, uint64(0)
		if filtered == 1 {
			stored, mask = d.uint(entry-smallest), d.uint(4)
		}
		if err := c.read(i, chunkAt, stored, mask); err != nil {
			return err
		}
	}
	return nil
}

// read puts chunk i, which is stored bytes at that address, to where it belongs.
func (c *chunks) read(i, at, stored, mask uint64) error {
	if i >= uint64(len(c.there)) || c.there[i] {
		return fmt.Errorf("wanted each chunk once, found chunk %d again", i+1)
	}
	c.there[i] = true
	if at == undefined {
		return fmt.Errorf("chunk %d of %d was never written", i+1, len(c.there))
	}
	b, err := c.f.bytes(at, stored)
	if err == nil {
		b, err = c.unfilter(b, mask)
	}
	if err == nil && uint64(len(b)) != c.size {
		err = fmt.Errorf("wanted %d bytes, found %d", c.size, len(b))
	}
	if err != nil {
		return fmt.Errorf("chunk %d of %d: %w", i+1, len(c.there), err)
	}
	from := make([]uint64, len(c.grid))
	for k := len(c.grid) - 1; k >= 0; k-- {
		from[k] = i % c.grid[k] * c.chunk[k]
		i /= c.grid[k]
	}
	c.place(b, from, 0, 0)
	return nil
}

// place copies the part of a chunk from dimension k on, b, to its place. offset is the number of values before it in
// the data set, as far as the dimensions before k say.
func (c *chunks) place(b []byte, from []uint64, k int, offset uint64) {
	n := min(c.chunk[k], c.shape[k]-from[k])
	offset = offset*c.shape[k] + from[k]
	if k == len(c.chunk)-1 {
		copy(c.raw[offset*c.element:], b[:n*c.element])
		return
	}
	part := uint64(len(b)) / c.chunk[k]
	for i := range n {
		c.place(b[i*part:][:part], from, k+1, offset+i)
	}
}
