package pytorch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"dnn/internal/interop/arrays"
)

// newStorage returns the storage that a persistent id names: ("storage", class, key, device, count), and in the old
// format also (key, begin, count) of a part of it.
func newStorage(id tuple) (any, error) {
	if len(id) > 0 && id[0] == "module" { // the old format stored the source of a class beside a module
		return nil, &refusal{name: "torch.nn.Module"}
	}
	if len(id) < 5 || id[0] != "storage" {
		return nil, errors.New("wanted the name of a storage")
	}
	class, isClass := id[1].(global)
	key, isText := id[2].(string)
	count, isNumber := id[4].(int64)
	if !isClass || !class.isStorage() || !isText || len(key) > maxName || !isNumber || count < 0 {
		return nil, errors.New("wanted a storage's class, key and size")
	}
	s := storage{key: key, kind: class.storageKind()}
	if len(id) > 5 && id[5] != nil {
		view, ok := id[5].(tuple)
		if !ok || len(view) != 3 {
			return nil, errors.New("wanted a part of a storage")
		}
		part, ok := ints(view[1:])
		if !ok {
			return nil, errors.New("wanted a part of a storage")
		}
		s.begin = part[0]
	}
	return s, nil
}

// rebuildTensor returns a tensor: (storage, offset, shape, strides, requires_grad, hooks), then, if the storage has no
// type, a dtype, then marks, which none of ours has.
func rebuildTensor(args tuple) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("wanted a storage, an offset, a shape and strides")
	}
	s, ok := args[0].(storage)
	offset, isNumber := args[1].(int64)
	shape, isShape := ints(args[2])
	strides, isStrides := ints(args[3])
	if !ok || !isNumber || offset < 0 || !isShape || !isStrides || len(shape) != len(strides) {
		return nil, errors.New("wanted a storage, an offset, a shape and strides")
	}
	t := &tensor{storage: s, kind: s.kind, offset: int(offset), shape: shape, strides: strides}
	for _, more := range args[4:] {
		if g, ok := more.(global); ok && g.kind() != "" {
			t.kind = g.kind()
		}
	}
	if d, ok := args[len(args)-1].(*dict); ok && len(args) > 6 && len(d.keys) > 0 {
		return nil, fmt.Errorf("wanted a plain tensor, found one marked %v", d.keys[0]) // conj or neg: not yet computed
	}
	return t, nil
}

// source gives the bytes of storages.
type source struct {
	order  binary.ByteOrder
	read   func(key string) ([]byte, error)
	budget int // bytes of tensors that may still be made
}

// array returns a tensor as an array. Each number that it has must be in its storage, and it may have no more of them
// than that.
func (s *source) array(name string, t *tensor) (arrays.Array, error) {
	a := arrays.Array{Name: name, Shape: t.shape, Type: t.kind}
	kind, ok := arrays.TypeOf(t.kind)
	if !ok || kind.Float == nil {
		return a, nil
	}
	bytes, err := s.read(t.storage.key)
	if err != nil {
		return a, err
	}
	begin := t.storage.begin
	if begin > len(bytes)/kind.Bytes {
		begin = len(bytes) / kind.Bytes
	}
	bytes = bytes[begin*kind.Bytes:]
	n, ok := arrays.Size(t.shape, len(bytes)/kind.Bytes)
	if !ok || !t.within(len(bytes)/kind.Bytes) {
		return a, fmt.Errorf("tensor %.60q: wanted numbers that its storage has, of %d bytes, found others", name,
			len(bytes))
	}
	if s.budget -= n * kind.Bytes; s.budget < 0 {
		return a, errors.New("its tensors have many more numbers than the file")
	}
	if t.contiguous() {
		a.Data = kind.Floats(bytes[t.offset*kind.Bytes:][:n*kind.Bytes], s.order)
	} else {
		a.Data = gather(t, bytes, kind, s.order, n)
	}
	return a, nil
}

// within reports whether all numbers of a tensor are among the first count of its storage.
func (t *tensor) within(count int) bool {
	last := t.offset
	for i, d := range t.shape {
		if d == 0 {
			return true
		}
		if d > 1 && t.strides[i] > (count-1)/(d-1) {
			return false
		}
		last += (d - 1) * t.strides[i] // each at most count-1
		if last >= count {
			return false
		}
	}
	return last < count
}

// contiguous reports whether the numbers of a tensor, which has some, follow one another in row-major order.
func (t *tensor) contiguous() bool {
	n := 1
	for i := len(t.shape) - 1; i >= 0; i-- {
		if t.shape[i] != 1 && t.strides[i] != n {
			return false
		}
		n *= t.shape[i]
	}
	return true
}

// gather copies the n numbers of a tensor into row-major order.
func gather(t *tensor, bytes []byte, kind arrays.Type, order binary.ByteOrder, n int) []float32 {
	data := make([]float32, n)
	index := make([]int, len(t.shape))
	at := t.offset
	for i := range data {
		data[i] = kind.Float(bytes[at*kind.Bytes:], order)
		for d := len(index) - 1; d >= 0; d-- {
			index[d]++
			at += t.strides[d]
			if index[d] < t.shape[d] {
				break
			}
			at -= index[d] * t.strides[d]
			index[d] = 0
		}
	}
	return data
}

// recognized reports whether a state_dict's key names weights: weight, bias, running_mean and the like.
func recognized(key string) bool {
	last := strings.ToLower(key[strings.LastIndexAny(key, "./")+1:])
	for _, end := range []string{"weight", "bias", "kernel", "w", "b", "mean", "var"} {
		if strings.HasSuffix(strings.TrimRight(last, "0123456789"), end) {
			return true
		}
	}
	return false
}
