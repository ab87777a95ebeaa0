package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a JSON text. They bound the memory of a reader to a small multiple of the text. What dnn writes stays far
// below them.
const (
	maxValues   = 1 << 23 // strings, numbers, objects, …
	maxKeys     = 1 << 16 // in one object, hence of tensors in a header
	objectBytes = 24      // least mean size of an object where there are many; that of an epoch is 50
	fewObjects  = 4096    // up to which their size does not matter
)

// CheckJSON says what is wrong with data as one JSON value: it is malformed, nested too deeply or beyond the limits
// above, or an object has a key twice, of which encoding/json would silently take the last. Its time is in proportion
// to data; its memory is that of the keys of the objects that enclose one another.
func CheckJSON(data []byte) error {
	if !json.Valid(data) {
		var whole json.RawMessage // Unmarshal, unlike a Decoder, checks depth and what follows the value
		return jsonError(json.Unmarshal(data, &whole))
	}
	c := content{data: data}
	for c.at < len(data) {
		if err := c.next(); err != nil {
			return err
		}
	}
	return nil
}

// content is a walk over JSON that is known to be valid.
type content struct {
	data    []byte
	at      int
	open    []frame
	values  int
	objects int
}

// frame is an object or an array that has begun and not ended.
type frame struct {
	object  bool
	wantKey bool                // a key comes next, if the object has another
	few     [][]byte            // its keys so far, up to fewKeys
	keys    map[string]struct{} // all its keys, where there are more than fewKeys
}

// fewKeys is the number of keys up to which they are compared one by one. Nearly all objects have fewer, such as those
// of the epochs in a model's history.
const fewKeys = 16

// push begins an object or an array. It reuses the memory of one that has ended.
func (c *content) push(object bool) {
	f := frame{object: object, wantKey: object}
	if n := len(c.open); cap(c.open) > n {
		f.few = c.open[:n+1][n].few[:0]
	}
	c.open = append(c.open, f)
}

// next reads one token: a sign, a string or another scalar.
func (c *content) next() error {
	var top *frame
	if len(c.open) > 0 {
		top = &c.open[len(c.open)-1]
	}
	begin := c.at
	c.at++
	switch c.data[begin] {
	case ' ', '\t', '\r', '\n', ':':
	case ',':
		top.wantKey = top.object
	case '{':
		c.push(true)
		c.objects++
		return c.count()
	case '[':
		c.push(false)
		return c.count()
	case '}', ']':
		c.open = c.open[:len(c.open)-1]
	case '"':
		for c.data[c.at] != '"' {
			if c.data[c.at] == '\\' {
				c.at++
			}
			c.at++
		}
		c.at++
		if top != nil && top.wantKey {
			return top.add(c.data[begin:c.at])
		}
		return c.count()
	default: // a number, true, false, null
		c.at += scalarEnd(c.data[c.at:])
		return c.count()
	}
	return nil
}

// count counts a value, and refuses it if it is beyond a limit.
func (c *content) count() error {
	if c.values++; c.values > maxValues {
		return fmt.Errorf("wanted at most %d values in it, found more", maxValues)
	}
	if c.objects > fewObjects && c.objects > len(c.data)/objectBytes {
		return fmt.Errorf("wanted objects of %d bytes or more on average, found smaller ones", objectBytes)
	}
	return nil
}

// add adds a key, which is given with its quotes.
func (f *frame) add(quoted []byte) error {
	key := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(key, '\\') >= 0 || !utf8.Valid(key) {
		var text string
		if err := json.Unmarshal(quoted, &text); err != nil {
			return jsonError(err)
		}
		key = []byte(text)
	}
	if f.has(key) {
		return fmt.Errorf("key %q appears twice", key)
	}
	if len(f.keys) == maxKeys {
		return fmt.Errorf("wanted at most %d keys in an object, found more", maxKeys)
	}
	f.wantKey = false
	if f.keys == nil && len(f.few) < fewKeys {
		f.few = append(f.few, key)
		return nil
	}
	if f.keys == nil {
		f.keys = map[string]struct{}{}
		for _, k := range f.few {
			f.keys[string(k)] = struct{}{}
		}
	}
	f.keys[string(key)] = struct{}{}
	return nil
}

// has reports whether the object has the key already.
func (f *frame) has(key []byte) bool {
	if f.keys != nil {
		_, ok := f.keys[string(key)]
		return ok
	}
	return slices.ContainsFunc(f.few, func(k []byte) bool { return bytes.Equal(k, key) })
}

// scalarEnd returns where the number or word at the start of text ends.
func scalarEnd(text []byte) int {
	for i, c := range text {
		switch c {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return i
		}
	}
	return len(text)
}

// Unmarshal reads data, which CheckJSON accepted, into v. Unknown keys and wrong types are errors.
func Unmarshal(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return jsonError(d.Decode(v))
}

// jsonError rewords an error of encoding/json for the user; nil stays nil.
func jsonError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("malformed JSON at byte %d: %s", e.Offset, e.Error())
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		article := "a "
		if strings.HasPrefix(e.Value, "array") || strings.HasPrefix(e.Value, "object") {
			article = "an "
		}
		text := fmt.Sprintf("wanted %s, found %s%s", wanted(e.Type.Kind()), article, e.Value)
		if e.Field == "" {
			return errors.New(text)
		}
		return fmt.Errorf("%s: %s", e.Field, text)
	}
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok { // this error has no type of its own
		return fmt.Errorf("unknown key %s", key)
	}
	return err
}

// wanted names the JSON type that a Go type is read from.
func wanted(kind reflect.Kind) string {
	switch kind {
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	default: // integers, also unsigned ones, for which -1 is of the wrong type
		return "a whole number"
	}
}
