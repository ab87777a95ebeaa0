// Package tensors reads and writes the weights of networks as .safetensors, the format of Hugging Face, with the names
// and layouts of PyTorch or Keras. (Package safetensors is dnn's own container, which is such a file too: model.bin.)
// https://github.com/huggingface/safetensors defines the format: the length of a header, the header as JSON, the bytes.
package tensors

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
	"dnn/internal/safetensors"
)

// maxHeader is the longest header that is read. A tensor takes about 100 bytes of it.
const maxHeader = 8 << 20

const lengthBytes = 8

const metadataKey = "__metadata__"

// entry is what a header says of a tensor.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"`
}

// types are the names of types that weights may have, or counters beside them.
var types = map[string]string{
	"F32": "float32", "F64": "float64", "F16": "float16", "BF16": "bfloat16", "BOOL": "bool", "I8": "int8", "I16": "int16",
	"I32": "int32", "I64": "int64", "U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64",
}

// Read returns the network whose weights are in data, a .safetensors file of any program: one that Write wrote, with its
// activations, or one with the names of PyTorch or Keras, without. The format has no order, so layers are in the order
// of their names, by number, if they fit so. It has no checksum either: a flipped bit in a weight is not noticed.
// Errors are of kind fault.Data and name where.
func Read(data []byte, where string) (*chain.Chain, error) {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Data, where, "wanted a .safetensors file, found one that is damaged: "+format, args...)
	}
	if len(data) < lengthBytes {
		return nil, bad("it ends after %s", fault.Count(len(data), "byte"))
	}
	length, body := binary.LittleEndian.Uint64(data), data[lengthBytes:]
	if length < 2 || length > maxHeader || length > uint64(len(body)) {
		return nil, bad("its header would have %s, and %d are left", fault.Count(length, "byte"), len(body))
	}
	header, body := body[:length], body[length:]
	metadata, entries, err := parse(header)
	if err != nil {
		return nil, bad("its header: %w", err)
	}
	all, err := tensors(entries, body)
	if err != nil {
		return nil, bad("%w", err)
	}
	if text, ok := metadata[arrays.DocumentName]; ok {
		return arrays.Rebuild(text, all, where)
	}
	return arrays.Unordered(all, where)
}

// parse returns a header's metadata and tensors by name.
func parse(header []byte) (metadata map[string]string, entries map[string]entry, err error) {
	if err := safetensors.CheckJSON(header); err != nil {
		return nil, nil, err
	}
	var raw map[string]json.RawMessage
	if err := safetensors.Unmarshal(header, &raw); err != nil {
		return nil, nil, err
	}
	if len(raw) > arrays.Max+1 {
		return nil, nil, fmt.Errorf("wanted at most %d tensors, as a dense network has them, found %d", arrays.Max, len(raw))
	}
	entries = map[string]entry{}
	for name, text := range raw {
		if name == metadataKey {
			err = safetensors.Unmarshal(text, &metadata)
		} else {
			var e entry
			err = safetensors.Unmarshal(text, &e)
			entries[name] = e
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%.60q: %w", name, err)
		}
	}
	return metadata, entries, nil
}

// tensors returns the tensors in the order of their bytes. Each must have the bytes that its shape takes, and
// together they must have all bytes, each once.
func tensors(entries map[string]entry, body []byte) ([]arrays.Array, error) {
	names := slices.SortedFunc(maps.Keys(entries), cmp.Compare)
	for _, name := range names {
		if o := entries[name].Offsets; len(o) != 2 || o[0] < 0 || o[1] < o[0] || o[1] > len(body) {
			return nil, fmt.Errorf("tensor %.60q: wanted a begin and an end among %d bytes, found %v", name, len(body),
				o[:min(len(o), 4)])
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(entries[a].Offsets[0], entries[b].Offsets[0]),
			cmp.Compare(entries[a].Offsets[1], entries[b].Offsets[1]))
	})
	var all []arrays.Array
	end := 0
	for _, name := range names {
		e := entries[name]
		if e.Offsets[0] != end {
			return nil, fmt.Errorf("tensor %.60q: wanted it to begin at byte %d, found %d", name, end, e.Offsets[0])
		}
		end = e.Offsets[1]
		a := arrays.Array{Name: name, Shape: e.Shape, Type: types[e.DType]}
		if a.Type == "" {
			a.Type = fmt.Sprintf("%.20q", e.DType) // a number of 8 bits or fewer: Chain says so if it is a weight
			all = append(all, a)
			continue
		}
		t, _ := arrays.TypeOf(a.Type)
		bytes := body[e.Offsets[0]:e.Offsets[1]]
		if n, ok := arrays.Size(e.Shape, len(bytes)/t.Bytes); !ok || n*t.Bytes != len(bytes) || len(e.Shape) > 32 {
			return nil, fmt.Errorf("tensor %.60q: wanted as many bytes as its shape takes, found %d", name, len(bytes))
		}
		a.Data = t.Floats(bytes, binary.LittleEndian)
		all = append(all, a)
	}
	if end != len(body) {
		return nil, fmt.Errorf("wanted %d bytes of tensors, found %d", end, len(body))
	}
	return all, nil
}
