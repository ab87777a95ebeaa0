package tensors

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strconv"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
	"dnn/internal/safetensors"
)

// Layout is the names and layouts of tensors.
type Layout string

// The layouts.
const (
	Keras   Layout = "keras"   // dense.kernel [inputs, units], batch_normalization.gamma, as in dnn's model files
	PyTorch Layout = "pytorch" // 0.weight [units, inputs], 1.running_mean: the state_dict of an nn.Sequential
)

// Layouts returns the names of all layouts.
func Layouts() []string { return []string{string(Keras), string(PyTorch)} }

// tensor is an array, and its type in the file.
type tensor struct {
	arrays.Array
	counter bool // an int64 of 0
}

// Write writes a chain as a .safetensors file with the names and layouts of Keras or PyTorch. Metadata say what weights
// do not: dnn.chain (JSON), from which Read makes the same chain; in PyTorch's layout also format, "pt", and module, the
// Python expression of an nn.Sequential whose load_state_dict takes the tensors. A scale of inputs is in dnn.chain only.
// A function that PyTorch has not, such as exponential, is a module of that name there, for the reader to define. An
// unknown layout is an error of kind fault.Usage, a number that JSON has not one of kind fault.Data; others are w's.
func Write(w io.Writer, c *chain.Chain, layout Layout) error {
	var all []tensor
	var names []string
	extra := map[string]string{}
	switch layout {
	case Keras:
		names = arrays.Names(c)
		for _, a := range arrays.Keras(c) {
			all = append(all, tensor{Array: a})
		}
	case PyTorch:
		python, numbers := module(c)
		for i, n := range numbers {
			name := ""
			switch c.Steps[i].(type) {
			case chain.Dense, chain.BatchNormalization:
				name = strconv.Itoa(n)
			}
			names = append(names, name)
		}
		extra["format"], extra["module"] = "pt", python
		all = stateDict(c, names)
	default:
		return fault.New(fault.Usage, "", "wanted a layout: keras or pytorch, found %q", layout)
	}
	document, err := arrays.Describe(c, names)
	if err != nil {
		return err
	}
	extra[arrays.DocumentName] = document
	return write(w, all, extra)
}

// stateDict returns the tensors of a chain as an nn.Sequential names them.
func stateDict(c *chain.Chain, names []string) (all []tensor) {
	for i, s := range c.Steps {
		add := func(what string, data []float32, shape ...int) {
			all = append(all, tensor{Array: arrays.Array{Name: names[i] + "." + what, Shape: shape, Data: data}})
		}
		switch s := s.(type) {
		case chain.Dense:
			add("weight", chain.Transpose(s.Kernel, s.Inputs, s.Units), s.Units, s.Inputs)
			if s.Bias != nil {
				add("bias", s.Bias, s.Units)
			}
		case chain.BatchNormalization:
			n := len(s.Mean)
			if s.Gamma != nil || s.Beta != nil { // PyTorch has both or none
				add("weight", filled(s.Gamma, n, 1), n)
				add("bias", filled(s.Beta, n, 0), n)
			}
			add("running_mean", s.Mean, n)
			add("running_var", s.Variance, n)
			all = append(all, tensor{Array: arrays.Array{Name: names[i] + ".num_batches_tracked"}, counter: true})
		}
	}
	return all
}

// filled returns data, or n times x if it is nil.
func filled(data []float32, n int, x float32) []float32 {
	if data != nil {
		return data
	}
	data = make([]float32, n)
	for i := range data {
		data[i] = x
	}
	return data
}

// write writes a file: counters, which are 8 bytes, first, so that all tensors are aligned to their size.
func write(w io.Writer, all []tensor, metadata map[string]string) error {
	var header, body bytes.Buffer
	header.WriteString(`{"` + metadataKey + `":`)
	header.Write(safetensors.Marshal(metadata)) // with sorted keys
	for _, counters := range []bool{true, false} {
		for _, t := range all {
			if t.counter != counters {
				continue
			}
			e := entry{DType: "F32", Shape: append([]int{}, t.Shape...)}
			begin := body.Len()
			if t.counter {
				e.DType = "I64"
				body.Write(make([]byte, 8))
			}
			for _, x := range t.Data {
				body.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)))
			}
			e.Offsets = []int{begin, body.Len()}
			header.WriteByte(',')
			header.Write(safetensors.Marshal(t.Name))
			header.WriteByte(':')
			header.Write(safetensors.Marshal(e))
		}
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	for _, part := range [][]byte{binary.LittleEndian.AppendUint64(nil, uint64(header.Len())), header.Bytes(), body.Bytes()} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
