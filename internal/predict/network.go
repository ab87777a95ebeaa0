package predict

import (
	"slices"
	"strconv"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// network is a model that is ready to be used by many goroutines.
type network struct {
	path        string // of the model
	model       *modelfile.Model
	input       *modelfile.Input
	layers      *nn.Sequential
	kernels     *kernel.Set
	classes     []string       // of each output, two for a single one
	rows, width int            // of an image, in pixels; 0: the model takes tables
	trained     config.Dataset // on which it was trained; empty if the model does not tell
}

// newNetwork builds the network of a model. path is the file that the model was read from.
func newNetwork(m *modelfile.Model, path string, kernels *kernel.Set) (*network, error) {
	layers, err := m.Network(path)
	if err != nil {
		return nil, err
	}
	n := &network{
		path: path, model: m, input: m.Input(), layers: layers, kernels: kernels, classes: m.Classes,
	}
	if count := m.Architecture.Classes(); len(n.classes) != count {
		n.classes = nil
		for i := range count {
			n.classes = append(n.classes, strconv.Itoa(i))
		}
	}
	if m.Columns == nil {
		n.rows, n.width = imageSize(m.InputShape, m.Architecture.Input)
	}
	if len(m.Config) > 0 {
		if trained, err := config.Stored(path, m.Config); err == nil { // a model of other origin has no config of ours
			n.trained = trained.Dataset
		}
	}
	return n, nil
}

// imageSize returns rows and columns of an image of that many features. A shape that does not tell them, as of a model
// whose input was flat, is a square if it can be, else one row.
func imageSize(shape []int, features int) (rows, columns int) {
	if len(shape) == 3 && shape[2] == 1 { // Keras's channel
		shape = shape[:2]
	}
	if len(shape) == 2 && shape[0]*shape[1] == features {
		return shape[0], shape[1]
	}
	for side := 1; side*side <= features; side++ {
		if side*side == features {
			return side, side
		}
	}
	return 1, features
}

// columns returns the names of the columns of a table that the model takes, or nil if it takes images.
func (n *network) columns() []string { return n.input.Columns() }

// worker returns what one goroutine predicts with.
func (n *network) worker() *worker { return &worker{network: n} }

// worker predicts. Only one goroutine may use it at a time.
type worker struct {
	*network
	predictor *step.Predictor // made for the first samples
}

// answers returns the answers for the samples [lo, hi) of s, with guesses alone.
func (w *worker) answers(s *batch.Samples, lo, hi, top int, reject float64) []answer {
	var all []answer
	w.each(s, lo, hi, func(probabilities []float32, class uint8) {
		guesses := rank(w.classes, probabilities, class, top)
		unsure := !(float64(guesses[0].probability) >= reject) // a NaN is unsure
		all = append(all, answer{guesses: guesses, unsure: unsure})
	})
	return all
}

// read returns the probability of each class for each image, for package photo.
func (w *worker) read(images [][]byte) [][]float32 {
	if len(images) == 0 {
		return nil
	}
	s, err := w.input.Images(images...)
	if err != nil {
		panic(err) // photo makes images of the model's size
	}
	all := make([][]float32, 0, len(images))
	w.each(s, 0, s.Count, func(probabilities []float32, _ uint8) {
		all = append(all, slices.Clone(probabilities))
	})
	return all
}

// each calls do with the probabilities and the predicted class of each of the samples [lo, hi). The probabilities are
// overwritten after each call.
func (w *worker) each(s *batch.Samples, lo, hi int, do func(probabilities []float32, class uint8)) {
	if w.predictor == nil {
		w.predictor = step.NewPredictor(w.kernels, w.layers, s)
	}
	var two [2]float32
	for ; lo < hi; lo += step.MaxPredict {
		p := w.predictor.Predict(s, kernel.Span{Lo: lo, Hi: min(lo+step.MaxPredict, hi)})
		for r, class := range p.Class {
			y := p.Outputs.Row(r)
			if len(y) == 1 { // the probability of class 1
				two = [2]float32{1 - y[0], y[0]}
				y = two[:]
			}
			do(y, class)
		}
	}
}

// wantsRows is the error of an input that is no table, for a model that takes one.
func (n *network) wantsRows(where, found string) error {
	return fault.New(fault.Data, where, "wanted a table for %s, with its columns %s, found %s",
		n.path, few(n.columns()), found).WithHint("give it a CSV file whose first line has these names")
}
