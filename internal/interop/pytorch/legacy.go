package pytorch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// magic is how a file of PyTorch before 1.6, or of torch.save(…, _use_new_zipfile_serialization=False), begins: a pickle
// of the number 0x1950a86a20f9469cfc6c.
var magic = []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")

// readLegacy reads such a file: pickles of the magic number, the version of the format (1001), the system, the object
// and the list of its storages' keys; then for each storage the number of its elements, and these.
func readLegacy(data []byte) (top any, s *source, err error) {
	m := machine{data: data, at: len(magic), persistent: newStorage}
	version, err := m.run()
	if err != nil {
		return nil, nil, err
	}
	if version != int64(1001) {
		return nil, nil, fmt.Errorf("wanted version 1001 of PyTorch's old format, found %v", version)
	}
	system, err := m.run()
	if err != nil {
		return nil, nil, err
	}
	s = &source{order: binary.LittleEndian, budget: budget(len(data))}
	if d, ok := system.(*dict); ok && d.get("little_endian") == false {
		s.order = binary.BigEndian
	}
	kinds := map[string]string{}
	m.persistent = func(id tuple) (any, error) {
		v, err := newStorage(id)
		if st, ok := v.(storage); ok {
			kinds[st.key] = st.kind
		}
		return v, err
	}
	if top, err = m.run(); err != nil {
		return nil, nil, err
	}
	keys, err := m.run()
	if err != nil {
		return nil, nil, err
	}
	found, err := legacyStorages(data[m.at:], sequence(keys), kinds)
	if err != nil {
		return nil, nil, err
	}
	s.read = func(key string) ([]byte, error) {
		b, ok := found[key]
		if !ok {
			return nil, fmt.Errorf("wanted a storage %.30q, found none", key)
		}
		return b, nil
	}
	return top, s, nil
}

// legacyStorages returns the bytes of each storage. kinds has the type of their numbers by key.
func legacyStorages(data []byte, keys []any, kinds map[string]string) (map[string][]byte, error) {
	found := map[string][]byte{}
	for _, k := range keys {
		key, ok := k.(string)
		kind, known := kinds[key]
		if !ok || !known {
			return nil, errors.New("it lists a storage that nothing uses")
		}
		size := sizes[kind]
		if len(data) < 8 {
			return nil, errCut
		}
		count := binary.LittleEndian.Uint64(data)
		data = data[8:]
		if count > uint64(len(data)/size) {
			return nil, fmt.Errorf("%w: a storage has %d numbers, and %d bytes are left", errCut, count, len(data))
		}
		n := int(count) * size
		found[key] = data[:n:n]
		data = data[n:]
	}
	return found, nil
}

// sizes are the bytes of a number of each type.
var sizes = map[string]int{
	"float32": 4, "float64": 8, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1,
	"bool": 1, "": 1,
}

// isLegacy reports whether data begins as such a file.
func isLegacy(data []byte) bool { return bytes.HasPrefix(data, magic) }
