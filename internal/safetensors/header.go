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
	Offsets []int  `json:"data_offsets"` // begin and end in bytes from the header's end
}

// splitHeader returns a safetensors header's metadata and the JSON text of each tensor's entry.
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

// parseHeader returns a header's metadata and its tensors in the order of their bytes. The tensors are known to be
// float32, to have shapes that fit their bytes, and to follow one another without holes or overlaps, from 0 on.
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

// check compares type, shape and bytes.
func (e entry) check() error {
	if e.DType != dtype {
		return fmt.Errorf("dtype %q, want %q", e.DType, dtype)
	}
	n, ok := elements(e.Shape)
	if !ok || e.Shape == nil {
		return fmt.Errorf("shape %v, want dimensions of 1 and more", e.Shape)
	}
	if len(e.Offsets) != 2 || e.Offsets[0] < 0 || e.Offsets[1] < e.Offsets[0] {
		return fmt.Errorf("data_offsets %v, want a begin and an end", e.Offsets)
	}
	if found := e.Offsets[1] - e.Offsets[0]; found != n*elementBytes {
		return fmt.Errorf("data_offsets %v hold %s, its shape %v takes %d", e.Offsets, fault.Count(found, "byte"), e.Shape, n*elementBytes)
	}
	return nil
}

// dataBytes returns the bytes that tensors in the order of their bytes take together.
func dataBytes(entries []entry) int {
	if len(entries) == 0 {
		return 0
	}
	return entries[len(entries)-1].Offsets[1]
}
