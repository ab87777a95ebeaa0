package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"dnn/internal/nn/activation"
)

// elementwiseCase calls a kernel with matrices of one shape, and with vectors as long as their rows.
type elementwiseCase struct {
	name              string
	matrices, vectors int
	run               func(s *Set, m []Matrix, v [][]float32)
}

func elementwiseCases() []elementwiseCase {
	cases := []elementwiseCase{
		{"dropout", 3, 0, func(s *Set, m []Matrix, _ [][]float32) {
			for _, threshold := range []uint32{0, 1, 1 << 30, 1 << 31, math.MaxUint32} {
				var bits []uint32
				for _, v := range m[2].Flatten() {
					bits = append(bits, math.Float32bits(v))
				}
				s.Dropout(m[0], m[1], bits, threshold, 1.25)
			}
		}},
		{"dropout slope", 3, 0, func(s *Set, m []Matrix, _ [][]float32) { s.DropoutSlope(m[0], m[1], m[2], 1.25) }},
		{"dropout slope in place", 2, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.DropoutSlope(m[0], m[0], m[1], 1.25)
		}},
		{"square sums", 1, 2, func(s *Set, m []Matrix, v [][]float32) { s.SquareSums(v[0], m[0], v[1]) }},
		{"normalize", 2, 3, func(s *Set, m []Matrix, v [][]float32) { s.Normalize(m[0], m[1], v[0], v[1], v[2]) }},
		{"normalize sums", 2, 4, func(s *Set, m []Matrix, v [][]float32) {
			s.NormalizeSums(v[0], v[1], m[0], m[1], v[2], v[3])
		}},
		{"normalize slope", 3, 4, func(s *Set, m []Matrix, v [][]float32) {
			s.NormalizeSlope(m[0], m[1], m[2], v[0], v[1], v[2], v[3])
		}},
		{"leaky unit", 2, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Activate(NewLeakyRelu(0.3), m[0], m[1]) }},
		{"leaky unit in place", 1, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Activate(NewLeakyRelu(0.3), m[0], m[0]) }},
		{"leaky unit slope", 3, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.ActivationSlope(NewLeakyRelu(0.3), m[0], m[1], m[2])
		}},
		{"leaky unit slope in place", 2, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.ActivationSlope(NewLeakyRelu(0.3), m[0], m[0], m[1])
		}},
		{"alpha unit", 2, 0, func(s *Set, m []Matrix, _ [][]float32) { s.AlphaUnit(m[0], m[1], 1.7) }},
		{"alpha unit in place", 1, 0, func(s *Set, m []Matrix, _ [][]float32) { s.AlphaUnit(m[0], m[0], 1.7) }},
		{"alpha unit slope", 4, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.AlphaUnitSlope(m[0], m[1], m[2], m[3], 1.7)
		}},
		{"alpha unit slope in place", 3, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.AlphaUnitSlope(m[0], m[0], m[1], m[2], 1.7)
		}},
		{"momentum", 3, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Momentum(m[0], m[1], m[2], 0.9, 0.01, false) }},
		{"nesterov", 3, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Momentum(m[0], m[1], m[2], 0.9, 0.01, true) }},
		{"rmsprop", 3, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.RMSprop(m[0], m[1], m[2], Matrix{}, Matrix{}, RMSpropStep{0.01, 0.9, 0.1, 1e-7, 0})
		}},
		{"rmsprop with momentum", 4, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.RMSprop(m[0], m[1], m[2], Matrix{}, m[3], RMSpropStep{0.01, 0.9, 0.1, 1e-7, 0.9})
		}},
		{"centered rmsprop", 4, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.RMSprop(m[0], m[1], m[2], m[3], Matrix{}, RMSpropStep{0.01, 0.9, 0.1, 1e-7, 0})
		}},
		{"centered rmsprop with momentum", 5, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.RMSprop(m[0], m[1], m[2], m[3], m[4], RMSpropStep{0.01, 0.9, 0.1, 1e-7, 0.9})
		}},
		{"residual", 2, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Residual(m[0], m[1], 0.01, 0.3) }},
		{"lion", 3, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.Lion(m[0], m[1], m[2], LionStep{0.01, 0.9, 0.1, 0.99, 0.01})
		}},
		{"adam", 4, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.Adam(m[0], m[1], m[2], m[3], AdamStep{0.01, 0.1, 0.001, 1e-7})
		}},
		{"nadam", 4, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.Nadam(m[0], m[1], m[2], m[3], NadamStep{0.01, 0.02, 0.1, 0.001, 1e-7})
		}},
		{"amsgrad", 5, 0, func(s *Set, m []Matrix, _ [][]float32) {
			s.AMSGrad(m[0], m[1], m[2], m[3], m[4], AdamStep{0.01, 0.1, 0.001, 1e-7})
		}},
		{"clip", 1, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Clip(m[0], 0.5) }},
		{"scale", 1, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Scale(m[0], 0.3) }},
		{"regularize", 2, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Regularize(m[0], m[1], 0.01, 0.1) }},
	}
	for _, f := range activation.All() {
		f := NewActivation(f)
		cases = append(cases,
			elementwiseCase{f.Name, 2, 0, func(s *Set, m []Matrix, _ [][]float32) { s.Activate(f, m[0], m[1]) }},
			elementwiseCase{f.Name + " in place", 1, 0, func(s *Set, m []Matrix, _ [][]float32) {
				s.Activate(f, m[0], m[0])
			}},
			elementwiseCase{f.Name + " slope", 3, 0, func(s *Set, m []Matrix, _ [][]float32) {
				s.ActivationSlope(f, m[0], m[1], m[2])
			}},
			elementwiseCase{f.Name + " slope in place", 2, 0, func(s *Set, m []Matrix, _ [][]float32) {
				s.ActivationSlope(f, m[0], m[0], m[1])
			}})
	}
	return cases
}

func TestElementwiseKernelsAgreeWithReference(t *testing.T) {
	eachSet(t, func(t *testing.T, s, _ *Set, d *data) {
		for _, c := range elementwiseCases() {
			for _, cols := range awkward {
				compareElementwise(t, s, d, c, d.IntN(5), cols, cols%2 == 0)
			}
		}
	})
}

// Nothing is read behind the last element of any operand, which the fences of the other tests would not notice. AdamIdle
// wants equal strides.
func TestElementwiseKernelsReadNothingElse(t *testing.T) {
	cases := append(elementwiseCases(), elementwiseCase{"adam idle", 3, 0, func(s *Set, m []Matrix, _ [][]float32) {
		s.AdamIdle(m[0], m[1], m[2], AdamStep{0.01, 0.1, 0.001, 1e-7})
	}})
	eachSet(t, func(_ *testing.T, s, _ *Set, d *data) {
		for _, c := range cases {
			for rows := 1; rows <= 3; rows++ {
				for cols := 1; cols <= 21; cols++ {
					var matrices []Matrix
					var vectors [][]float32
					stride := cols + d.IntN(3)
					for range c.matrices {
						data := d.floats(size(rows, cols, stride), false)
						matrices = append(matrices, Matrix{Rows: rows, Cols: cols, Stride: stride, Data: data})
					}
					for range c.vectors {
						vectors = append(vectors, d.floats(cols, false))
					}
					c.run(s, matrices, vectors)
				}
			}
		}
	})
}

// compareElementwise calls a kernel of s and of the reference with equal operands.
func compareElementwise(t *testing.T, s *Set, d *data, c elementwiseCase, rows, cols int, wild bool) {
	t.Helper()
	var got, want []fenced[float32]
	matrices := [2][]Matrix{}
	vectors := [2][][]float32{}
	add := func(n int) (a, b []float32) {
		content := fencedFloats(d.floats(n, wild))
		got, want = append(got, content), append(want, content.copy())
		return got[len(got)-1].inside, want[len(want)-1].inside
	}
	for range c.matrices {
		stride := cols + d.IntN(3)
		a, b := add(size(rows, cols, stride))
		for i, x := range [][]float32{a, b} {
			matrices[i] = append(matrices[i], Matrix{Rows: rows, Cols: cols, Stride: stride, Data: x})
		}
	}
	for range c.vectors {
		a, b := add(cols)
		vectors[0], vectors[1] = append(vectors[0], a), append(vectors[1], b)
	}
	c.run(s, matrices[0], vectors[0])
	c.run(generic(), matrices[1], vectors[1])
	for i := range got {
		sameFloats(t, fmt.Sprintf("%s of %d x %d, operand %d", c.name, rows, cols, i), got[i], want[i])
	}
}

// Each function of package activation has kernels, and no kernel is without a function.
func TestActivationsHaveKernels(t *testing.T) {
	var names []string
	for _, f := range activation.All() {
		names = append(names, f.Name)
		NewActivation(f)
	}
	for name := range activationKernels {
		if !slices.Contains(names, name) {
			t.Errorf("%s has kernels, but package activation does not define it", name)
		}
	}
}
