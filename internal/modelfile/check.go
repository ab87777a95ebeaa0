package modelfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"dnn/internal/fault"
	"dnn/internal/safetensors"
)

// errNotFinite is in the chain of what check says of a NaN or an infinity: a model that diverged.
var errNotFinite = errors.New("not a finite number")

// check says what is wrong with m apart from its tensors. A Model that it accepts can be written and read again.
func (m *Model) check() error {
	if err := m.Architecture.Validate(); err != nil {
		return fmt.Errorf("architecture: %w", err)
	}
	texts := append([]string{m.Version, m.Dataset, m.DataHash}, m.Classes...)
	texts = append(append(texts, m.Columns...), m.Teachers...)
	for _, l := range m.Architecture.Layers {
		texts = append(texts, l.Name)
	}
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return fmt.Errorf("%q is not UTF-8", s)
		}
	}
	if err := m.checkInput(); err != nil {
		return err
	}
	if err := m.checkClasses(); err != nil {
		return err
	}
	if err := m.checkConfig(); err != nil {
		return err
	}
	for _, e := range m.History {
		values := []float64{e.Loss, e.Accuracy, e.LearningRate}
		if e.Validated {
			values = append(values, e.ValLoss, e.ValAccuracy)
		}
		for _, x := range values {
			if !isFinite(x) {
				return fmt.Errorf("history: epoch %d has %v, %w", e.Epoch, x, errNotFinite)
			}
		}
	}
	return nil
}

// checkInput compares the input's shape with what the first layer takes.
func (m *Model) checkInput() error {
	features := min(1, len(m.InputShape))
	for _, d := range m.InputShape {
		if d < 1 || features > math.MaxInt32/d {
			return fmt.Errorf("input shape %v, want dimensions of 1 and more", m.InputShape)
		}
		features *= d
	}
	if features != m.Architecture.Input {
		return fmt.Errorf("input shape %v has %s, the architecture takes %d", m.InputShape, fault.Count(features, "value"), m.Architecture.Input)
	}
	if !isFinite(m.Scale) || m.Scale <= 0 {
		return fmt.Errorf("scale %v, want a number above 0", m.Scale)
	}
	return m.checkColumns()
}

// checkColumns says what is wrong with the columns of a table, if the input is one.
func (m *Model) checkColumns() error {
	n := len(m.Columns)
	if len(m.Mean) != n || len(m.Std) != n || n != 0 && n != m.Architecture.Input {
		return fmt.Errorf("%s with %s and %s, the architecture takes %d", fault.Count(n, "column"),
			fault.Count(len(m.Mean), "mean"), fault.Count(len(m.Std), "standard deviation"), m.Architecture.Input)
	}
	for i := range n {
		if !isFinite(m.Mean[i]) || !isFinite(m.Std[i]) || m.Std[i] <= 0 {
			return fmt.Errorf("column %q: mean %v and standard deviation %v, want finite ones, the second above 0", m.Columns[i], m.Mean[i],
				m.Std[i])
		}
	}
	return nil
}

// checkClasses compares the class names with the outputs.
func (m *Model) checkClasses() error {
	want := m.Architecture.Output()
	if want == 1 {
		want = 2 // one probability tells two classes apart
	}
	if n := len(m.Classes); n != 0 && n != want {
		return fmt.Errorf("%s, the network tells %d classes apart", fault.Count(n, "class name"), want)
	}
	return nil
}

// checkConfig says what is wrong with the config as a JSON object, if there is one.
func (m *Model) checkConfig() error {
	if len(m.Config) == 0 {
		return nil
	}
	if !utf8.Valid(m.Config) {
		return errors.New("config is not UTF-8")
	}
	if err := safetensors.CheckJSON(m.Config); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	var object map[string]json.RawMessage
	if err := safetensors.Unmarshal(m.Config, &object); err != nil || object == nil {
		return errors.New("config: want a JSON object")
	}
	return nil
}

// checkTensors compares m's tensors with its architecture: the same names in the same order, the same shapes, and only
// finite values.
func (m *Model) checkTensors() error {
	want := m.Architecture.Params()
	found, wanted := make(map[string]bool, len(m.Tensors)), make(map[string]int, len(want))
	for _, t := range m.Tensors {
		found[t.Name] = true
	}
	for i, w := range want {
		wanted[w.Name] = i
		if !found[w.Name] {
			return fmt.Errorf("tensor %s is missing, the architecture wants it with shape %v", w.Name, w.Shape)
		}
	}
	for i, t := range m.Tensors {
		at, ok := wanted[t.Name]
		switch {
		case !ok:
			return fmt.Errorf("tensor %s with shape %v: the architecture has no such parameter", t.Name, t.Shape)
		case at != i:
			return fmt.Errorf("tensor %s is number %d, the architecture has it as number %d", t.Name, i+1, at+1)
		case !slices.Equal(t.Shape, want[at].Shape):
			return fmt.Errorf("tensor %s: shape %v, the architecture wants %v", t.Name, t.Shape, want[at].Shape)
		}
		if w := want[at]; len(t.Data) != w.Count() {
			return fmt.Errorf("tensor %s: %d elements, its shape %v wants %d", t.Name, len(t.Data), w.Shape, w.Count())
		}
		for j, x := range t.Data {
			if !isFinite(float64(x)) {
				return fmt.Errorf("tensor %s: element %d of %d is %v, %w", t.Name, j+1, len(t.Data), x, errNotFinite)
			}
		}
	}
	return nil
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
