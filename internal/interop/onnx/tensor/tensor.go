// Package tensor computes with the constants of an ONNX graph: it gives them other shapes, and applies operators to
// them element by element. Whatever a graph asks for, a Budget bounds what is computed.
package tensor

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"dnn/internal/interop/onnx/message"
)

// Tensor is a constant. It does not change.
type Tensor struct {
	Dims    []int
	Strings []string // its elements, if they are texts
	Whole   bool     // its elements are whole numbers

	file   *message.Tensor // its elements, if they are numbers of the file
	values []float64       // its elements, if they were computed
}

// Batch stands for the number of samples in a batch, among whole numbers.
var Batch = math.NaN()

// MaxSize is the largest number of elements that is looked at.
const MaxSize = 1 << 30

// MaxShort is the largest number of elements of what is no weight, such as a shape.
const MaxShort = 1024

// Budget is how many bytes may still be computed. A graph can ask for any amount, by using one tensor many times.
type Budget int

// Spend takes bytes for what is about to be computed.
func (b *Budget) Spend(bytes int) error {
	if bytes < 0 || Budget(bytes) > *b {
		return errors.New("wanted constants that need little more than the file, found some that need many times that")
	}
	*b -= Budget(bytes)
	return nil
}

// Of returns a tensor of a file, which must have been checked.
func Of(t *message.Tensor) *Tensor {
	return &Tensor{Dims: t.Dims, Strings: t.Strings, Whole: !t.Type.Fraction(), file: t}
}

// Number returns a tensor of one number, without dimensions.
func Number(v float64, whole bool) *Tensor { return &Tensor{values: []float64{v}, Whole: whole} }

// List returns a tensor of one dimension.
func List[T float64 | float32 | int64](vs []T, whole bool) *Tensor {
	t := &Tensor{Dims: []int{len(vs)}, values: make([]float64, len(vs)), Whole: whole}
	for i, v := range vs {
		t.values[i] = float64(v)
	}
	return t
}

// Texts returns a tensor of texts, of one dimension.
func Texts(vs []string) *Tensor { return &Tensor{Dims: []int{len(vs)}, Strings: vs} }

// Filled returns a tensor whose elements are all v.
func Filled(dims []int, v float64, whole bool, b *Budget) (*Tensor, error) {
	size := Product(dims)
	if size < 0 {
		return nil, fmt.Errorf("wanted dimensions, found %v", dims)
	}
	if err := b.Spend(8 * size); err != nil {
		return nil, err
	}
	return &Tensor{Dims: dims, values: slices.Repeat([]float64{v}, size), Whole: whole}, nil
}

// Product returns the product of dimensions, or -1 if one is unknown, or it is larger than MaxSize.
func Product(dims []int) int {
	size := 1
	for _, d := range dims {
		if d < 0 || d > 0 && size > MaxSize/d {
			return -1
		}
		size *= d
	}
	return size
}

// Size returns the number of elements.
func (t *Tensor) Size() int { return Product(t.Dims) }

// At returns element i of a tensor of numbers.
func (t *Tensor) At(i int) float64 {
	if t.file != nil {
		return t.file.At(i)
	}
	return t.values[i]
}

// Name returns the name that the tensor has in the file, or nothing.
func (t *Tensor) Name() string {
	if t.file == nil {
		return ""
	}
	return t.file.Name
}

// Scalar returns the only number of t. The second result is false if there are more, or none.
func (t *Tensor) Scalar() (float64, bool) {
	if t.Strings != nil || t.Size() != 1 {
		return 0, false
	}
	return t.At(0), true
}

// Names returns the elements as texts.
func (t *Tensor) Names() []string {
	if t.Strings != nil {
		return t.Strings
	}
	all := make([]string, t.Size())
	for i := range all {
		all[i] = strconv.FormatFloat(t.At(i), 'f', -1, 64)
	}
	return all
}

// Short returns the elements of a tensor that is no weight.
func (t *Tensor) Short() ([]float64, error) {
	if t.Strings != nil || t.Size() < 0 || t.Size() > MaxShort {
		return nil, fmt.Errorf("wanted at most %d numbers, found %v", MaxShort, t.Dims)
	}
	all := make([]float64, t.Size())
	for i := range all {
		all[i] = t.At(i)
	}
	return all, nil
}

// Integers returns the elements of a short tensor of whole numbers, none of which is Batch.
func (t *Tensor) Integers() ([]int64, error) {
	values, err := t.Short()
	all := make([]int64, len(values))
	for i, v := range values {
		if all[i] = int64(v); float64(all[i]) != v {
			return nil, fmt.Errorf("wanted whole numbers, found %v", v)
		}
	}
	return all, err
}

// Float32s returns the elements as weights. note says that they had another type, or nothing.
func (t *Tensor) Float32s(b *Budget) (all []float32, note string, err error) {
	if t.Strings != nil || t.Size() < 0 {
		return nil, "", fmt.Errorf("wanted numbers, found %v texts", t.Dims)
	}
	if err := b.Spend(4 * t.Size()); err != nil {
		return nil, "", err
	}
	if t.file != nil && t.file.Type.Fraction() && t.file.Type != message.Float && t.Size() > 1 {
		note = "weights of type " + t.file.Type.String() + " were rounded to float32"
	}
	if t.file != nil {
		all = t.file.Float32s()
	} else {
		all = make([]float32, len(t.values))
		for i, v := range t.values {
			all[i] = float32(v)
		}
	}
	for i, v := range all {
		if v-v != 0 {
			return nil, "", fmt.Errorf("wanted weights that are finite in float32, found %v", t.At(i))
		}
	}
	return all, note, nil
}

// Cast returns the elements as numbers of another type. Only short tensors lose their fractions.
func (t *Tensor) Cast(to message.Type) (*Tensor, error) {
	if t.Strings != nil || to.Width() == 0 {
		return nil, fmt.Errorf("wanted numbers, found %v", to)
	}
	out := *t
	out.Whole = !to.Fraction()
	if out.Whole && !t.Whole {
		values, err := t.Short()
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			values[i] = math.Trunc(v)
		}
		out.file, out.values = nil, values
	}
	return &out, nil
}
