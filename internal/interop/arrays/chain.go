package arrays

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

// Chain returns the chain of dense and batch normalization layers whose weights the arrays are. The layers are in the
// arrays' order if each takes what the one before gives; else in the order of the numbers in their names; else in the
// only order that fits. It has no activations (Unsaid). An array that belongs to no such layer is an error.
func Chain(arrays []Array, where string) (*chain.Chain, error) {
	if len(arrays) == 0 {
		return nil, fault.New(fault.Data, where, "wanted arrays of weights, found none")
	}
	var layers []layer
	var err error
	if positional(arrays) {
		layers, err = byPosition(arrays, where)
	} else {
		layers, err = group(arrays, where)
	}
	if err != nil {
		return nil, err
	}
	if len(layers) == 0 {
		return nil, fault.New(fault.Data, where, "wanted weights of layers, found none among %s",
			fault.Count(len(arrays), "array"))
	}
	return assemble(layers, where)
}

// Sort sorts arrays by their names, numbers by their value, for a format that has no order of its own.
func Sort(arrays []Array) {
	slices.SortStableFunc(arrays, func(a, b Array) int { return natural(a.Name, b.Name) })
}

// assemble tries the layouts of matrices that the names allow, and for each the orders. The error is that of the
// likeliest layout.
func assemble(layers []layer, where string) (*chain.Chain, error) {
	var first error
	for i, m := range layouts(layers) {
		steps, reordered, err := inOrder(layers, m, where)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		c := &chain.Chain{Unsaid: chain.Unsaid{Activations: true}}
		for _, s := range steps {
			c.Steps = append(c.Steps, s.step)
			if c.Input == nil && s.inputs > 0 {
				c.Input = []int{s.inputs}
			}
			if b, ok := s.step.(chain.BatchNormalization); ok {
				c.Note(fmt.Sprintf("it does not say the epsilon of its batch normalizations: %g is assumed", b.Epsilon))
			}
		}
		for _, l := range layers {
			for _, text := range note(l.arrays) {
				c.Note(text)
			}
		}
		if reordered {
			c.Note("its layers were put into the order in which they fit: " + listed(steps))
		}
		if i > 0 {
			c.Note("its matrices are " + [...]string{"[inputs, units]", "[units, inputs]"}[m] +
				", other than their names let expect")
		}
		return c, nil
	}
	return nil, first
}

// layouts returns the layouts that the names of the matrices allow, the likeliest first.
func layouts(layers []layer) []layout {
	has := func(r role) bool {
		return slices.ContainsFunc(layers, func(l layer) bool { return len(l.parts[r].Shape) == 2 })
	}
	switch {
	case has(weight):
		return []layout{unitsFirst, inputsFirst}
	case has(matrix):
		return []layout{inputsFirst, unitsFirst}
	}
	return []layout{inputsFirst}
}

// listed returns the names of the first steps.
func listed(steps []element) string {
	const most = 8
	var names []string
	for i, s := range steps {
		if i == most {
			names = append(names, "…")
			break
		}
		names = append(names, short(s.name))
	}
	return strings.Join(names, ", ")
}

// inOrder returns the layers as steps, in the first order in which each takes what the one before gives.
func inOrder(layers []layer, m layout, where string) (steps []element, reordered bool, err error) {
	for _, l := range layers {
		s, err := l.element(m, where)
		if err != nil {
			return nil, false, err
		}
		steps = append(steps, s)
	}
	first := misfit(steps)
	if first == "" {
		return steps, false, nil
	}
	for _, order := range []func(a, b element) int{
		func(a, b element) int { return natural(a.name, b.name) },
		byNumber(steps),
	} {
		sorted := slices.Clone(steps)
		slices.SortStableFunc(sorted, order)
		if misfit(sorted) == "" {
			return sorted, true, nil
		}
	}
	if sorted := onlyOrder(steps); sorted != nil {
		return sorted, true, nil
	}
	return nil, false, fault.New(fault.Data, where, "wanted layers each of which takes what the one before gives, found %s",
		first).WithHint("export the layers of a dense network alone, in their order")
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

// byNumber returns a comparison of layers by the last numbers in their names, a Dense before others: fc1, bn1, fc2, bn2,
// out. A name without one comes last, unless another name is the same with a number: dense is before dense_1.
func byNumber(steps []element) func(a, b element) int {
	numbers := map[string]string{}
	for _, s := range steps {
		n := lastNumber(s.name)
		numbers[s.name] = n
		if base := strings.TrimSuffix(strings.TrimSuffix(s.name, n), "_"); n != "" && numbers[base] == "" {
			numbers[base] = "0"
		}
	}
	return func(a, b element) int {
		x, y := numbers[a.name], numbers[b.name]
		if x == "" || y == "" {
			if c := cmp.Compare(len(y), len(x)); c != 0 {
				return c
			}
		}
		_, first := a.step.(chain.Dense)
		_, second := b.step.(chain.Dense)
		switch c := number(x, y); {
		case c != 0:
			return c
		case first && !second:
			return -1
		case second && !first:
			return 1
		}
		return 0
	}
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
