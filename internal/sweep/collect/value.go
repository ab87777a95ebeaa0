package collect

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/label"
	"dnn/internal/sweep/space"
)

// kind is what a value of a parameter is, as far as other programs know kinds.
type kind int

const (
	none  kind = iota // it has none: a listed setting may leave a key as it is
	text              // anything but the others, such as [300, 100]
	truth             // true or false
	number
)

// value is what a parameter is at a point.
type value struct {
	text   string // YAML on one line
	kind   kind
	number float64 // of a number; of a truth 0 or 1
}

// newValue returns the value of a YAML text.
func newValue(yaml string) value {
	v := value{text: yaml}
	v.kind = text
	switch yaml {
	case "true":
		v.kind, v.number = truth, 1
	case "false":
		v.kind = truth
	default:
		if n, ok := label.Number(yaml); ok {
			v.kind, v.number = number, n
		}
	}
	return v
}

// MarshalJSON implements json.Marshaler: a number, true, false or a text.
func (v value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case number:
		return json.Marshal(v.number)
	case truth:
		return []byte(v.text), nil
	}
	return json.Marshal(v.text)
}

// parameter is a parameter of the sweep and the values that it can have.
type parameter struct {
	key     string
	kind    kind    // of all its values; text if they differ
	choices []value // that it is chosen from, in their order; nil: it is a number from low to high
	low     float64 // of the numbers that occur, or that the sweep allows
	high    float64
	log     bool           // whether logarithms are distributed evenly
	whole   bool           // whether all are whole numbers
	places  map[string]int // of the choices, by their texts
	occur   int            // how many different values the points have
}

// parametersOf returns the parameters of a sweep, as its file has them. What the file does not say, such as the ends of a
// normal distribution, is taken from the values that occur.
func parametersOf(id folder.Identity, points []point) []parameter {
	file := distributions(id)
	all := make([]parameter, len(id.Keys))
	for i, key := range id.Keys {
		p := parameterOf(key, i, points)
		d, known := file[key]
		switch listed := d.Name == "constant" || d.Name == "categorical"; {
		case p.kind != number && !listed:
		case listed:
			p.choose(d.Values)
		case known || id.Method != string(space.Grid) && id.Method != string(space.List):
			p.choices = nil
			p.log = p.low > 0 && strings.Contains(d.Name, "log_")
			if d.Name == "uniform" || d.Name == "int_uniform" || d.Name == "log_uniform_values" {
				p.low, p.high = min(p.low, d.Min), max(p.high, d.Max)
			}
		}
		all[i] = p
	}
	return all
}

// distributions returns the distributions of a sweep's file, by key. A file that cannot be read, such as one of another
// version of the program, has none.
func distributions(id folder.Identity) map[string]space.Distribution {
	const name = "sweep.yaml"
	s, err := space.Load(space.Options{Path: name, Seeds: id.Seeds, Unchecked: true, Read: func(path string) ([]byte, error) {
		if path == name {
			return []byte(id.Sweep), nil
		}
		return []byte(id.Base), nil
	}})
	if err != nil {
		return nil
	}
	all := map[string]space.Distribution{}
	for _, p := range s.Parameters {
		all[p.Key] = p.Distribution
	}
	return all
}

// choose sets what the parameter is chosen from; what else occurs comes after it.
func (p *parameter) choose(values []string) {
	occur := p.choices
	p.choices = nil
	clear(p.places)
	for _, text := range values {
		p.add(newValue(text))
	}
	for _, v := range occur {
		p.add(v)
	}
}

// add adds a choice unless it is there.
func (p *parameter) add(v value) {
	if p.kind == none {
		p.kind = v.kind
	}
	if v.kind != p.kind {
		p.kind = text
	}
	if _, there := p.places[v.text]; !there {
		p.places[v.text] = len(p.choices)
		p.choices = append(p.choices, v)
	}
}

// parameterOf returns the i-th parameter, with the values that occur as its choices.
func parameterOf(key string, i int, points []point) parameter {
	p := parameter{key: key, low: math.Inf(1), high: math.Inf(-1), whole: true, places: map[string]int{}}
	for _, one := range points {
		v := one.values[i]
		if v.kind == none {
			continue
		}
		p.add(v)
		p.low, p.high = min(p.low, v.number), max(p.high, v.number)
		p.whole = p.whole && v.number == math.Trunc(v.number) && math.Abs(v.number) < 1<<53
	}
	if p.kind == number {
		slices.SortStableFunc(p.choices, func(a, b value) int { return cmp.Compare(a.number, b.number) })
	}
	for i, v := range p.choices {
		p.places[v.text] = i
	}
	if p.occur = len(p.choices); p.occur == 0 {
		p.low, p.high = 0, 0
	}
	return p
}
