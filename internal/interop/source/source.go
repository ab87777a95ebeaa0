// Package source writes a network as source code that depends on nothing: a Go file, a C file, or a header of C.
// The code has the weights, exactly, and one function, which takes an input as it is (pixels, or the columns of a table)
// and returns the class and the outputs. It computes in float32, with plain loops, and skips inputs that are 0.
package source

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"io"
	"math"
	"slices"
	"strings"
	"text/template"

	"dnn/internal/interop/chain"
	"dnn/internal/interop/inference"
)

//go:embed predict.go.tmpl predict.c.tmpl
var files embed.FS

// WriteGo writes c as a file of a Go package of the given name, which Identifier makes of a file's name. It needs Go 1.21.
//
//	func Predict(input *[784]uint8) (class int, output [10]float32)
//
// The input is uint8 if c.Bytes is set, float64 if the network begins with a scale and shift, else float32. A network
// with one output that is no sigmoid returns only that. An error is of w, or says what is wrong with c.
func WriteGo(w io.Writer, c *chain.Chain, packageName string) error {
	var b bytes.Buffer
	var blocks []string // of numbers, which have gofmt's form: it would take half a minute for 80 MB
	block := func(text string) string {
		blocks = append(blocks, text)
		return fmt.Sprintf("\tnumbers%d,", len(blocks)-1)
	}
	instead := template.FuncMap{
		"float32s": func(v []float32) string { return block(float32s(v)) },
		"float64s": func(v []float64) string { return block(float64s(v)) },
	}
	if err := write(&b, "predict.go.tmpl", c, &view{Name: packageName}, instead); err != nil {
		return err
	}
	code, err := format.Source(b.Bytes())
	if err != nil {
		return err // no test would pass
	}
	for i, text := range blocks {
		before, after, _ := bytes.Cut(code, fmt.Appendf(nil, "\tnumbers%d,", i))
		if _, err := w.Write(before); err != nil {
			return err
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
		code = after
	}
	_, err = w.Write(code)
	return err
}

// WriteHeader writes c as a header with all of it, static: what NAME.h has is included once, and called. It is C99 and
// C++17.
//
//	int NAME_predict(const uint8_t input[NAME_INPUTS], float output[NAME_OUTPUTS]);
//
// Otherwise it is like WriteGo, with double for float64. The name comes from Identifier.
func WriteHeader(w io.Writer, c *chain.Chain, name string) error {
	return write(w, "predict.c.tmpl", c, &view{Name: name, Header: true}, nil)
}

// WriteC writes the same as WriteHeader as a file to compile; the declarations that its callers need stand at its top.
func WriteC(w io.Writer, c *chain.Chain, name string) error {
	return write(w, "predict.c.tmpl", c, &view{Name: name}, nil)
}

// view is what the templates show.
type view struct {
	*inference.Network
	Name    string // of the package, or the prefix of all names in C
	Header  bool   // C: everything is static
	Bytes   bool   // inputs are bytes
	Columns []string
	Doubles bool // inputs are of float64
	Layers  []layer

	First, Second int       // the sizes of the two buffers that layers take turns in; 0: there is none
	Formulas      []formula // of the activations that there are
	Helpers       []string  // the functions of Go's package math that those, and softmax, need
	Softmax       bool
}

// layer is a step with where its numbers are. All but a dense layer and the first change them in place.
type layer struct {
	inference.Step
	Kind     string // which part of a template writes it
	Number   int    // in the names of its arrays, from 1
	From, To string // the buffers
	Width    int    // the number of outputs
	Divisor  float64
}

// write executes a template with v, completed from c. The functions instead replace those of the same names.
func write(w io.Writer, name string, c *chain.Chain, v *view, instead template.FuncMap) error {
	n, err := inference.Of(c)
	if err != nil {
		return err
	}
	v.Network, v.Bytes, v.Columns = n, c.Bytes, c.Columns
	v.place()
	v.list()
	t := template.New(name).Funcs(template.FuncMap{
		"comment": comment, "float32s": float32s, "float64s": float64s, "hexFloats": hexFloats,
		"float32": oneFloat32, "float64": oneFloat64, "floatC": oneFloatC, "quoteC": quoteC, "inC": inC, "upper": strings.ToUpper,
		"title": func(s string) string { return strings.ToUpper(s[:1]) + s[1:] },
	}).Funcs(instead)
	t, err = t.ParseFS(files, name)
	if err != nil {
		return err // no test would pass
	}
	return t.Execute(w, v)
}

// place makes the layers and decides where the values between them are: the inputs come to buffer a, each dense layer
// goes to the other of a and b, and the last one to the output.
func (v *view) place() {
	last := len(v.Steps) - 1
	for ; last >= 0; last-- {
		if _, ok := v.Steps[last].(inference.Dense); ok {
			break
		}
	}
	at, width := "a", v.Inputs
	v.First = width
	v.Layers = []layer{{Kind: "load", From: "input", To: at, Width: width}}
	for i, s := range v.Steps {
		l := layer{Step: s, Number: i + 1, From: at, To: at, Width: width}
		switch s := s.(type) {
		case inference.Affine:
			l.Kind = "affine"
			if i == 0 {
				v.Layers = nil
				l.From = "input"
				l.Divisor = divisor(s, v.Bytes)
				v.Doubles = !v.Bytes
			}
		case inference.Normalization:
			l.Kind = "normalize"
		case inference.Activation:
			l.Kind = "activate"
			if s.Function == "softmax" {
				l.Kind = "softmax"
			}
		case inference.Dense:
			l.Kind, l.Width = "dense", s.Units
			switch {
			case i == last:
				l.To = "output"
			case at == "a":
				l.To, v.Second = "b", max(v.Second, s.Units)
			default:
				l.To, v.First = "a", max(v.First, s.Units)
			}
		}
		at, width = l.To, l.Width
		v.Layers = append(v.Layers, l)
	}
}

// divisor returns the whole number that a step divides bytes by, or 0 if that is not all that it does.
func divisor(a inference.Affine, bytes bool) float64 {
	if !bytes || len(a.Scale) != 1 || len(a.Shift) != 1 || a.Shift[0] != 0 || a.Scale[0] <= 0 {
		return 0
	}
	d := math.Round(1 / a.Scale[0])
	if d < 1 || d > 1<<16 || math.Abs(d*a.Scale[0]-1) > 1e-12 {
		return 0
	}
	return d
}

// list finds which functions the code needs.
func (v *view) list() {
	used := map[string]bool{}
	for _, s := range v.Steps {
		if a, ok := s.(inference.Activation); ok {
			used[a.Function] = true
		}
	}
	v.Softmax = used["softmax"]
	if v.Softmax {
		v.Helpers = append(v.Helpers, "exp")
	}
	for _, f := range formulas() {
		if used[f.name] {
			v.Formulas = append(v.Formulas, f)
			v.Helpers = append(v.Helpers, f.helpers()...)
		}
	}
	slices.Sort(v.Helpers)
	v.Helpers = slices.Compact(v.Helpers)
}

// Type returns the type of an input in Go.
func (v *view) Type() string {
	switch {
	case v.Bytes:
		return "uint8"
	case v.Doubles:
		return "float64"
	}
	return "float32"
}

// TypeC returns the type of an input in C.
func (v *view) TypeC() string {
	return map[string]string{"uint8": "uint8_t", "float64": "double", "float32": "float"}[v.Type()]
}

// IsValue reports whether the network gives one value, and no class.
func (v *view) IsValue() bool { return v.Answer == inference.Value }

// IsThreshold reports whether one output tells two classes apart.
func (v *view) IsThreshold() bool { return v.Answer == inference.Threshold }

// Stack returns the bytes of the two buffers.
func (v *view) Stack() int { return 4 * (v.First + v.Second) }

// Constants returns the bytes of the weights, about.
func (v *view) Constants() int { return 4 * v.Weights() }

// Fields of a formula, for the templates.
func (f formula) Name() string     { return f.name }
func (f formula) Extra() string    { return f.extra }
func (f formula) Cases() []oneCase { return f.cases }
func (c oneCase) When() string     { return c.when }
func (c oneCase) Then() string     { return c.then }

// Arguments returns what an activation takes besides the value.
func (l layer) Arguments() []float64 {
	a, ok := l.Step.(inference.Activation)
	switch {
	case ok && a.Function == "leaky_relu":
		return []float64{a.Slope}
	case ok && a.Function == "elu":
		return []float64{a.Alpha}
	}
	return nil
}
