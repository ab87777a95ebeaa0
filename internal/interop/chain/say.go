package chain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nearest"
	"dnn/internal/nn"
)

// CheckSaid returns an error, of the file where, if the file of the chain does not say all of its network, or says what is
// none: steps that do not fit, or functions that are no activations, which a writer would repeat.
func (c *Chain) CheckSaid(where string) error {
	_, err := c.say(Options{})
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return named(err, where)
	}
	return nil
}

// say returns the chain with what its file cannot say, out of the options.
func (c *Chain) say(o Options) (*Chain, error) {
	switch {
	case !c.Unsaid.Activations && len(o.Activations) > 0:
		return nil, fault.New(fault.Usage, "", "the file says itself which activations it has: wanted no --activations")
	case !c.Unsaid.Activations:
		return c, nil
	case len(o.Activations) == 0 && o.Like == nil:
		return nil, fault.New(fault.Data, "", "the file has weights only, and does not say which activations its "+
			"layers have").WithHint("dnn import takes --activations relu (of the hidden layers), or --like mlp.yaml (a network as there)")
	case o.Like != nil:
		return c.like(*o.Like)
	}
	return c.activated(o.Activations)
}

// dense returns the places of the Dense steps.
func (c *Chain) dense() (at []int) {
	for i, s := range c.Steps {
		if _, ok := s.(Dense); ok {
			at = append(at, i)
		}
	}
	return at
}

// activated returns the chain with an activation behind each Dense, or behind the BatchNormalization that follows it.
func (c *Chain) activated(names []string) (*Chain, error) {
	hidden := len(c.dense()) - 1
	for _, name := range names {
		if !slices.Contains(nn.Activations(), name) {
			err := fault.New(fault.Usage, "", "--activations: wanted one of %s, found %q",
				strings.Join(nn.Activations(), ", "), name)
			if near, ok := nearest.Name(name, nn.Activations()); ok {
				return nil, err.WithHint("did you mean %s?", near)
			}
			return nil, err
		}
	}
	if n := len(names); n != 1 && n != hidden && n != hidden+1 {
		return nil, fault.New(fault.Usage, "", "--activations: wanted 1, %d or %d names, for %s and the output, found %d",
			hidden, hidden+1, fault.Count(hidden, "hidden layer"), n)
	}
	other := *c
	other.Steps, other.Notes = nil, slices.Clone(c.Notes)
	layer := 0
	for i, s := range c.Steps {
		other.Steps = append(other.Steps, s)
		if _, dense := s.(Dense); dense {
			layer++
		}
		here, known := c.activatedAt(i)
		if !here {
			continue
		}
		if !known {
			other.Note("activations are taken to come behind batch normalization, not before it (dnn import --like says another order)")
		}
		switch {
		case layer <= hidden && len(names) == 1:
			other.Steps = append(other.Steps, activationOf("", names[0]))
		case layer <= len(names) && (layer <= hidden || len(names) == hidden+1):
			other.Steps = append(other.Steps, activationOf("", names[layer-1]))
		}
	}
	return &other, nil
}

// activatedAt reports whether the activation of a Dense comes behind step i: behind that Dense, or a BatchNormalization
// that follows it. Where names are the numbers of modules, as in an nn.Sequential, they tell: of Linear 0, BatchNorm1d 2
// and Linear 3 the activation is 1. Where they do not, known is false.
func (c *Chain) activatedAt(i int) (here, known bool) {
	normalized := func(i int) bool {
		if i < 0 || i+1 >= len(c.Steps) {
			return false
		}
		_, dense := c.Steps[i].(Dense)
		_, follows := c.Steps[i+1].(BatchNormalization)
		return dense && follows
	}
	if normalized(i) || normalized(i-1) {
		at := i
		if !normalized(i) {
			at = i - 1
		}
		own, next, last := c.number(at), c.number(at+1), c.number(at+2)
		before := own >= 0 && next > own+1 && last == next+1
		return before == (at == i), before || own >= 0 && next == own+1
	}
	_, dense := c.Steps[i].(Dense)
	return dense, true
}

// number returns the name of step i if it is a number, else -1.
func (c *Chain) number(i int) int {
	name := ""
	if i < len(c.Steps) {
		switch s := c.Steps[i].(type) {
		case Dense:
			name = s.Name
		case BatchNormalization:
			name = s.Name
		}
	}
	n, err := strconv.Atoi(name)
	if err != nil {
		return -1
	}
	return n
}

// EpsilonNote is the note of a file that does not say the epsilon of its batch normalizations.
func EpsilonNote(assumed float64) string {
	return fmt.Sprintf("it does not say the epsilon of its batch normalizations: %g is assumed", assumed)
}

// like returns the chain's weights with the layers of another network, which must have the same Dense and
// BatchNormalization layers.
func (c *Chain) like(arch nn.Architecture) (*Chain, error) {
	other := *c
	other.Steps, other.Loss, other.LabelSmoothing = nil, arch.Loss, arch.LabelSmoothing
	other.Notes = slices.Clone(c.Notes)
	var dense []Dense
	var normalizations []BatchNormalization
	for _, s := range c.Steps {
		switch s := s.(type) {
		case Dense:
			dense = append(dense, s)
		case BatchNormalization:
			normalizations = append(normalizations, s)
		case Affine:
			other.Steps = append(other.Steps, s)
		}
	}
	wrong := func(format string, args ...any) error {
		return fault.New(fault.Data, "", "wanted the network of --like: "+format, args...)
	}
	for _, l := range arch.Layers {
		switch l.Type {
		case "dense":
			if len(dense) == 0 {
				return nil, wrong("a Dense layer more than the file has, %s", l.Name)
			}
			if d := dense[0]; d.Units != l.Units {
				return nil, wrong("%s with %s, found %d", l.Name, fault.Count(l.Units, "unit"), d.Units)
			}
			other.Steps = append(other.Steps, dense[0], activationOf("", l.Activation))
			dense = dense[1:]
		case "batch_normalization":
			if len(normalizations) == 0 {
				return nil, wrong("a BatchNormalization layer more than the file has, %s", l.Name)
			}
			s := normalizations[0]
			assumed := EpsilonNote(s.Epsilon)
			other.Notes = slices.DeleteFunc(other.Notes, func(n string) bool { return n == assumed })
			other.Note(fmt.Sprintf("the epsilon of %s is that of --like, %g", l.Name, l.Epsilon))
			s.Epsilon, s.Momentum = l.Epsilon, l.Momentum
			other.Steps = append(other.Steps, s)
			normalizations = normalizations[1:]
		case "dropout":
			other.Steps = append(other.Steps, Dropout{Name: l.Name, Rate: l.Rate})
		default:
			other.Steps = append(other.Steps, layerActivation(l))
		}
	}
	if n := len(dense) + len(normalizations); n > 0 {
		return nil, fmt.Errorf("wanted the network of --like, found %s more", fault.Count(n, "layer"))
	}
	return &other, nil
}
