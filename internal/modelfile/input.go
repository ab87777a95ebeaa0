package modelfile

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/table"
)

// Input turns raw values into what a model's network takes: the bytes of images, or the rows of a table by the names of
// its columns. It treats them like the data that the model was trained on. It does not change, so many goroutines can
// use it at once.
type Input struct {
	shape    nn.Shape
	table    [256]float32 // for images: the input for each byte
	columns  []string     // for a table
	standard table.Standardization
}

// Input returns the Input of m's network.
func (m *Model) Input() *Input {
	in := &Input{
		shape:    nn.Shape(slices.Clone(m.InputShape)),
		columns:  slices.Clone(m.Columns),
		standard: table.Standardization{Mean: m.Mean, Std: m.Std},
	}
	for i := range in.table {
		in.table[i] = float32(float64(i) * m.Scale)
	}
	return in
}

// Shape returns the shape of one image, [rows, columns], or the number of columns of a table.
func (in *Input) Shape() nn.Shape { return in.shape }

// Columns returns the names of a table's columns in the network's order, or nil for images.
func (in *Input) Columns() []string { return in.columns }

// Images returns samples of images, without labels. Each image is Shape().Size() bytes in row-major order; 0 is the
// background and 255 the ink, as in MNIST. An error says which image has another size, or that the model takes a table.
func (in *Input) Images(images ...[]byte) (*batch.Samples, error) {
	if in.columns != nil {
		return nil, fmt.Errorf("wanted rows of a table with the columns %s, found images", firstFew(in.columns))
	}
	s := &batch.Samples{Count: len(images), Features: in.shape.Size(), Table: &in.table}
	s.Bytes = make([]uint8, 0, s.Count*s.Features)
	for i, pixels := range images {
		if len(pixels) != s.Features {
			return nil, fmt.Errorf("image %d: wanted %d bytes, for %v pixels, found %d",
				i+1, s.Features, in.shape, len(pixels))
		}
		s.Bytes = append(s.Bytes, pixels...)
	}
	return s, nil
}

// Rows returns samples of the rows of a table, without labels. A row must have a value for every column, and no other.
// An error says which row lacks a column, has another one, or has a value that is not finite, or that the model takes
// images.
func (in *Input) Rows(rows ...map[string]float64) (*batch.Samples, error) {
	if in.columns == nil {
		return nil, fmt.Errorf("wanted images of %v pixels, found rows of a table", in.shape)
	}
	s := &batch.Samples{Count: len(rows), Features: len(in.columns)}
	s.Floats = make([]float32, s.Count*s.Features)
	values := make([]float64, len(in.columns))
	for i, row := range rows {
		for c, name := range in.columns {
			v, ok := row[name]
			switch {
			case !ok:
				return nil, fmt.Errorf("row %d: wanted a value of %s, found none", i+1, strconv.Quote(name))
			case math.IsNaN(v) || math.Abs(v) > math.MaxFloat32:
				return nil, fmt.Errorf("row %d, %s: wanted a finite number of at most 3.4e38, found %v",
					i+1, strconv.Quote(name), v)
			}
			values[c] = v
		}
		if len(row) > len(in.columns) {
			return nil, fmt.Errorf("row %d: wanted the columns %s and no other, found %s",
				i+1, firstFew(in.columns), strconv.Quote(in.other(row)))
		}
		in.standard.Apply(s.Floats[i*s.Features:], values)
	}
	return s, nil
}

// Values returns samples of the rows of a table, without labels. Each row is a value for each of Columns, in their order.
// The values must be finite. An error says that the number of values is no multiple of that of the columns, or that the
// model takes images.
func (in *Input) Values(values []float64) (*batch.Samples, error) {
	n := len(in.columns)
	switch {
	case in.columns == nil:
		return nil, fmt.Errorf("wanted images of %v pixels, found rows of a table", in.shape)
	case len(values)%n != 0:
		return nil, fmt.Errorf("wanted a value for each of %d columns in each row, found %d values", n, len(values))
	}
	s := &batch.Samples{Count: len(values) / n, Features: n, Floats: make([]float32, len(values))}
	for i := 0; i < len(values); i += n {
		in.standard.Apply(s.Floats[i:], values[i:i+n])
	}
	return s, nil
}

// Scaled returns samples of images, whose bytes are those of the images, as m takes them: Scale times each byte. Data sets
// are read as pixels that were divided by 255. Samples of tables are returned as they are.
func (m *Model) Scaled(s *batch.Samples) *batch.Samples {
	if s.Bytes == nil || m.Scale == pixelScale {
		return s
	}
	other := *s
	other.Table = &m.Input().table
	return &other
}

// pixelScale is the Scale of the models that dnn trains on images.
const pixelScale = 1. / 255

// other returns the first key of row, in alphabetical order, that is not a column.
func (in *Input) other(row map[string]float64) string {
	var others []string
	for name := range row {
		if !slices.Contains(in.columns, name) {
			others = append(others, name)
		}
	}
	return slices.Min(others)
}
