package chain

import (
	"errors"
	"fmt"
	"strings"
)

// Folded returns the same function with fewer steps. Dropout goes, since it does nothing in inference. Affine steps and
// BatchNormalization go into the weights of the Dense beside them, but for the Affine before the first Dense, which says
// what the inputs are. Weights are rounded to float32 again, which is all that changes.
func (c *Chain) Folded() (*Chain, error) {
	f, err := fold(c, true)
	if err != nil {
		return nil, err
	}
	folded := *c
	folded.Steps, folded.Optimizer = f.steps, nil
	if !f.input.none() {
		folded.Steps = append([]Step{Affine{Scale: f.input.scale, Shift: f.input.shift}}, f.steps...)
	}
	return &folded, nil
}

// folding walks along the steps and folds what it can.
type folding struct {
	whole   bool     // also BatchNormalization and Dropout, where a network may have them
	size    int      // of the values after the last step
	input   affine   // before the first Dense
	steps   []Step   // from the first Dense on, so far
	pending affine   // to be folded into the Dense that comes next
	notes   []string // what changed
}

// fold returns the steps in the form of a network of package nn: it begins with a Dense and ends with a Dense, or with
// one and its activation; there is no Affine, and no Activation that does nothing.
func fold(c *Chain, whole bool) (*folding, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	f := &folding{whole: whole, size: product(c.Input)}
	for _, s := range c.Steps {
		if err := f.add(s); err != nil {
			return nil, err
		}
	}
	if f.steps == nil {
		return nil, errors.New("wanted a Dense layer, found none")
	}
	err := f.flush()
	if err == nil {
		err = f.finish()
	}
	return f, err
}

func product(shape []int) int {
	size := 1
	for _, n := range shape {
		size *= n
	}
	return size
}

// add adds a step.
func (f *folding) add(s Step) error {
	switch s := s.(type) {
	case Dense:
		f.addDense(s)
	case Affine:
		f.addAffine(s.affine(f.size))
	case BatchNormalization:
		if f.steps == nil || f.whole {
			f.addAffine(s.affine())
			return nil
		}
		return f.addOther(s)
	case Activation:
		switch {
		case s.Function == "linear":
			return nil
		case f.steps == nil:
			return fmt.Errorf("%s: wanted a Dense layer before the first activation",
				strings.TrimSpace(s.Function+" "+s.Name))
		}
		return f.addOther(s)
	case Dropout:
		if f.steps != nil && !f.whole {
			f.steps = append(f.steps, s)
		}
	}
	return nil
}

// last returns the last step if it is a Dense.
func (f *folding) last() (Dense, bool) {
	if len(f.steps) == 0 {
		return Dense{}, false
	}
	d, ok := f.steps[len(f.steps)-1].(Dense)
	return d, ok
}

// addOther adds a step that takes nothing in.
func (f *folding) addOther(s Step) error {
	err := f.flush()
	f.steps = append(f.steps, s)
	return err
}

// addAffine folds a map into the Dense before it, or keeps it for the one that comes.
func (f *folding) addAffine(a affine) {
	if last, ok := f.last(); ok {
		f.steps[len(f.steps)-1] = a.after(last)
		return
	}
	f.pending = f.pending.then(a)
}

// addDense adds a Dense layer, with what is pending in its weights. What stands before the first one stays the input's.
func (f *folding) addDense(d Dense) {
	if f.steps == nil {
		f.input = f.take()
	}
	f.steps = append(f.steps, f.take().before(d))
	f.size = d.Units
}

func (f *folding) take() affine {
	a := f.pending
	f.pending = affine{}
	return a
}

// flush adds a Dense layer for what is pending, since a step that is none comes next.
func (f *folding) flush() error {
	a := f.take()
	if a.none() {
		return nil
	}
	f.notes = append(f.notes, "a Dense layer was added for a scale that no other layer can take in")
	return f.addIdentity(a)
}

// mostIdentity is the largest number of values for which a Dense layer is added.
const mostIdentity = 4096

// addIdentity adds a Dense layer that gives scale x + shift.
func (f *folding) addIdentity(a affine) error {
	if f.size > mostIdentity {
		return fmt.Errorf("wanted at most %d units before an output that only another layer can express, found %d",
			mostIdentity, f.size)
	}
	f.steps = append(f.steps, a.identity(f.size))
	return nil
}

// finish brings the end into the form of a network: nothing behind the last Dense but its activation.
func (f *folding) finish() error {
	at := len(f.steps) - 1
	for ; ; at-- {
		if _, ok := f.steps[at].(Dense); ok {
			break
		}
	}
	tail := f.steps[at+1:]
	f.steps = f.steps[: at+1 : at+1]
	for _, s := range tail {
		n, isNormalization := s.(BatchNormalization)
		if _, isDropout := s.(Dropout); isDropout {
			continue
		}
		if last, behind := f.last(); behind && isNormalization {
			f.steps[at] = n.affine().after(last)
			continue
		}
		f.steps = append(f.steps, s)
	}
	return f.close(at)
}

// close adds a Dense layer that changes nothing, unless there is at most a plain activation behind the one at the place.
func (f *folding) close(at int) error {
	end, isActivation := f.steps[len(f.steps)-1].(Activation)
	plain := isActivation && end.plain()
	if behind := len(f.steps) - 1 - at; behind == 0 || behind == 1 && plain {
		return nil
	}
	f.notes = append(f.notes, "a Dense layer that changes nothing was added, since a network ends with one")
	if plain {
		f.steps = f.steps[:len(f.steps)-1]
	}
	if err := f.addIdentity(affine{}); err != nil {
		return err
	}
	if plain {
		f.steps = append(f.steps, end)
	}
	return nil
}

// plain reports whether a Dense layer can have the activation: it is one that a name says all of.
func (a Activation) plain() bool {
	switch a.Function {
	case "leaky_relu":
		return float32(a.Slope) == 0.2
	case "elu":
		return a.Alpha == 1
	}
	return true
}
