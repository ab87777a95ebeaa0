package hdf5

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Names returns the names of a group's members in alphabetical order; a data set has none.
func (o *Object) Names() ([]string, error) {
	if err := o.load(); err != nil {
		return nil, o.f.fault(o.path, err)
	}
	return slices.Sorted(maps.Keys(o.members)), nil
}

// Find returns the object at a path from o, names separated by slashes, or nil if there is none.
func (o *Object) Find(path string) (*Object, error) {
	for name := range strings.SplitSeq(path, "/") {
		if name == "" {
			continue
		}
		if err := o.load(); err != nil {
			return nil, o.f.fault(o.path, err)
		}
		at, ok := o.members[name]
		if !ok {
			return nil, nil
		}
		below := strings.TrimPrefix(o.path+"/"+name, "/")
		if at == undefined {
			return nil, o.f.fault(below, errors.New("soft and external links are not supported"))
		}
		next, err := o.f.object(at, below)
		if err != nil {
			return nil, o.f.fault(below, err)
		}
		o = next
	}
	return o, nil
}

// load reads the members of a group.
func (o *Object) load() error {
	if o.members != nil {
		return nil
	}
	members := map[string]uint64{}
	table, err := o.message(kindSymbolTable)
	if err != nil {
		return err
	}
	if table != nil {
		if err := o.f.symbolTable(table, members); err != nil {
			return fmt.Errorf("group: %w", err)
		}
	}
	info, err := o.message(kindLinkInfo)
	if err != nil {
		return err
	}
	if info != nil && dense(info, 8) {
		return errors.New("a group with dense links (in a fractal heap, as libver='latest' has them for more than 8) " +
			"is not supported")
	}
	for _, m := range o.messages {
		if m.kind == kindLink {
			if err := o.f.link(m.body, members); err != nil {
				return fmt.Errorf("link: %w", err)
			}
		}
	}
	o.members = members
	return nil
}

// dense reports whether a message about links or attributes tells of a fractal heap. If it has a creation order, its
// largest has orderSize bytes. [IV.A.2.c, v]
func dense(info []byte, orderSize uint64) bool {
	d := fields{b: info}
	d.skip(1)
	if d.uint(1)&1 != 0 {
		d.skip(orderSize)
	}
	at := d.uint(8)
	return d.short || at != undefined
}

// link adds the member that a link message tells of. [IV.A.2.g]
func (f *File) link(body []byte, members map[string]uint64) error {
	d := fields{b: body}
	version, flags := d.uint(1), d.uint(1)
	if version != 1 {
		return fmt.Errorf("wanted version 1, found %d", version)
	}
	kind := uint64(0)
	if flags&8 != 0 {
		kind = d.uint(1)
	}
	if flags&4 != 0 {
		d.skip(8) // creation order
	}
	if flags&16 != 0 {
		d.skip(1) // character set
	}
	name := string(d.take(d.uint(1 << (flags & 3))))
	at := uint64(undefined)
	if kind == 0 {
		at = d.uint(8)
	}
	if d.short {
		return errors.New("truncated")
	}
	return add(members, name, at)
}

func add(members map[string]uint64, name string, at uint64) error {
	if _, ok := members[name]; ok || name == "" {
		return fmt.Errorf("wanted one member %.80q, found more", name)
	}
	members[name] = at
	return nil
}

// symbolTable adds the members that a B-tree and a heap of names tell of. [IV.A.2.r]
func (f *File) symbolTable(body []byte, members map[string]uint64) error {
	d := fields{b: body}
	tree, heapAt := d.uint(8), d.uint(8)
	if d.short {
		return errors.New("symbol table: truncated")
	}
	h, err := f.block("HEAP", heapAt, 32) // [III.D]
	if err != nil {
		return fmt.Errorf("heap of names: %w", err)
	}
	h.skip(4) // version
	size := h.uint(8)
	h.skip(8) // free list
	names, err := f.bytes(h.uint(8), size)
	if err != nil {
		return fmt.Errorf("heap of names: %w", err)
	}
	return f.tree(tree, 0, 8, func(_ []byte, leaf uint64) error { return f.symbols(leaf, names, members) })
}

// symbols adds the members of a symbol table node. [III.C]
func (f *File) symbols(at uint64, names []byte, members map[string]uint64) error {
	const head, entry = 8, 40
	d, err := f.block("SNOD", at, head)
	if err != nil {
		return err
	}
	d.skip(2)
	count := d.uint(2)
	entries, err := f.bytes(at+head, count*entry)
	if err != nil {
		return err
	}
	d = fields{b: entries}
	for range count {
		name, object, cached := d.uint(8), d.uint(8), d.uint(4)
		d.skip(entry - 20)
		if name >= uint64(len(names)) {
			return fmt.Errorf("wanted a name among %d bytes of names, found it at %d", len(names), name)
		}
		text := (&fields{b: names[name:]}).text()
		if err := f.charge(uint64(len(text))); err != nil {
			return err
		}
		const soft = 2
		if cached == soft {
			object = undefined
		}
		if err := add(members, text, object); err != nil {
			return err
		}
	}
	return nil
}

// tree calls leaf for the entries at level 0 of a B-tree of version 1 whose nodes are of that kind (0: groups, 1:
// chunks) and whose keys have so many bytes, with the key before each. Levels fall, so that it ends. [III.A.1]
func (f *File) tree(at, kind, keySize uint64, leaf func(key []byte, child uint64) error) error {
	return f.node(at, kind, keySize, -1, leaf)
}

func (f *File) node(at, kind, keySize uint64, level int, leaf func(key []byte, child uint64) error) error {
	const head = 24
	d, err := f.block("TREE", at, head)
	if err != nil {
		return err
	}
	foundKind, foundLevel, count := d.uint(1), int(d.uint(1)), d.uint(2)
	if foundKind != kind || level >= 0 && foundLevel != level {
		return fmt.Errorf("node of a B-tree: wanted kind %d and level %d, found kind %d and level %d",
			kind, level, foundKind, foundLevel)
	}
	body, err := f.bytes(at+head, count*(keySize+8))
	if err != nil {
		return fmt.Errorf("node of a B-tree: %w", err)
	}
	d = fields{b: body}
	for range count {
		key, child := d.take(keySize), d.uint(8)
		if foundLevel == 0 {
			err = leaf(key, child)
		} else {
			err = f.node(child, kind, keySize, foundLevel-1, leaf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
