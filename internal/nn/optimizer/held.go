package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// held keeps a step's gradients until all of them are there, and then hands them on unchanged.
type held struct{ deferred }

func (h *held) Prepare(*kernel.Worker) {}

func (h *held) Apply(w *kernel.Worker, p *nn.Param, lo, hi int) { h.apply(w, p, lo, hi, 1) }

// Hold returns a Deferred optimizer that gives o, which must not be Deferred, the gradients of these parameters once
// all of them are there. Until then a step has changed no weights.
func Hold(o Optimizer, params []*nn.Param) Optimizer { return &held{newDeferred(o, params)} }
