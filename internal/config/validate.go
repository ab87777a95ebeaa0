package config

import (
	"errors"
	"math"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/keyfile"
	"dnn/internal/nn"
	"dnn/internal/setting"
	"dnn/internal/train/callback"
)

// validate checks the settings that must go together. Architecture checks those that depend on the data set.
func (r *Resolved) validate() error {
	var found []error
	for _, check := range []func() *fault.Error{
		r.checkOutput, r.checkOptimizer, r.checkRate, r.checkCallbacks, r.checkCheckpoint, r.checkAugment,
		r.checkDistill, r.checkSeeds,
	} {
		if err := check(); err != nil {
			found = append(found, err)
		}
	}
	found = append(found, r.checkMonitors()...)
	return errors.Join(found...)
}

// checkOutput checks the output layer and its loss.
func (r *Resolved) checkOutput() *fault.Error {
	last := r.OutputLayer
	losses := nn.LossesFor(last.Activation)
	switch {
	case last.Activation == softmax && last.Units == 1:
		return r.Fault("output_layer.units",
			"wanted 2 or more, or 0 for the classes of the data set, beside softmax, found 1").
			WithHint("softmax over a single unit is always 1; for yes or no use activation: sigmoid")
	case last.Activation == sigmoid && last.Units != 1:
		return r.Fault("output_layer.units", "wanted 1 beside sigmoid, found %d", last.Units).
			WithHint("to tell classes apart use activation: softmax")
	case !slices.Contains(losses, r.Loss):
		return r.Fault("loss", "wanted %s beside an output layer with %s, found %s",
			keyfile.OneOf(losses), last.Activation, r.Loss).
			WithHint("leave loss out to have the one that goes with the output layer")
	case !nn.SmoothsLabels(r.Loss) && r.LabelSmoothing > 0:
		return r.Fault("label_smoothing", "wanted 0 beside %s, found %v", r.Loss, r.LabelSmoothing).
			WithHint("only cross-entropies smooth labels")
	}
	return nil
}

func (r *Resolved) checkOptimizer() *fault.Error {
	if m := r.Optimizer.Check(); m != nil {
		return r.mistake("optimizer", m)
	}
	return nil
}

// mistake returns m, a mistake in a setting of a group, as an error that names the place.
func (r *Resolved) mistake(group string, m *setting.Error) *fault.Error {
	err := r.Fault(group+"."+m.Setting, "%s", m.What)
	err.Hint = m.Hint
	return err
}

// checkRate checks the callback that changes the learning rate.
func (r *Resolved) checkRate() *fault.Error {
	p, on := callbackOf[*callback.Plateau](r)
	switch {
	case !on:
		return nil
	case r.Schedule.Name != constant:
		return r.Fault("reduce_lr_on_plateau", "wanted no schedule beside it, found %s", r.Schedule.Name).
			WithHint("take one of them out: both set the learning rate")
	case p.MinLR >= r.Optimizer.LearningRate:
		return r.Fault("reduce_lr_on_plateau.min_lr", "wanted less than the learning rate, %v, found %v",
			r.Optimizer.LearningRate, p.MinLR)
	}
	return nil
}

// checkCallbacks lets callbacks check whether their settings go together.
func (r *Resolved) checkCallbacks() *fault.Error {
	for _, c := range r.Callbacks {
		if m := setting.Contradiction(c.Kind); m != nil {
			return r.mistake(c.Name, m)
		}
	}
	return nil
}

// checkMonitors refuses to monitor metrics of validation without validation.
func (r *Resolved) checkMonitors() (found []error) {
	if r.ValidationSplit > 0 {
		return nil
	}
	for _, k := range allKeys() {
		if kind, ok := k.Kind.(keyfile.Choice); !ok || !slices.Equal(kind.Names, history.Metrics()) {
			continue
		}
		group, leaf := k.Parent()
		values, _ := r.Group(group)
		monitor, _ := values[leaf].(string)
		if name, ok := strings.CutPrefix(monitor, "val_"); ok {
			const message = "wanted a metric that is measured, found %s, and there is no validation"
			found = append(found, r.Fault(k.Name, message, monitor).
				WithHint("set validation_split, or watch %s", name))
		}
	}
	return found
}

// callbackOf returns the callback of that kind, if it is on.
func callbackOf[K callback.Kind](r *Resolved) (kind K, on bool) {
	for _, c := range r.Callbacks {
		if kind, on = c.Kind.(K); on {
			break
		}
	}
	return kind, on
}

func (r *Resolved) checkCheckpoint() *fault.Error {
	// A keep_last of false, in a variable or flag, asks for nothing and is no mistake.
	if c := r.Checkpoint; c == nil || *c != (Checkpoint{}) || r.Given("checkpoint.keep_last") {
		return nil
	}
	return r.Fault("checkpoint", "wanted every_epochs, every_minutes, best or keep_last, found none").
		WithHint("for example checkpoint: {every_epochs: 5}")
}

func (r *Resolved) checkAugment() *fault.Error {
	if r.Augment != nil && r.Dataset.IsTable() {
		return r.Fault("augment", "wanted a data set of images, found %s", r.Dataset).
			WithHint("take augment out: the rows of a table cannot be shifted or rotated; " +
				"of rows that are images, image: [HEIGHT, WIDTH] in dataset says so")
	}
	for _, d := range r.Augment {
		if m := setting.Contradiction(d); m != nil {
			name, _ := d.Group()
			return r.mistake(strings.TrimSuffix("augment."+name, "."), m)
		}
	}
	return nil
}

// checkDistill refuses networks that cannot learn from teachers, whose outputs are the probabilities of a softmax.
func (r *Resolved) checkDistill() *fault.Error {
	switch {
	case r.Distill == nil:
		return nil
	case r.OutputLayer.Activation != softmax:
		return r.Fault("distill", "wanted an output layer with softmax, found %s", r.OutputLayer.Activation)
	case r.Loss != nn.CategoricalCrossentropy:
		return r.Fault("distill", "wanted the loss %s, found %s", nn.CategoricalCrossentropy, r.Loss)
	}
	return nil
}

// checkSeeds refuses seeds beyond the largest one.
func (r *Resolved) checkSeeds() *fault.Error {
	if left := math.MaxUint64 - r.Seed; uint64(r.Seeds-1) > left {
		return r.Fault("seeds", "wanted at most %d from seed %d on, found %d", left+1, r.Seed, r.Seeds)
	}
	return nil
}

// CheckNoLog returns an error if the experiment has a log, which all points of a sweep would write to.
func (r *Resolved) CheckNoLog() error {
	for _, c := range r.Callbacks {
		if _, ok := c.Log(); ok {
			return r.Fault(c.Name, "wanted no log in a sweep, whose points would all write to it").
				WithHint("take it out of the experiment: each point has its history.csv")
		}
	}
	return nil
}
