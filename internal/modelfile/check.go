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

// errNotFinite is wrapped by the error about a NaN or an infinity. A model that has one has diverged.
var errNotFinite = errors.New("not a finite number")

// check says what is wrong with m, except with its tensors.
func (m *Model) check() error {
	if err := m.Architecture.Validate(); err != nil {
		return fmt.Errorf("architecture: %w", err)
	}
	texts := append([]string{m.Version, m.Dataset, m.DataHash, m.Start}, m.Classes...)
	texts = append(append(texts, m.Columns...), m.Teachers...)
	for _, p := range m.Merged {
		texts = append(texts, p.SHA256, p.View)
	}
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
	if err := m.RateChanges.Check(); err != nil {
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

// checkInput compares the shape of the input with what the first layer takes.
func (m *Model) checkInput() error {
	features := min(1, len(m.InputShape))
	for _, d := range m.InputShape {
		if d < 1 || features > math.MaxInt32/d {
			return fmt.Errorf("input shape: wanted dimensions of 1 or more, found %v", m.InputShape)
		}
		features *= d
	}
	if features != m.Architecture.Input {
		return fmt.Errorf("input shape %v has %s, the architecture takes %d",
			m.InputShape, fault.Count(features, "value"), m.Architecture.Input)
	}
	if !isFinite(m.Scale) || m.Scale <= 0 {
		return fmt.Errorf("scale: wanted a finite number above 0, found %v", m.Scale)
	}
	return m.checkColumns()
}

// checkColumns says what is wrong with the columns, if the input is a table.
func (m *Model) checkColumns() error {
	n := len(m.Columns)
	if len(m.Mean) != n || len(m.Std) != n || n != 0 && n != m.Architecture.Input {
		return fmt.Errorf("%s with %s and %s, the architecture takes %d", fault.Count(n, "column"),
			fault.Count(len(m.Mean), "mean"), fault.Count(len(m.Std), "standard deviation"), m.Architecture.Input)
	}
	for i := range n {
		if !isFinite(m.Mean[i]) || !isFinite(m.Std[i]) || m.Std[i] <= 0 {
			return fmt.Errorf(
				"column %q: wanted a finite mean and a finite standard deviation above 0, found %v and %v",
				m.Columns[i], m.Mean[i], m.Std[i])
		}
	}
	return nil
}

// checkClasses compares the number of class names with the number of outputs.
func (m *Model) checkClasses() error {
	classes := m.Architecture.Output()
	if classes == 1 {
		classes = 2 // one probability tells two classes apart
	}
	if n := len(m.Classes); n != 0 && n != classes {
		return fmt.Errorf("%s, the network tells %d classes apart", fault.Count(n, "class name"), classes)
	}
	return nil
}

// checkConfig says why the config, if there is one, is not a JSON object.
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
		return errors.New("config: wanted a JSON object, found something else")
	}
	return nil
}

// checkTensors compares m's tensors with its architecture: the same names in the same order, the same shapes, and only
// finite values.
func (m *Model) checkTensors() error {
	params := m.Architecture.Params()
	found, place := make(map[string]bool, len(m.Tensors)), make(map[string]int, len(params))
	for _, t := range m.Tensors {
		found[t.Name] = true
	}
	for i, p := range params {
		place[p.Name] = i
		if !found[p.Name] {
			return fmt.Errorf("tensor %s: wanted one of shape %v, found none", p.Name, p.Shape)
		}
	}
	for i, t := range m.Tensors {
		at, ok := place[t.Name]
		switch {
		case !ok:
			return fmt.Errorf("tensor %s with shape %v: the architecture has no such parameter", t.Name, t.Shape)
		case at != i:
			return fmt.Errorf("tensor %s is number %d, the architecture has it as number %d", t.Name, i+1, at+1)
		case !slices.Equal(t.Shape, params[at].Shape):
			return fmt.Errorf("tensor %s: wanted the shape %v, found %v", t.Name, params[at].Shape, t.Shape)
		}
		if p := params[at]; len(t.Data) != p.Count() {
			return fmt.Errorf("tensor %s: wanted %d elements, for the shape %v, found %d",
				t.Name, p.Count(), p.Shape, len(t.Data))
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

// Check returns the first mistake in m: what would keep Encode from writing it.
func (m *Model) Check() error {
	if err := m.check(); err != nil {
		return err
	}
	return m.checkTensors()
}
