package arrays

import (
	"slices"
	"strconv"

	"dnn/internal/fault"
)

// positionName matches the names that numpy.savez gives to arrays without one.
var positionName = pattern(`^arr_(\d+)$`)

// Position returns the name of an array that has only a position, as numpy.savez(*arrays) names it.
func Position(i int) string { return "arr_" + strconv.Itoa(i) }

// positional reports whether the arrays have no names, only positions.
func positional(arrays []Array) bool {
	return !slices.ContainsFunc(arrays, func(a Array) bool { return !positionName().MatchString(a.Name) })
}

// byPosition returns the layers of arrays without names, in the order of Keras's get_weights and PyTorch's state_dict: a
// matrix, then perhaps a bias, then perhaps gamma, beta, mean and variance of a batch normalization. All matrices, then
// all biases, is the order of scikit-learn's coefs_ and intercepts_.
func byPosition(arrays []Array, where string) ([]layer, error) {
	arrays = slices.Clone(arrays)
	sortByName(arrays)
	arrays = slices.DeleteFunc(arrays, func(a Array) bool { return skipped(a, "") })
	for _, a := range arrays {
		if err := check(a, matrix, where); err != nil {
			return nil, err
		}
		if len(a.Shape) == 0 {
			return nil, refuse(where, a, "wanted matrices and vectors, found a number")
		}
	}
	if half := len(arrays) / 2; len(arrays)%2 == 0 && half > 1 && vectorsIn(arrays[:half]) == 0 &&
		vectorsIn(arrays[half:]) == half {
		var mixed []Array
		for i := range half {
			mixed = append(mixed, arrays[i], arrays[half+i])
		}
		arrays = mixed
	}
	var layers []layer
	add := func(parts []Array, roles ...role) {
		l := layer{name: "layer_" + strconv.Itoa(len(layers)+1), arrays: parts, parts: map[role]Array{}}
		for i, r := range roles {
			l.parts[r] = parts[i]
		}
		layers = append(layers, l)
	}
	for len(arrays) > 0 {
		isMatrix := len(arrays[0].Shape) == 2
		if isMatrix {
			n := 1
			if v := vectorsAfter(arrays[1:]); v == 1 || v == 5 {
				n = 2 // of 3 vectors, which may be those of two kinds of layers, nothing is made
			}
			add(arrays[:n], []role{matrix, bias}[:n]...)
			arrays = arrays[n:]
		}
		switch v := vectorsAfter(arrays); v {
		case 0:
		case 2:
			add(arrays[:2], mean, variance)
			layers[len(layers)-1].inputs = len(layers) == 1
			arrays = arrays[2:]
		case 4:
			add(arrays[:4], gamma, beta, mean, variance)
			arrays = arrays[4:]
		default:
			return nil, refuse(where, arrays[0], "wanted a bias of 1, or a batch normalization's 2 or 4 vectors between "+
				"matrices, found %s", fault.Count(v, "vector"))
		}
	}
	return layers, nil
}

// vectorsAfter returns how many vectors the arrays begin with.
func vectorsAfter(arrays []Array) int {
	i := slices.IndexFunc(arrays, func(a Array) bool { return len(a.Shape) != 1 })
	if i < 0 {
		return len(arrays)
	}
	return i
}
