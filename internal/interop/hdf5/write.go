package hdf5

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Group is a group to be written. The zero value is empty.
type Group struct {
	attributes []text
	members    map[string]member
}

// member is a *Group or values.
type member any

// text is an attribute of strings; scalar: of one that is no array.
type text struct {
	name   string
	scalar bool
	values []string
}

// values is a data set of float32, or of one int64.
type values struct {
	shape  []int
	floats []float32
	whole  *int64
}

// Group returns the group at a path from g, names separated by slashes. It makes what is not there. A path that leads
// through values panics.
func (g *Group) Group(path string) *Group {
	for name := range strings.SplitSeq(path, "/") {
		below, ok := g.members[name].(*Group)
		if !ok {
			below = &Group{}
			g.add(name, below)
		}
		g = below
	}
	return g
}

func (g *Group) add(name string, m member) {
	if g.members == nil {
		g.members = map[string]member{}
	}
	if _, ok := g.members[name]; ok || name == "" {
		panic(fmt.Sprintf("hdf5: wanted one member %q, found more", name))
	}
	g.members[name] = m
}

// under returns the group above the last name of a path, and that name.
func (g *Group) under(path string) (*Group, string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return g.Group(path[:i]), path[i+1:]
	}
	return g, path
}

// Floats adds a data set of float32, in row-major order, at a path; its groups are made.
func (g *Group) Floats(path string, shape []int, floats []float32) {
	count := 1
	for _, n := range shape {
		count *= n
	}
	if count != len(floats) {
		panic(fmt.Sprintf("hdf5: wanted %v numbers, found %d", shape, len(floats)))
	}
	above, name := g.under(path)
	above.add(name, values{shape: shape, floats: floats})
}

// Int adds a data set of one int64, a scalar, at a path; its groups are made.
func (g *Group) Int(path string, v int64) {
	above, name := g.under(path)
	above.add(name, values{whole: &v})
}

// String adds an attribute that is a string.
func (g *Group) String(name, value string) {
	g.attributes = append(g.attributes, text{name: name, scalar: true, values: []string{value}})
}

// Strings adds an attribute that is an array of strings.
func (g *Group) Strings(name string, values []string) {
	g.attributes = append(g.attributes, text{name: name, values: values})
}

const (
	superblockSize = 96
	internalK      = 16 // half of the entries of a B-tree node
	leafK          = 4  // half of the entries of a symbol table node
)

// writer builds a file from its beginning to its end: what is pointed to comes first.
type writer struct {
	b      []byte
	leafK  int
	heap   []byte            // objects of the global heap
	at     map[string]uint64 // of strings: their index in the heap
	heapAt uint64
}

// Bytes returns the file whose root group is g. The same groups give the same bytes. An error says that there are more
// strings or longer ones than a file of this kind can hold.
func (g *Group) Bytes() ([]byte, error) {
	w := &writer{b: make([]byte, superblockSize), leafK: leafK, at: map[string]uint64{}}
	if err := w.plan(g); err != nil {
		return nil, err
	}
	w.putHeap()
	root := w.group(g)
	w.superblock(root)
	return w.b, nil
}

// plan collects all strings, and finds out how large symbol table nodes must be, so that a B-tree needs one level.
func (w *writer) plan(g *Group) error {
	for _, a := range g.attributes {
		if size := 128 + len(a.name) + 16*len(a.values); size > math.MaxUint16 {
			return fmt.Errorf("attribute %s: its %d strings do not fit into an object header", a.name, len(a.values))
		}
		for _, s := range a.values {
			if _, ok := w.at[s]; ok || s == "" {
				continue
			}
			w.at[s] = uint64(len(w.at) + 1)
			if len(w.at) > math.MaxUint16 || len(s) > math.MaxInt32 {
				return fmt.Errorf("attribute %s: wanted at most 65535 strings in a file", a.name)
			}
			w.heap = w.number(w.heap, 2, w.at[s], 2, 1, 4, 0, 8, uint64(len(s)))
			w.heap = pad(append(w.heap, s...))
		}
	}
	w.leafK = max(w.leafK, (len(g.members)+4*internalK-1)/(4*internalK))
	if w.leafK > math.MaxUint16/2 {
		return fmt.Errorf("wanted at most %d members of a group, found %d", math.MaxUint16, len(g.members))
	}
	for _, name := range slices.Sorted(maps.Keys(g.members)) {
		if below, ok := g.members[name].(*Group); ok {
			if err := w.plan(below); err != nil {
				return err
			}
		}
	}
	return nil
}

// number appends numbers: pairs of how many bytes one has, and its value.
func (*writer) number(b []byte, pairs ...uint64) []byte {
	var eight [8]byte
	for i := 0; i < len(pairs); i += 2 {
		binary.LittleEndian.PutUint64(eight[:], pairs[i+1])
		b = append(b, eight[:pairs[i]]...)
	}
	return b
}

func pad(b []byte) []byte { return append(b, make([]byte, padded(len(b))-len(b))...) }

// put appends a block at the next multiple of 8 and returns its address.
func (w *writer) put(block []byte) uint64 {
	w.b = pad(w.b)
	at := len(w.b)
	w.b = append(w.b, block...)
	return uint64(at)
}

// putHeap writes the strings. [III.E]
func (w *writer) putHeap() {
	if len(w.heap) == 0 {
		return
	}
	const head, smallest = 16, 4096
	size := max(smallest, head+len(w.heap)+head)
	block := w.number([]byte("GCOL"), 4, 1, 8, uint64(size))
	block = append(block, w.heap...)
	block = w.number(block, 8, 0, 8, uint64(size-len(block))) // free space
	w.heapAt = w.put(append(block, make([]byte, size-len(block))...))
}

// located is where an object is. Of a group, a symbol table also says where its members are.
type located struct {
	header, tree, names uint64
	isGroup             bool
}

// entry is an entry of a symbol table for an object whose name is at that place in its heap. [III.C]
func (w *writer) entry(b []byte, name uint64, o located) []byte {
	cached := uint64(0)
	if o.isGroup {
		cached = 1
	}
	return w.number(b, 8, name, 8, o.header, 4, cached, 4, 0, 8, o.tree, 8, o.names)
}

// group writes a group, and before it its members. [III.A.1, III.D, IV.A.2.r]
func (w *writer) group(g *Group) located {
	sorted := slices.Sorted(maps.Keys(g.members))
	names := pad([]byte{0})
	var nodes, keys []byte
	perNode := 2 * w.leafK
	members := make([]located, len(sorted))
	for i, name := range sorted {
		switch m := g.members[name].(type) {
		case *Group:
			members[i] = w.group(m)
		case values:
			members[i] = w.values(m)
		}
	}
	keys = w.number(keys, 8, 0)
	count := uint64(0)
	for ; len(sorted) > 0; count++ {
		n := min(perNode, len(sorted))
		nodes = w.number([]byte("SNOD"), 1, 1, 1, 0, 2, uint64(n))
		last := uint64(0)
		for i, name := range sorted[:n] {
			last = uint64(len(names))
			names = pad(append(names, name+"\x00"...))
			nodes = w.entry(nodes, last, members[i])
		}
		nodes = append(nodes, make([]byte, 8+40*perNode-len(nodes))...)
		keys = w.number(keys, 8, w.put(nodes), 8, last)
		sorted, members = sorted[n:], members[n:]
	}
	free := uint64(len(names))
	names = w.number(names, 8, 1, 8, 16) // the last free block, of 16 bytes
	namesAt := w.put(names)
	o := located{isGroup: true}
	o.names = w.put(w.number([]byte("HEAP"), 4, 0, 8, uint64(len(names)), 8, free, 8, namesAt))
	tree := w.number([]byte("TREE"), 1, 0, 1, 0, 2, count, 8, undefined, 8, undefined)
	tree = append(tree, keys...)
	o.tree = w.put(append(tree, make([]byte, 24+8*(4*internalK+1)-len(tree))...))
	o.header = w.header(w.message(nil, kindSymbolTable, 0, w.number(nil, 8, o.tree, 8, o.names)), g.attributes)
	return o
}

// values writes a data set. [IV.A.2.b, d, f, i]
func (w *writer) values(v values) located {
	var raw []byte
	datatype := w.number(nil, 1, 0x11, 3, 0x1f20, 4, 4, 2, 0, 2, 32, 1, 23, 1, 8, 1, 0, 1, 23, 4, 127) // float32
	if v.whole != nil {
		raw = w.number(nil, 8, uint64(*v.whole))
		datatype = w.number(nil, 1, 0x10, 3, 8, 4, 8, 2, 0, 2, 64) // int64
	} else {
		raw = make([]byte, 0, 4*len(v.floats))
		for _, f := range v.floats {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
		}
	}
	at := uint64(undefined)
	if len(raw) > 0 {
		at = w.put(raw)
	}
	messages := w.message(nil, kindDataspace, 0, w.space(v.shape...))
	messages = w.message(messages, kindDatatype, 1, datatype)
	messages = w.message(messages, 0x05, 0, w.number(nil, 1, 2, 1, 2, 1, 2, 1, 0)) // fill value: none
	messages = w.message(messages, kindLayout, 0, w.number(nil, 1, 3, 1, 1, 8, at, 8, uint64(len(raw))))
	return located{header: w.header(messages, nil)}
}

func (w *writer) space(shape ...int) []byte {
	b := w.number(nil, 1, 1, 1, uint64(len(shape)), 6, 0)
	for _, n := range shape {
		b = w.number(b, 8, uint64(n))
	}
	return b
}

// message appends a message of a header of version 1. [IV.A.1.a]
func (w *writer) message(b []byte, kind, flags uint64, body []byte) []byte {
	return pad(append(w.number(b, 2, kind, 2, uint64(padded(len(body))), 1, flags, 3, 0), body...))
}

// header writes an object header with messages and attributes. [IV.A.1.a, IV.A.2.m]
func (w *writer) header(messages []byte, attributes []text) uint64 {
	for _, a := range attributes {
		// Strings of variable length in UTF-8; each is a reference of 16 bytes.
		datatype := w.number(nil, 1, 0x19, 3, 0x0101, 4, 16, 4, 0x10, 4, 1, 4, 0x080000)
		space := w.space()
		if !a.scalar {
			space = w.space(len(a.values))
		}
		body := w.number(nil, 2, 1, 2, uint64(len(a.name)+1), 2, 20, 2, uint64(len(space)))
		body = append(pad(append(body, a.name+"\x00"...)), pad(datatype)...)
		body = append(body, space...)
		for _, s := range a.values {
			if s == "" {
				body = w.number(body, 4, 0, 8, 0, 4, 0)
				continue
			}
			body = w.number(body, 4, uint64(len(s)), 8, w.heapAt, 4, w.at[s])
		}
		messages = w.message(messages, kindAttribute, 0, body)
	}
	count := uint64(0)
	for d := (fields{b: messages}); len(d.b) > 0; count++ {
		d.skip(2)
		d.skip(4 + d.uint(2))
	}
	return w.put(append(w.number(nil, 1, 1, 1, 0, 2, count, 4, 1, 4, uint64(len(messages)), 4, 0), messages...))
}

// superblock writes the first block of the file, at last. [II.A]
func (w *writer) superblock(root located) {
	b := w.number([]byte(signature), 4, 0, 1, 0, 1, 8, 1, 8, 1, 0, 2, uint64(w.leafK), 2, internalK, 4, 0)
	b = w.number(b, 8, 0, 8, undefined, 8, uint64(len(w.b)), 8, undefined)
	copy(w.b, w.entry(b, 0, root))
}
