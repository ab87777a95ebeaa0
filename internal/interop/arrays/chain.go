package arrays

import (
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
)

// Max is the most arrays that a file may have. Those of a thousand layers are fewer.
const Max = 4096

// Chain returns the chain of dense and batch normalization layers whose weights the arrays are. The layers are in the
// arrays' order if each takes what the one before gives; else in the order of the numbers in their names; else in the
// only order that fits. Numbers come first where names have nothing else: a module of fc1, fc2 and bn1, declared in this
// order, computes fc1, bn1, fc2. The chain has no activations (Unsaid). An array that belongs to no such layer is an
// error.
func Chain(arrays []Array, where string) (*chain.Chain, error) { return read(arrays, true, where) }

// Unordered is Chain for arrays of a format that has no order.
func Unordered(arrays []Array, where string) (*chain.Chain, error) {
	arrays = slices.Clone(arrays)
	sortByName(arrays)
	return read(arrays, false, where)
}

func read(arrays []Array, ordered bool, where string) (*chain.Chain, error) {
	if len(arrays) == 0 {
		return nil, fault.New(fault.Data, where, "wanted arrays of weights, found none")
	}
	if err := Few(len(arrays), where); err != nil {
		return nil, err
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
	return assemble(layers, ordered, where)
}

// Few refuses more than Max arrays.
func Few(n int, where string) error {
	if n > Max {
		return fault.New(fault.Data, where, "wanted at most %d arrays, as a dense network has them, found %d", Max, n)
	}
	return nil
}

// sortByName sorts arrays by their names, numbers by their value.
func sortByName(arrays []Array) {
	slices.SortStableFunc(arrays, func(a, b Array) int { return natural(a.Name, b.Name) })
}

// assemble tries the layouts of matrices that the names allow, and for each the orders. The error is that of the
// likeliest layout.
func assemble(layers []layer, ordered bool, where string) (*chain.Chain, error) {
	var first error
	for i, m := range layouts(layers) {
		steps, reordered, err := inOrder(layers, m, ordered, where)
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
				c.Note(chain.EpsilonNote(b.Epsilon))
			}
		}
		for _, l := range layers {
			for _, text := range note(l.arrays) {
				c.Note(text)
			}
		}
		if reordered {
			c.Note("its layers were put into the order in which they fit: " + listed(steps))
		} else if !ordered && !byNumber(steps).all && onlyOrder(steps) == nil {
			c.Note("its file has no order of layers, and more than one fits: the order of their names is taken, " + listed(steps))
		}
		if i > 0 {
			c.Note("its matrices are " + [...]string{"[inputs, units]", "[units, inputs]"}[m] +
				", unlike what their names suggest")
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
