package pytorch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// instructions are the codes that are neither constants nor literals. Those of protocol 0 that make objects (INST, OBJ),
// and extension codes, are not there: no file of PyTorch has them.
var instructions = map[byte]func(*machine) error{
	0x80: func(m *machine) error { _, err := m.take(1); return err }, // the protocol
	0x95: func(m *machine) error { _, err := m.take(8); return err }, // the length of a frame
	'(':  func(m *machine) error { m.marks = append(m.marks, len(m.stack)); return nil },
	'0':  func(m *machine) error { _, err := m.pop(); return err },
	'1':  func(m *machine) error { _, err := m.popMark(); return err },
	'2': func(m *machine) error {
		v, err := m.top()
		m.push(v)
		return err
	},
	'a':  func(m *machine) error { return m.items(1, (*machine).extend) },
	'e':  func(m *machine) error { return m.items(0, (*machine).extend) },
	0x90: func(m *machine) error { return m.items(0, (*machine).extend) },
	's':  func(m *machine) error { return m.items(2, (*machine).setItems) },
	'u':  func(m *machine) error { return m.items(0, (*machine).setItems) },
	't':  func(m *machine) error { return m.collect(-1, asTuple) },
	0x85: func(m *machine) error { return m.collect(1, asTuple) },
	0x86: func(m *machine) error { return m.collect(2, asTuple) },
	0x87: func(m *machine) error { return m.collect(3, asTuple) },
	'l':  func(m *machine) error { return m.collect(-1, asList) },
	0x91: func(m *machine) error { return m.collect(-1, asList) }, // a frozen set
	'd':  func(m *machine) error { return m.collect(-1, asDict) },
	'q':  func(m *machine) error { return m.put(m.unsigned(1)) },
	'r':  func(m *machine) error { return m.put(m.unsigned(4)) },
	0x94: func(m *machine) error { return m.put(uint64(len(m.memo)), nil) },
	'h':  func(m *machine) error { return m.get(m.unsigned(1)) },
	'j':  func(m *machine) error { return m.get(m.unsigned(4)) },
	'c':  (*machine).global,
	0x93: (*machine).stackGlobal,
	'R':  func(m *machine) error { return m.construct(false) },
	0x81: func(m *machine) error { return m.construct(false) },
	0x92: func(m *machine) error { return m.construct(true) },
	'b':  func(m *machine) error { _, err := m.pop(); return err }, // attributes, such as a state_dict's _metadata
	'Q':  (*machine).persist,
}

func asTuple(items []any) (any, error) { return tuple(items), nil }
func asList(items []any) (any, error)  { return &list{items: items}, nil }

func asDict(items []any) (any, error) {
	d := &dict{}
	err := d.add(items)
	return d, err
}

// add adds keys and values that follow one another.
func (d *dict) add(items []any) error {
	if len(items)%2 != 0 {
		return errors.New("a key without a value")
	}
	for i := 0; i < len(items); i += 2 {
		d.set(items[i], items[i+1])
	}
	return nil
}

// collect replaces n values, or all above the mark, by one that is made of them.
func (m *machine) collect(n int, of func([]any) (any, error)) error {
	var items []any
	if n < 0 {
		above, err := m.popMark()
		if err != nil {
			return err
		}
		items = slices.Clone(above)
	} else {
		items = make([]any, n)
		for i := n - 1; i >= 0; i-- {
			v, err := m.pop()
			if err != nil {
				return err
			}
			items[i] = v
		}
	}
	v, err := of(items)
	m.push(v)
	return err
}

// items takes n values, or all above the mark, and adds them to the value below.
func (m *machine) items(n int, add func(m *machine, to any, items []any) error) error {
	var items []any
	var err error
	if n == 0 {
		if items, err = m.popMark(); err != nil {
			return err
		}
	} else {
		for range n {
			v, err := m.pop()
			if err != nil {
				return err
			}
			items = append(items, v)
		}
		slices.Reverse(items)
	}
	to, err := m.top()
	if err != nil {
		return err
	}
	return add(m, to, items)
}

func (*machine) extend(to any, items []any) error {
	switch to := to.(type) {
	case *list:
		to.items = append(to.items, items...)
	case opaque:
	default:
		return errors.New("it appends to what is no list")
	}
	return nil
}

func (*machine) setItems(to any, items []any) error {
	switch to := to.(type) {
	case *dict:
		return to.add(items)
	case opaque:
		return nil
	}
	return errors.New("it sets keys of what is no dictionary")
}

func (m *machine) put(index uint64, err error) error {
	if err != nil {
		return err
	}
	v, err := m.top()
	m.memo[index] = v
	return err
}

func (m *machine) get(index uint64, err error) error {
	if err != nil {
		return err
	}
	v, ok := m.memo[index]
	if !ok {
		return fmt.Errorf("it wants value %d of its memo, which is not there", index)
	}
	m.push(v)
	return nil
}

// global reads the name of a class or function: a line with its module, and one with its own name.
func (m *machine) global() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return m.pushGlobal(module, name)
}

func (m *machine) stackGlobal() error {
	name, err := m.pop()
	if err != nil {
		return err
	}
	module, err := m.pop()
	if err != nil {
		return err
	}
	n, ok := name.(string)
	mod, both := module.(string)
	if !ok || !both {
		return errors.New("the name of a class is no text")
	}
	return m.pushGlobal(mod, n)
}

func (m *machine) pushGlobal(module, name string) error {
	if len(module)+len(name) > maxName {
		return &refusal{name: fmt.Sprintf("%.*s.%.*s", maxName, module, maxName, name)}
	}
	g := global(module + "." + name)
	if strings.HasPrefix(module, "__builtin__") { // Python 2's name, which protocol 2 writes
		g = global("builtins." + name)
	}
	if !g.allowed() {
		return &refusal{name: string(g)}
	}
	m.push(g)
	return nil
}

// construct takes a class or function and its arguments, and pushes what it would return, of those that are known.
func (m *machine) construct(keywords bool) error {
	if keywords {
		if _, err := m.pop(); err != nil {
			return err
		}
	}
	arguments, err := m.pop()
	if err != nil {
		return err
	}
	callee, err := m.pop()
	if err != nil {
		return err
	}
	args, ok := arguments.(tuple)
	if !ok {
		return errors.New("arguments that are no tuple")
	}
	g, ok := callee.(global)
	if !ok {
		if _, ok := callee.(opaque); !ok {
			return errors.New("it calls what is no function")
		}
		m.push(opaque{})
		return nil
	}
	m.operations += len(args) // one tuple can be the arguments of many
	for _, a := range args {
		m.operations += len(sequence(a))
	}
	if m.operations > maxOperations {
		return errOperations
	}
	v, err := g.result(args)
	m.push(v)
	return err
}

// persist pushes an object outside of the pickle.
func (m *machine) persist() error {
	id, err := m.pop()
	if err != nil {
		return err
	}
	t, ok := id.(tuple)
	if !ok {
		return errors.New("the name of a storage is no tuple")
	}
	v, err := m.persistent(t)
	m.push(v)
	return err
}
