package optimizer

import (
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// held keeps a step's gradients until all of them are there, and hands them on as they are.
type held struct{ deferred }

func (h *held) Prepare() {}

func (h *held) Apply(w *kernel.Worker, p *nn.Param, lo, hi int) { h.apply(w, p, lo, hi, nil) }

// Hold returns the optimizer o, which must not be Deferred, with a Deferred one that hands it the gradients of these parameters.
func Hold(o Optimizer, params []*nn.Param) Optimizer { return &held{newDeferred(o, params)} }
