package safetensors

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"dnn/internal/fault"
)

// entry is what the header says of a tensor.
type entry struct {
	name    string
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"` // begin and end, in bytes from the end of the header
}

// splitHeader returns a header's metadata, and the JSON text of each tensor's entry.
func splitHeader(header []byte) (metadata map[string]string, tensors map[string]json.RawMessage, err error) {
	if err := CheckJSON(header); err != nil {
		return nil, nil, err
	}
	if err := Unmarshal(header, &tensors); err != nil {
		return nil, nil, err
	}
	if text, ok := tensors[metadataKey]; ok {
		if err := Unmarshal(text, &metadata); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", metadataKey, err)
		}
		delete(tensors, metadataKey)
	}
	return metadata, tensors, nil
}

// parseHeader returns a header's metadata, and its tensors in the order of their bytes. It has checked that they are
// float32, that their shapes fit their bytes, and that they follow one another from 0 on without holes or overlaps.
func parseHeader(header []byte) (metadata map[string]string, entries []entry, err error) {
	metadata, tensors, err := splitHeader(header)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		e := entry{name: name}
		if err := Unmarshal(tensors[name], &e); err != nil {
			return nil, nil, fmt.Errorf("tensor %s: %w", name, err)
		}
		if err := e.check(); err != nil {
			return nil, nil, fmt.Errorf("tensor %s: %w", name, err)
		}
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return a.Offsets[0] - b.Offsets[0] })
	end := 0
	for _, e := range entries {
		switch begin := e.Offsets[0]; {
		case begin > end:
			return nil, nil, fmt.Errorf("tensor %s: a hole of %s before it", e.name, fault.Count(begin-end, "byte"))
		case begin < end:
			return nil, nil, fmt.Errorf("tensor %s: its first %d bytes belong to another tensor too", e.name, end-begin)
		}
		end = e.Offsets[1]
	}
	return metadata, entries, nil
}

// check compares the type, the shape and the offsets of an entry.
func (e entry) check() error {
	if e.DType != dtype {
		return fmt.Errorf("dtype: wanted %q, found %q", dtype, e.DType)
	}
	n, ok := elements(e.Shape)
	if !ok || e.Shape == nil {
		return fmt.Errorf("shape: wanted dimensions of 1 or more, found %v", e.Shape)
	}
	if len(e.Offsets) != 2 || e.Offsets[0] < 0 || e.Offsets[1] < e.Offsets[0] {
		return fmt.Errorf("data_offsets: wanted a begin and an end, found %v", e.Offsets)
	}
	if found := e.Offsets[1] - e.Offsets[0]; found != n*elementBytes {
		return fmt.Errorf("data_offsets %v: wanted %s, for the shape %v, found %d",
			e.Offsets, fault.Count(n*elementBytes, "byte"), e.Shape, found)
	}
	return nil
}

// dataBytes returns how many bytes the tensors take. entries are in the order of their bytes.
func dataBytes(entries []entry) int {
	if len(entries) == 0 {
		return 0
	}
	return entries[len(entries)-1].Offsets[1]
}
