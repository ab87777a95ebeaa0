// Package numpy reads and writes the weights of networks as arrays of NumPy: .npz, a zip file of .npy files, and .npy.
// numpy/lib/format.py of NumPy defines the format. Arrays of objects, which are pickles, are refused.
package numpy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/archive"
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
)

// The names of what an .npz of dnn has beside the weights: what inputs are multiplied with and what is added to that,
// one number or one for each input; the names of the classes and of the columns of a table.
const (
	scaleName   = "input.scale"
	shiftName   = "input.shift"
	classesName = "classes"
	columnsName = "columns"
)

// Is reports whether data is an .npy file, or an .npz file.
func Is(data []byte) bool {
	return bytes.HasPrefix(data, []byte(magic)) ||
		archive.HasMember(data, func(name string) bool { return strings.HasSuffix(name, ".npy") })
}

// Read returns the network whose weights are in data, an .npz or .npy file: one that dnn wrote, or one with the names of
// Keras or PyTorch, or with arrays in the order of Keras's get_weights (arr_0, arr_1, …). Errors are of kind fault.Data
// and name where.
func Read(data []byte, where string) (*chain.Chain, error) {
	if !archive.Is(data) {
		a, text, err := decode(arrays.Position(0), data)
		if err != nil {
			return nil, fault.New(fault.Data, where, "%w", err)
		}
		if text != nil {
			return nil, fault.New(fault.Data, where, "wanted an array of numbers, found one of text")
		}
		return arrays.Chain([]arrays.Array{a}, where)
	}
	zipped, err := archive.Open(data, where)
	if err != nil {
		return nil, err
	}
	if err := arrays.Few(len(zipped.Names()), where); err != nil {
		return nil, err
	}
	var all []arrays.Array
	texts := map[string][]string{}
	for _, member := range zipped.Names() {
		name, ok := strings.CutSuffix(member, ".npy")
		if !ok {
			return nil, fault.New(fault.Data, where, "wanted an .npz file, whose members are .npy files, found %.60q", member)
		}
		file, err := zipped.Read(member)
		if err != nil {
			return nil, err
		}
		a, text, err := decode(name, file)
		if err != nil {
			return nil, fault.New(fault.Data, where, "array %.60q: %w", name, err)
		}
		if text != nil {
			texts[name] = text
		} else {
			all = append(all, a)
		}
	}
	if text := texts[arrays.DocumentName]; len(text) == 1 {
		return arrays.Rebuild(text[0], all, where)
	}
	c, err := arrays.Chain(all, where)
	if err != nil {
		return nil, err
	}
	if n := c.Outputs(); len(texts[classesName]) == n {
		c.Classes = texts[classesName]
	}
	return c, nil
}

// Write writes a chain as an .npz file with Keras's names and layouts, as dnn's own model files have them: dense.kernel
// [inputs, units], dense.bias, batch_normalization.gamma, …, float32. numpy.load reads all of it without pickles. Beside
// the weights are input.scale and input.shift (float64), if inputs are scaled; classes and columns, if they have names;
// and dnn.chain, a text that says the rest as JSON, from which Read makes the same chain. An error is w's.
func Write(w io.Writer, c *chain.Chain) error {
	z := zip.NewWriter(w)
	add := func(name, descr string, shape []int, data []byte) error {
		return member(z, name+".npy", encode(descr, shape, data))
	}
	for _, a := range arrays.Keras(c) {
		data := make([]byte, 0, 4*len(a.Data))
		for _, x := range a.Data {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
		if err := add(a.Name, "<f4", a.Shape, data); err != nil {
			return err
		}
	}
	if len(c.Steps) > 0 {
		if a, ok := c.Steps[0].(chain.Affine); ok {
			err := errors.Join(add(scaleName, "<f8", vector(a.Scale), doubles(a.Scale)),
				add(shiftName, "<f8", vector(a.Shift), doubles(a.Shift)))
			if err != nil {
				return err
			}
		}
	}
	for _, t := range []struct {
		name  string
		texts []string
	}{{classesName, c.Classes}, {columnsName, c.Columns}} {
		if t.texts != nil {
			descr, data := encodeTexts(t.texts)
			if err := add(t.name, descr, []int{len(t.texts)}, data); err != nil {
				return err
			}
		}
	}
	document, err := arrays.Describe(c, arrays.Names(c))
	if err != nil {
		return err
	}
	descr, data := encodeTexts([]string{document})
	if err := add(arrays.DocumentName, descr, nil, data); err != nil {
		return err
	}
	return z.Close()
}

// vector returns the shape of numbers of which one stands for all.
func vector(x []float64) []int {
	if len(x) == 1 {
		return nil
	}
	return []int{len(x)}
}

func doubles(x []float64) (data []byte) {
	for _, v := range x {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
	}
	return data
}

// encodeTexts returns texts as NumPy's type of the length of the longest, and their bytes.
func encodeTexts(texts []string) (descr string, data []byte) {
	longest := 1 // NumPy has no type of length 0
	for _, t := range texts {
		longest = max(longest, len([]rune(t)))
	}
	for _, t := range texts {
		runes := slices.Grow([]rune(t), longest)[:longest]
		clear(runes[len([]rune(t)):])
		for _, r := range runes {
			data = binary.LittleEndian.AppendUint32(data, uint32(r))
		}
	}
	return fmt.Sprintf("<U%d", longest), data
}

// member adds a stored member with the date of all of dnn's zip files, 1 January 1980.
func member(z *zip.Writer, name string, content []byte) error {
	h := &zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content))}
	h.ModifiedDate = 1<<5 | 1 //nolint:staticcheck // Modified would add an extra field, and the file would say a time zone
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}
