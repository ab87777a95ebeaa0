package merge

// join returns the network whose logits are the mean of those of parts. These have the same inputs, the same number of
// layers and the same number of outputs.
func join(parts []network) network {
	last := len(parts[0]) - 1
	var merged network
	for i := range parts[0] {
		layers := make([]dense, len(parts)) // at this depth, one of each part
		for p, part := range parts {
			layers[p] = part[i]
		}
		shared := i == 0 // all parts see the same inputs; later, each sees its own units
		if i == last {
			merged = append(merged, average(layers, shared))
		} else {
			merged = append(merged, beside(layers, shared))
		}
	}
	return merged
}

// inputs returns how many inputs the merged layer has.
func inputs(layers []dense, shared bool) int {
	if shared {
		return layers[0].in
	}
	sum := 0
	for _, d := range layers {
		sum += d.in
	}
	return sum
}

// beside returns the layer that gives the outputs of all layers, side by side. Its kernel is theirs in a row if they
// share their inputs; else it is block-diagonal.
func beside(layers []dense, shared bool) dense {
	merged := dense{in: inputs(layers, shared)}
	for _, d := range layers {
		merged.out += d.out
		merged.bias = append(merged.bias, d.bias...)
	}
	merged.kernel = make([]float32, merged.in*merged.out)
	top, left := 0, 0 // of the layer's block
	for _, d := range layers {
		for r := range d.in {
			copy(merged.kernel[(top+r)*merged.out+left:], d.kernel[r*d.out:(r+1)*d.out])
		}
		left += d.out
		if !shared {
			top += d.in
		}
	}
	return merged
}

// average returns the layer whose outputs are the mean of those of all layers. Its kernel is the mean of theirs if they
// share their inputs; else it is theirs one below the other, each divided by their number.
func average(layers []dense, shared bool) dense {
	n := float64(len(layers))
	merged := dense{in: inputs(layers, shared), out: layers[0].out}
	kernel, bias := make([]float64, merged.in*merged.out), make([]float64, merged.out) // sums
	top := 0
	for _, d := range layers {
		for i, w := range d.kernel {
			kernel[top*merged.out+i] += float64(w)
		}
		for o, b := range d.bias {
			bias[o] += float64(b)
		}
		if !shared {
			top += d.in
		}
	}
	merged.kernel, merged.bias = make([]float32, len(kernel)), make([]float32, len(bias))
	for i, sum := range kernel {
		merged.kernel[i] = float32(sum / n)
	}
	for o, sum := range bias {
		merged.bias[o] = float32(sum / n)
	}
	return merged
}
