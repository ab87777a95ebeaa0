package pytorch

import "math"

// A value of a pickle is nil, a bool, an int64, a float64, a string, a []byte, a tuple, or one of the types below.

// tuple is a Python tuple.
type tuple []any

// list is a Python list or set.
type list struct{ items []any }

// dict is a Python dictionary. A key may be there twice; the last one counts.
type dict struct{ keys, values []any }

// global is a class or function that a pickle names. It is on the list of those that may be there.
type global string

// opaque is an object that no weights depend on, such as the state of a random generator. What a pickle does to it is
// forgotten.
type opaque struct{}

// storage is the memory of tensors.
type storage struct {
	key   string
	kind  string // of the numbers, such as float32; empty: bytes
	begin int    // in the memory that key names, in numbers
}

// tensor is a view of a storage.
type tensor struct {
	storage storage
	kind    string // of the numbers
	offset  int
	shape   []int
	strides []int
}

// set sets a key.
func (d *dict) set(key, value any) {
	d.keys = append(d.keys, key)
	d.values = append(d.values, value)
}

// get returns the value of a key; nil: there is none.
func (d *dict) get(key string) any {
	for i := len(d.keys) - 1; i >= 0; i-- {
		if d.keys[i] == key {
			return d.values[i]
		}
	}
	return nil
}

// ints returns a tuple or list of whole numbers from 0 up. ok is false if v is none.
func ints(v any) (values []int, ok bool) {
	items, isTuple := v.(tuple)
	if l, isList := v.(*list); isList {
		items, isTuple = l.items, true
	}
	if !isTuple || len(items) > maxDimensions {
		return nil, false
	}
	values = []int{}
	for _, item := range items {
		n, ok := item.(int64)
		if !ok || n < 0 || n > math.MaxInt32*int64(math.MaxInt16) {
			return nil, false
		}
		values = append(values, int(n))
	}
	return values, true
}

const maxDimensions = 32
