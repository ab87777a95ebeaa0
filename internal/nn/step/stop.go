package step

import "dnn/internal/nn/optimizer"

// A step of many samples through a large network takes seconds. Whoever stops a run should not have to wait for it, so
// such a step can be abandoned. Until all gradients are there it changes nothing that the next step needs; what is left
// to do then takes no longer than writing the weights to a file. For that, whole gradients are kept in memory. To write
// and read them takes some time, which hardly counts among so many samples. A short step is not abandoned, and not
// slowed down.

// StopIf makes a step that takes long end early once stop returns true, as it must from then on. An abandoned step
// returns the zero Result and leaves everything as it was before the step, except the optimizer's counters, which
// Optimizer.Begin has changed and the caller has to restore. stop is called from several goroutines. Call Distill
// before StopIf.
//
// StopIf reports whether steps of this trainer can be abandoned; if not, it does nothing.
func (t *Trainer) StopIf(stop func() bool) bool {
	weights := float64(t.model.Architecture().Parameters())
	if t.distiller != nil {
		for _, teacher := range t.distiller.teachers {
			weights += float64(teacher.model.Architecture().Parameters())
		}
	}
	return abandonable(len(t.loss), weights) && t.stopIf(stop)
}

// stopIf is StopIf for steps of any length.
func (t *Trainer) stopIf(stop func() bool) bool {
	o, ok := t.updater.(optimizer.Optimizer)
	if !ok {
		return false
	}
	if _, ok := o.(optimizer.Deferred); !ok {
		t.updater = optimizer.Hold(o, t.model.Params())
	}
	t.stop = stop
	t.plan = newPlan(t.work)
	return true
}

// abandon decides, once all gradients are there, whether the step is abandoned, and takes its traces back if so. If
// not, the step is taken to its end, whatever stop says from now on.
func (t *Trainer) abandon() bool {
	if t.stop == nil {
		return false
	}
	t.engine.stopIf(nil)
	if !t.stop() {
		return false
	}
	t.upcomingFor = nil // its samples may not have been loaded
	t.pass.Step--
	return true
}
