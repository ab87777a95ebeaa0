package pytorch

import (
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays"
)

// wrappers are the keys under which checkpoints have the weights, the likeliest first: those of PyTorch's tutorials,
// Lightning, and other programs.
var wrappers = []string{
	"state_dict", "model_state_dict", "model_state", "model_dict", "model", "net", "network", "module", "weights", "params",
	"net_state_dict", "network_state_dict", "model_weights", "state",
}

// notWeights are beginnings of keys whose values have tensors that are no weights of a network.
var notWeights = []string{"optim", "lr_sched", "sched", "scaler", "rng", "callbacks", "loops", "hyper"}

// The bounds of the search for weights, which may be deep, as in {"checkpoint": {"model": {"state_dict": …}}}. A pickle
// may have the same dictionary in many places.
const (
	maxNesting = 4
	maxVisits  = 1 << 16 // keys and items
)

// candidate is a dictionary of tensors, or a list of them.
type candidate struct {
	path  string
	dict  *dict
	items []any // if dict is nil
}

// find returns the tensors of the network that a pickle holds, in its order.
func find(top any, where string) (candidate, error) {
	visits := maxVisits
	found := candidates(top, "", maxNesting, &visits)
	switch len(found) {
	case 0:
		return candidate{}, fault.New(fault.Data, where, "wanted the weights of a network (a state_dict), found %s without any",
			describe(top)).WithHint("%s", stateHint)
	case 1:
		return found[0], nil
	}
	for _, w := range wrappers {
		i := slices.IndexFunc(found, func(c candidate) bool { return c.path == w })
		if i >= 0 {
			return found[i], nil
		}
	}
	var paths []string
	for _, c := range found[:min(len(found), 5)] {
		paths = append(paths, fmt.Sprintf("%.40q", c.path))
	}
	return candidate{}, fault.New(fault.Data, where, "wanted the weights of one network, found those of %d: %s", len(found),
		strings.Join(paths, ", ")).WithHint("in Python, save the one that you want: torch.save(checkpoint[…], \"weights.pt\")")
}

// candidates returns the dictionaries in v that have weights. It looks into none of these.
func candidates(v any, path string, depth int, visits *int) []candidate {
	items := sequence(v)
	d, isDict := v.(*dict)
	if *visits -= 1 + len(items) + len(path)/64; isDict {
		*visits -= len(d.keys)
	}
	if *visits < 0 {
		return nil
	}
	if isList(items) {
		return []candidate{{path: path, items: items}}
	}
	if !isDict {
		d = &dict{}
	}
	for i, k := range d.keys {
		key, isText := k.(string)
		if t, ok := d.values[i].(*tensor); isText && ok && len(key) <= maxName && (recognized(key) || len(t.shape) >= 2) {
			return []candidate{{path: path, dict: d}}
		}
	}
	if depth == 0 {
		return nil
	}
	var all []candidate
	for i, item := range items[:min(len(items), max(*visits, 0))] {
		all = append(all, candidates(item, fmt.Sprint(path, "[", i, "]"), depth-1, visits)...)
	}
	for i, k := range d.keys {
		key, isText := k.(string)
		if !isText || len(key) > maxName || *visits < 0 {
			continue
		}
		lower := strings.ToLower(key[:min(len(key), 20)])
		if !slices.ContainsFunc(notWeights, func(p string) bool { return strings.HasPrefix(lower, p) }) {
			inner := key
			if path != "" && !slices.Contains(wrappers, key) {
				inner = path + "." + key
			}
			all = append(all, candidates(d.values[i], inner, depth-1, visits)...)
		}
	}
	return all
}

// isList reports whether items are the tensors of a network, which has a matrix.
func isList(items []any) bool {
	matrix := false
	for _, item := range items {
		t, ok := item.(*tensor)
		if !ok {
			return false
		}
		matrix = matrix || len(t.shape) == 2
	}
	return matrix
}

// sequence returns the items of a list or tuple.
func sequence(v any) []any {
	switch v := v.(type) {
	case *list:
		return v.items
	case tuple:
		return v
	}
	return nil
}

// tensors returns the number of tensors in the dictionary.
func (c candidate) tensors() (n int) {
	if c.dict == nil {
		return 0
	}
	for _, v := range c.dict.values {
		if _, ok := v.(*tensor); ok {
			n++
		}
	}
	return n
}

// arrays returns the tensors as arrays.
func (c candidate) arrays(s *source, where string) (all []arrays.Array, err error) {
	if err := arrays.Few(max(len(c.items), c.tensors()), where); err != nil {
		return nil, err
	}
	if c.dict == nil {
		for i, v := range c.items {
			a, err := s.array(arrays.Position(i), v.(*tensor))
			if err != nil {
				return nil, err
			}
			all = append(all, a)
		}
		return all, nil
	}
	for i, k := range c.dict.keys {
		key, isText := k.(string)
		t, ok := c.dict.values[i].(*tensor)
		if !ok {
			continue // a number or a text of the program beside the weights
		}
		if !isText {
			return nil, fmt.Errorf("wanted names of tensors that are text, found %v", describe(k))
		}
		if len(key) > maxName {
			return nil, fmt.Errorf("wanted names of tensors of at most %d bytes, found %d", maxName, len(key))
		}
		a, err := s.array(key, t)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// describe names a value.
func describe(v any) string {
	switch v := v.(type) {
	case *dict:
		return fault.Count(len(v.keys), "key")
	case *list:
		return "a list"
	case tuple:
		return "a tuple"
	case *tensor:
		return "a tensor"
	case string:
		return "a text"
	case int64, float64, bool:
		return "a number"
	case nil:
		return "None"
	}
	return "an object"
}
