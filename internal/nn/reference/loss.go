package reference

import "math"

// MeanLoss returns the mean loss of a batch with what the weights add.
func (n *Network) MeanLoss(x [][]float64, labels []uint8) float64 {
	all := n.Forward(x)
	sum := 0.0
	for r, y := range all[len(all)-1].Y {
		sum += n.LossOf(y, labels[r])
	}
	return sum/float64(len(x)) + n.penalty()
}

// LossOf returns the loss of one sample with the outputs y:
//
//	categorical_crossentropy   -sum_j t_j log p_j
//	binary_crossentropy        -mean_j of t_j log y_j + (1 - t_j) log(1 - y_j)
//	mean_squared_error          mean_j of (y_j - t_j)^2
//
// with the targets t of the label. p is y of a softmax, or else y divided by its sum; probabilities that come from neither
// softmax nor sigmoid are clipped as Keras does.
func (n *Network) LossOf(y []float64, label uint8) float64 {
	last := n.Architecture.Layers[len(n.Architecture.Layers)-1].Activation
	t := n.targets(len(y), label)
	loss, total := 0.0, 0.0
	for _, p := range y {
		total += p
	}
	switch n.Architecture.Loss {
	case "categorical_crossentropy":
		if last != "softmax" {
			n.Kink = min(n.Kink, math.Abs(total))
		}
		for j, p := range y {
			if t[j] == 0 {
				continue
			}
			if last != "softmax" {
				p = n.clip(p / total)
			}
			loss -= t[j] * math.Log(p)
		}
		return loss
	case "binary_crossentropy":
		for j, p := range y {
			if last != "sigmoid" {
				p = n.clip(p)
			}
			if t[j] > 0 {
				loss -= t[j] * math.Log(p)
			}
			if t[j] < 1 {
				loss -= (1 - t[j]) * math.Log(1-p)
			}
		}
	case "mse", "mean_squared_error":
		for j, p := range y {
			loss += (p - t[j]) * (p - t[j])
		}
	default:
		panic(unknown("loss", n.Architecture.Loss))
	}
	return loss / float64(len(y))
}

// targets returns what the outputs should be: 1 for the label's unit and 0 for the others, or, with a single unit, the label
// itself. Label smoothing moves each towards their mean (Szegedy et al., arXiv:1512.00567).
func (n *Network) targets(units int, label uint8) []float64 {
	t := make([]float64, units)
	if units == 1 && n.Architecture.Loss != "categorical_crossentropy" {
		t[0] = float64(label)
	} else if int(label) < units {
		t[label] = 1
	}
	mean := 1 / float64(units)
	if n.Architecture.Loss == "binary_crossentropy" {
		mean = 0.5
	}
	for j := range t {
		t[j] += n.Architecture.LabelSmoothing * (mean - t[j])
	}
	return t
}

// clip keeps a probability so far from 0 and 1 that its logarithm is finite. Keras's bounds are float32: 1 - 1.19e-7.
func (n *Network) clip(p float64) float64 {
	if p != 0 { // 0 comes from a relu only, whose own kink is elsewhere
		n.Kink = min(n.Kink, math.Abs(p), math.Abs(1-p))
	}
	return min(max(p, float64(float32(1e-7))), float64(float32(1-1e-7)))
}
