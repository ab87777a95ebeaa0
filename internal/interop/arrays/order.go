package arrays

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

// inOrder returns the layers as steps, in the first order in which each takes what the one before gives. ordered: the
// order that they have means something.
func inOrder(layers []layer, m layout, ordered bool, where string) (steps []element, reordered bool, err error) {
	for _, l := range layers {
		s, err := l.element(m, where)
		if err != nil {
			return nil, false, err
		}
		steps = append(steps, s)
	}
	first := misfit(steps)
	numbers := byNumber(steps)
	orders := []func(a, b element) int{
		func(element, element) int { return 0 },
		func(a, b element) int { return natural(a.name, b.name) },
		numbers.denseFirst,
	}
	if numbers.all {
		order := numbers.compare
		if !ordered {
			order = numbers.denseFirst
		}
		orders = append([]func(a, b element) int{order}, orders...)
	}
	for _, likely := range []bool{true, false} {
		for _, order := range orders {
			sorted := slices.Clone(steps)
			slices.SortStableFunc(sorted, order)
			if misfit(sorted) == "" && (!likely || !doubled(sorted)) {
				moved := !slices.EqualFunc(steps, sorted, func(a, b element) bool { return a.name == b.name })
				return sorted, moved, nil
			}
		}
	}
	if sorted := onlyOrder(steps); sorted != nil {
		return sorted, true, nil
	}
	return nil, false, fault.New(fault.Data, where, "wanted layers each of which takes what the one before gives, found %s",
		first).WithHint("export the layers of a dense network alone, in their order")
}

// doubled reports whether a batch normalization follows another, as where a program declares all of them in one place.
func doubled(steps []element) bool {
	before := false
	for _, s := range steps {
		_, is := s.step.(chain.BatchNormalization)
		if is && before {
			return true
		}
		before = is
	}
	return false
}

// misfit says which step does not take what the one before gives; empty: all do.
func misfit(steps []element) string {
	size, from := 0, ""
	for _, s := range steps {
		if size > 0 && s.inputs > 0 && s.inputs != size {
			return fmt.Sprintf("%s with %s after %s with %s", short(s.shape), fault.Count(s.inputs, "input"), short(from),
				fault.Count(size, "output"))
		}
		if s.outputs > 0 {
			size, from = s.outputs, s.shape
		}
	}
	return ""
}

// numbering is the last number in the name of each layer; empty: it has none.
type numbering struct {
	of  map[string]string
	all bool // names are numbers, or letters and a number: fc1, bn1, fc2; but for one, such as out
}

// numbered matches a name that says nothing but a number, and perhaps a kind.
var numbered = pattern(`^[A-Za-z]*_?\d+$`)

// byNumber returns the numbers of layers. A name without one counts as 0 if another is the same with a number: dense is
// before dense_1.
func byNumber(steps []element) numbering {
	n := numbering{of: map[string]string{}}
	bare := 0
	for _, s := range steps {
		last := lastNumber(s.name)
		n.of[s.name] = last
		if base := strings.TrimSuffix(strings.TrimSuffix(s.name, last), "_"); last != "" && n.of[base] == "" {
			n.of[base] = "0"
		}
	}
	for _, s := range steps {
		if !numbered().MatchString(s.name) && n.of[s.name] != "0" {
			bare++
		}
	}
	n.all = bare <= 1 && len(steps) > 1
	return n
}

// compare compares the numbers of two layers. A layer without one comes last.
func (n numbering) compare(a, b element) int {
	x, y := n.of[a.name], n.of[b.name]
	if x == "" || y == "" {
		return cmp.Compare(min(len(y), 1), min(len(x), 1))
	}
	return number(x, y)
}

// denseFirst also puts a Dense before what is no Dense of the same number: fc1, bn1, fc2, bn2, out.
func (n numbering) denseFirst(a, b element) int {
	kind := func(s element) int {
		if _, dense := s.step.(chain.Dense); dense {
			return 0
		}
		return 1
	}
	return cmp.Or(n.compare(a, b), cmp.Compare(kind(a), kind(b)))
}

// The search for an order is bounded, by the layers that a file has and by how often one is tried.
const (
	maxLayers = 200
	maxSearch = 20_000
)

// onlyOrder returns the only order in which each step takes what the one before gives; nil: there is none, or more than
// one, or too many to try.
func onlyOrder(steps []element) []element {
	if len(steps) > maxLayers {
		return nil
	}
	var found, path []element
	count, tried := 0, 0
	used := make([]bool, len(steps))
	var extend func()
	extend = func() {
		if len(path) == len(steps) {
			if count++; count == 1 {
				found = slices.Clone(path)
			}
			return
		}
		for i, s := range steps {
			if used[i] || len(path) > 0 && path[len(path)-1].outputs != s.inputs {
				continue
			}
			if tried++; tried > maxSearch || count > 1 {
				return
			}
			used[i] = true
			path = append(path, s)
			extend()
			path = path[:len(path)-1]
			used[i] = false
		}
	}
	extend()
	if count != 1 || tried > maxSearch {
		return nil
	}
	return found
}
