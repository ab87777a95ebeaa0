package step

import "dnn/internal/nn/optimizer"

// A step of many samples takes seconds in a large network, and whoever stops a run should not have to wait for it. Such a step
// can be abandoned: until all gradients are there it changes nothing that outlives it, and what is then left to do takes no
// longer than to write the weights to a file. That needs memory for whole gradients, and some time to go through it, which is lost
// among so many samples. A short step is taken to its end, and is not slowed down.

// StopIf makes steps that take long end early once stop says so; it must go on saying so then. A step that was abandoned returns the zero
// Result and leaves everything as it was before, but for the optimizer's Begin: its counters are to be restored. It tells whether
// that can happen at all. Distill comes before it. stop is called from several goroutines.
func (t *Trainer) StopIf(stop func() bool) bool {
	weights := float64(t.model.Architecture().Parameters())
	if t.distiller != nil {
		for _, teacher := range t.distiller.teachers {
			weights += float64(teacher.model.Architecture().Parameters())
		}
	}
	return long(len(t.loss), weights) && t.stopIf(stop)
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
	t.plan()
	return true
}

// ask makes all that computes ask stop from now on, or nothing if it is nil.
func (t *Trainer) ask(stop func() bool) {
	for i := range t.engine.workers {
		t.engine.workers[i].StopIf(stop)
	}
}

// decide tells, once there are all gradients, whether the step is abandoned. If not, nothing asks any more: it is taken to its end.
func (t *Trainer) decide() (abandoned bool) {
	if t.stop == nil {
		return false
	}
	t.ask(nil)
	if !t.stop() {
		return false
	}
	t.loadedFor = nil // what was to be loaded for the next step may have been left out as well
	t.pass.Step--
	return true
}
