package space

import (
	"strconv"
	"strings"
)

// loadEarly loads early_terminate: the rungs of W&B's hyperband, those of them that the experiment passes.
func (f *file) loadEarly() error {
	given, _ := f.values.Group("early_terminate")
	if len(given) == 0 {
		return nil
	}
	const group = "early_terminate"
	first, hasFirst := given["min_iter"].(uint64)
	last, hasLast := given["max_iter"].(uint64)
	steps, hasSteps := given["s"].(uint64)
	eta := uint64(3)
	if given, ok := given["eta"].(uint64); ok {
		eta = given
	}
	switch {
	case given["type"] == nil:
		return f.fault(group, "wanted type: hyperband, found no type")
	case hasFirst && hasLast:
		return f.fault(group+".max_iter", "wanted min_iter or max_iter, found both").
			WithHint("W&B would take max_iter, with s")
	case hasSteps && !hasLast:
		return f.fault(group+".s", "wanted max_iter beside it, found none")
	case hasLast && !hasSteps:
		return f.fault(group+".max_iter", "wanted s beside it, the number of rungs before it, found none").
			WithHint("for example s: 2")
	case !hasFirst && !hasLast:
		return f.fault(group, "wanted min_iter, or max_iter and s, found neither")
	}
	h := &Halving{Eta: int(eta), Epochs: f.epochs()}
	epochs := uint64(h.Epochs)
	if hasFirst {
		for rung := first; rung < epochs; rung *= eta {
			h.Rungs = append(h.Rungs, int(rung))
		}
	} else {
		rung := last
		for range steps {
			rung /= eta
			if rung < 1 {
				break
			}
			if rung < epochs {
				h.Rungs = append([]int{int(rung)}, h.Rungs...)
			}
		}
	}
	return f.checkEarly(h)
}

// epochs returns how long points are trained: what a constant parameter says, as W&B's files have it, or the base.
func (f *file) epochs() int {
	for _, p := range f.Parameters {
		if p.Key == "epochs" && p.Distribution.Name == "constant" {
			if n, err := strconv.Atoi(p.Distribution.Values[0]); err == nil {
				return n
			}
		}
	}
	return f.base.Epochs
}

// checkEarly checks whether points can be stopped at the rungs.
func (f *file) checkEarly(h *Halving) error {
	const group = "early_terminate"
	for _, p := range f.Parameters {
		if p.Key == "epochs" && p.Distribution.Name != "constant" {
			return f.fault(group, "wanted the same epochs for all points, found epochs as a parameter: "+
				"points of different lengths cannot be compared at a rung").WithHint("take epochs or early_terminate out")
		}
	}
	switch {
	case len(h.Rungs) == 0 && h.Epochs == 1:
		return f.fault(group, "wanted an experiment of at least 2 epochs, found one: there is nothing to stop early").
			WithHint("take early_terminate out, or set epochs in the base")
	case len(h.Rungs) == 0:
		return f.fault(group, "wanted a rung before the last of %d epochs, found none", h.Epochs).
			WithHint("write min_iter: 1, or train for more epochs")
	case strings.HasPrefix(f.Metric.Name, "test_"):
		return f.fault(group, "wanted a metric that is measured after each epoch, found %s, which is measured at the end",
			f.Metric.Name).WithHint("take a metric of validation")
	}
	f.Early = h
	return nil
}
