package space

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/keyfile"
	"dnn/internal/random"
	"dnn/internal/sweep/sampler"
)

// Points returns how many points the sweep has. They are numbered from 0.
func (s *Sweep) Points() int { return s.Settings * s.Seeds }

// Point returns the point of a number. It is the same on every machine, and does not depend on results. With the method
// bayes, which does, it is an error: Propose gives the values.
func (s *Sweep) Point(n int) (Point, error) {
	if n < 0 || n >= s.Points() {
		return Point{}, fault.New(fault.Usage, s.Path, "wanted a point from 0 to %d, found %d", s.Points()-1, n)
	}
	if s.Method == Bayes {
		return Point{}, fault.New(fault.Usage, s.Path, "wanted points that do not depend on results, found method: bayes").
			WithHint("method: random or sobol can be run in parts, in any order")
	}
	return s.PointOf(n, s.values(n/s.Seeds)), nil
}

// PointOf returns the point of a number with these values of its setting, as Propose gives them.
func (s *Sweep) PointOf(n int, values []Value) Point {
	return Point{Number: n, Setting: n / s.Seeds, Seed: s.base.Seed + uint64(n%s.Seeds), Values: values}
}

// values returns the values of a setting.
func (s *Sweep) values(setting int) []Value {
	switch s.Method {
	case List:
		return slices.Clone(s.listed[setting].values)
	case Grid:
		return s.inOrder(sampler.Grid(s.axes, uint64(setting)))
	}
	return s.inOrder(s.distinctTexts(setting))
}

// inOrder returns the values of the axes in the order of the parameters.
func (s *Sweep) inOrder(texts []string) []Value {
	values := make([]Value, len(s.Parameters))
	for i, p := range s.Parameters {
		at := slices.IndexFunc(s.axes, func(x *sampler.Axis) bool { return x.Key == p.Key })
		values[i] = Value{p.Key, texts[at]}
	}
	return values
}

// draw returns the combination that is drawn for a setting, or drawn again, if it is there already.
func (s *Sweep) draw(setting, again int) []string {
	texts := make([]string, len(s.axes))
	for i, x := range s.axes {
		texts[i] = x.Text(s.place(x.Key, setting, again))
	}
	return texts
}

// place returns a random number between 0 and 1 for a parameter of a setting. It does not depend on other parameters.
func (s *Sweep) place(key string, setting, again int) float64 {
	var stream rand.PCG
	random.NewKey(s.seed(), "sweep/"+key, again).At(setting).Seed(&stream)
	return sampler.Between(stream.Uint64())
}

// even returns the combination of that index of Sobol's sequence, scrambled by the hash.
func (s *Sweep) even(index int) []string {
	texts := make([]string, len(s.axes))
	dimension := 0
	for i, x := range s.axes {
		u := 0.5
		if x.Count() != 1 {
			bits := sampler.Scrambled(sampler.Sobol(uint32(index), dimension), random.NewKey(s.seed(), "sobol/"+x.Key, 0))
			u = (float64(bits) + 0.5) * 0x1p-32
			dimension++
		}
		texts[i] = x.Text(u)
	}
	return texts
}

// Flags returns the point as settings that override the experiment file.
func (p Point) Flags() []config.Flag {
	flags := make([]config.Flag, len(p.Values))
	for i, v := range p.Values {
		flags[i] = config.Flag{Name: "parameter " + v.Key, Key: v.Key, Value: v.flag()}
	}
	return flags
}

// flag returns the value as a flag spells it: the name of a file has no quotes there, and a list has brackets.
func (v Value) flag() string {
	switch experimentKeys()[v.Key].Kind.(type) {
	case keyfile.Path:
		return keyfile.FlowNode(v.Text).Value
	case keyfile.Paths:
		if !strings.HasPrefix(v.Text, "[") {
			return "[" + v.Text + "]"
		}
	}
	return v.Text
}

// String describes the point: point 57 (batch_size 32, layers [10]).
func (p Point) String() string {
	text := make([]string, len(p.Values))
	for i, v := range p.Values {
		text[i] = v.Key + " " + v.Text
	}
	if len(text) == 0 {
		return fmt.Sprintf("point %d (the base)", p.Number)
	}
	return fmt.Sprintf("point %d (%s)", p.Number, shorten(strings.Join(text, ", ")))
}

// Resolve returns the experiment of the point: the base with its values and its seed. The error names the point.
func (s *Sweep) Resolve(p Point) (*config.Resolved, error) {
	flags := append(p.Flags(),
		config.Flag{Name: "seed of the point", Key: "seed", Value: strconv.FormatUint(p.Seed, 10)},
		config.Flag{Name: "seed of the point", Key: "seeds", Value: "1"})
	r, err := s.resolve(flags...)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		e.Where, e.What = s.Path, p.String()+": "+e.Error()
		if s.Method == List {
			at := s.listed[p.Setting].at
			e.Where = fmt.Sprintf("%s:%d:%d", s.Path, at.Line, at.Column)
		} else if strings.Contains(e.What, "there is no such key") {
			e.Hint += "; settings of method: list can have different keys"
		}
	}
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(s.Metric.Name, "val_") && r.ValidationSplit == 0 {
		return nil, fault.New(fault.Config, s.Path, "%s: wanted validation for the metric %s, found validation_split 0", p,
			s.Metric.Name)
	}
	return r, nil
}

// resolve returns the base experiment under more flags.
func (s *Sweep) resolve(more ...config.Flag) (*config.Resolved, error) {
	o := config.Options{
		Path: s.Base, Env: s.options.Env, Environ: s.options.Environ, Flags: slices.Concat(s.options.Flags, more),
	}
	if s.Base != "" {
		o.Read = func(string) ([]byte, error) { return s.baseText() }
	}
	return config.Load(o)
}

// shorten cuts a text to a length that leaves room for more in an error.
func shorten(text string) string {
	const longest = 150
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}
