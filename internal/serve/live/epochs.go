package live

import "dnn/internal/modelfile"

// epoch is the weights after an epoch; 0 is before the first.
type epoch struct {
	number  int
	weights []modelfile.Tensor // which nobody changes any more
}

// keeper keeps the weights of epochs in bounded memory. If they are too many, every second one is dropped, then every
// second one of those that are left, so that they lie evenly over the run. The latest is always there.
type keeper struct {
	memory int64 // bytes
	every  int   // only multiples of this are kept, beside the latest: a power of 2
	all    []epoch
}

// add keeps the weights of one more epoch.
func (k *keeper) add(number int, weights []modelfile.Tensor) {
	if last := len(k.all) - 1; last >= 0 && k.all[last].number%k.every != 0 {
		k.all = k.all[:last]
	}
	// A slice that was handed out is not changed: it is another one from here on.
	k.all = append(k.all[:len(k.all):len(k.all)], epoch{number, weights})
	most := max(1, int(k.memory/bytesOf(weights)))
	if most == 1 {
		k.all = k.all[len(k.all)-1:]
	}
	for len(k.all) > most && most > 1 {
		k.every *= 2
		var kept []epoch
		for i, e := range k.all {
			if e.number%k.every == 0 || i == len(k.all)-1 {
				kept = append(kept, e)
			}
		}
		k.all = kept
	}
}

// numbers returns the epochs that are kept, in ascending order.
func (k *keeper) numbers() []int {
	all := make([]int, len(k.all))
	for i, e := range k.all {
		all[i] = e.number
	}
	return all
}

// weights returns the weights of an epoch; nil: they are not kept.
func (k *keeper) weights(number int) []modelfile.Tensor {
	for _, e := range k.all {
		if e.number == number {
			return e.weights
		}
	}
	return nil
}

func bytesOf(weights []modelfile.Tensor) int64 {
	bytes := int64(1)
	for _, t := range weights {
		bytes += 4 * int64(len(t.Data))
	}
	return bytes
}
