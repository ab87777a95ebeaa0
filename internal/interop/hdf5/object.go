package hdf5

import (
	"errors"
	"fmt"
)

// Object is a group or a data set: a header with messages that say what it is. [IV.A]
type Object struct {
	f        *File
	at       uint64 // address of its header
	path     string // by which it was found first
	messages []message
	members  map[string]uint64 // of a group: addresses of objects by name; nil before they are needed
}

// message is a part of an object header.
type message struct {
	kind   uint64
	shared bool // the body only says where the message is
	body   []byte
}

// The kinds of messages that are read. [IV.A.2]
const (
	kindDataspace    = 0x01
	kindLinkInfo     = 0x02
	kindDatatype     = 0x03
	kindLink         = 0x06
	kindExternal     = 0x07
	kindLayout       = 0x08
	kindFilters      = 0x0b
	kindAttribute    = 0x0c
	kindContinuation = 0x10
	kindSymbolTable  = 0x11
	kindAttributes   = 0x15
)

// Path returns the names of the groups that lead to the object, and its own, separated by slashes; empty for the root.
func (o *Object) Path() string { return o.path }

// object reads the object whose header is at that address.
func (f *File) object(at uint64, path string) (*Object, error) {
	if o, ok := f.objects[at]; ok {
		return o, nil
	}
	o := &Object{f: f, at: at, path: path}
	start, err := f.bytes(at, 4)
	if err != nil {
		return nil, fmt.Errorf("object header: %w", err)
	}
	if string(start) == "OHDR" {
		err = o.header2()
	} else {
		err = o.header1()
	}
	if err != nil {
		return nil, fmt.Errorf("object header: %w", err)
	}
	f.objects[at] = o
	return o, nil
}

// header1 reads an object header of version 1. [IV.A.1.a]
func (o *Object) header1() error {
	const size = 16
	prefix, err := o.f.bytes(o.at, size)
	if err != nil {
		return err
	}
	d := fields{b: prefix}
	version := d.uint(1)
	d.skip(1)
	count := d.uint(2)
	d.skip(4) // how many links lead here
	length := d.uint(4)
	if version != 1 {
		return fmt.Errorf("wanted version 1 or 2, found %d", version)
	}
	first, err := o.f.bytes(o.at+size, length)
	if err != nil {
		return err
	}
	return o.eachBlock(first, func(block []byte) error {
		d := fields{b: block}
		for len(d.b) >= 8 && count > 0 {
			count--
			kind, n, flags := d.uint(2), d.uint(2), d.uint(1)
			d.skip(3)
			if err := o.add(kind, flags, d.take(n), d.short); err != nil {
				return err
			}
		}
		return nil
	})
}

// header2 reads an object header of version 2, and its checksums. [IV.A.1.b]
func (o *Object) header2() error {
	const most = 4 + 2 + 16 + 4 + 8 // up to the first message
	start, err := o.f.bytes(o.at, min(most, uint64(len(o.f.data))-o.at))
	if err != nil {
		return err
	}
	d := fields{b: start[4:]}
	version, flags := d.uint(1), d.uint(1)
	if flags&0x20 != 0 {
		d.skip(16) // times
	}
	if flags&0x10 != 0 {
		d.skip(4) // when attributes are stored elsewhere
	}
	length := d.uint(1 << (flags & 3))
	if d.short || version != 2 {
		return fmt.Errorf("wanted version 1 or 2, found %d", version)
	}
	prefix := uint64(len(start) - len(d.b))
	const sum = 4
	if length > uint64(len(o.f.data)) {
		return fmt.Errorf("wanted %d bytes of messages, but the file has %d", length, len(o.f.data))
	}
	whole, err := o.f.bytes(o.at, prefix+length+sum)
	if err != nil {
		return err
	}
	if err := checked(whole); err != nil {
		return err
	}
	first := true
	return o.eachBlock(whole[prefix:prefix+length], func(block []byte) error {
		const name = "OCHK"
		if !first {
			if err := checked(block); err != nil {
				return fmt.Errorf("continuation: %w", err)
			}
			if len(block) < len(name)+sum || string(block[:len(name)]) != name {
				return errors.New("continuation: wanted " + name)
			}
			block = block[len(name) : len(block)-sum]
		}
		first = false
		d := fields{b: block}
		for len(d.b) >= 4 {
			kind, n, messageFlags := d.uint(1), d.uint(2), d.uint(1)
			if flags&4 != 0 {
				d.skip(2) // creation order
			}
			if err := o.add(kind, messageFlags, d.take(n), d.short); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachBlock calls read, which adds messages, for the first block and then for those that continuations tell of.
func (o *Object) eachBlock(first []byte, read func([]byte) error) error {
	if err := read(first); err != nil {
		return err
	}
	seen := map[uint64]bool{}
	for i := 0; ; i++ {
		if i == len(o.messages) {
			return nil
		}
		if o.messages[i].kind != kindContinuation {
			continue
		}
		d := fields{b: o.messages[i].body}
		at, length := d.uint(8), d.uint(8)
		if seen[at] {
			return errors.New("its continuations form a cycle")
		}
		seen[at] = true
		block, err := o.f.bytes(at, length)
		if err != nil {
			return fmt.Errorf("continuation: %w", err)
		}
		if err := read(block); err != nil {
			return err
		}
	}
}

func (o *Object) add(kind, flags uint64, body []byte, short bool) error {
	const shared = 2
	if short {
		return errors.New("a message is longer than its block")
	}
	o.messages = append(o.messages, message{kind: kind, shared: flags&shared != 0, body: body})
	return nil
}

// look charges for a look at all messages, so that many looks at many messages come to an end.
func (o *Object) look() error { return o.f.charge(8 * uint64(len(o.messages))) }

// message returns the body of the message of that kind, or nil if there is none.
func (o *Object) message(kind uint64) ([]byte, error) {
	for _, m := range o.messages {
		if m.kind != kind {
			continue
		}
		if m.shared {
			return nil, errors.New("shared messages are not supported")
		}
		return m.body, nil
	}
	return nil, nil
}

// has reports whether there is a message of that kind.
func (o *Object) has(kind uint64) bool {
	for _, m := range o.messages {
		if m.kind == kind {
			return true
		}
	}
	return false
}
