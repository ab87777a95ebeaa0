package board

import (
	"bytes"
	"net/http"
	"slices"
	"sync"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
	"dnn/internal/photo"
)

// photoSide is the side of the images that package photo makes, in pixels.
const photoSide = 28

// reader predicts the digits of pictures.
type reader struct {
	input   *modelfile.Input
	kernels *kernel.Set
	layers  *nn.Sequential
	idle    sync.Pool // of predictors: only one request may use one at a time
}

// newReader returns a reader with a model.
func newReader(m *modelfile.Model, kernels *kernel.Set) (*reader, error) {
	layers, err := m.Network("")
	if err != nil {
		return nil, err
	}
	return &reader{input: m.Input(), kernels: kernels, layers: layers}, nil
}

// probabilities returns the probability of each class for each image.
func (r *reader) probabilities(images [][]byte) [][]float32 {
	if len(images) == 0 {
		return nil
	}
	s, err := r.input.Images(images...)
	if err != nil {
		panic(err) // photo makes images of the model's size
	}
	p, ok := r.idle.Get().(*step.Predictor)
	if !ok {
		p = step.NewPredictor(r.kernels, r.layers, s)
	}
	defer r.idle.Put(p)
	var all [][]float32
	for lo := 0; lo < s.Count; lo += step.MaxPredict {
		rows := kernel.Span{Lo: lo, Hi: min(lo+step.MaxPredict, s.Count)}
		outputs := p.Predict(s, rows).Outputs
		for i := range rows.Hi - rows.Lo {
			y := slices.Clone(outputs.Row(i))
			if len(y) == 1 { // the probability of class 1
				y = []float32{1 - y[0], y[0]}
			}
			all = append(all, y)
		}
	}
	return all
}

// digit is a digit of a picture.
type digit struct {
	Box           [4]int    `json:"box"`  // left, top, right and bottom, in pixels of the upright picture
	Line          int       `json:"line"` // of text, from 0
	Cut           bool      `json:"cut"`  // whether it touched another digit
	Class         string    `json:"class"`
	Probabilities []float32 `json:"probabilities"`
	Pixels        []byte    `json:"pixels"` // in base64
}

// read answers with the digits of a picture.
func (b *board) read(w http.ResponseWriter, r *http.Request, m *shown) {
	if m.reader == nil {
		refuse(w, http.StatusBadRequest, "wanted a model of images with 28x28 pixels, found "+m.Name)
		return
	}
	data, ok := body(w, r, maxPicture)
	if !ok {
		return
	}
	select { // a picture can take 100 MB, and all CPUs
	case b.busy <- struct{}{}:
		defer func() { <-b.busy }()
	case <-r.Context().Done():
		return
	}
	img, err := photo.Decode(bytes.NewReader(data), "")
	if err != nil {
		refuse(w, http.StatusUnsupportedMediaType, reason(err))
		return
	}
	page, err := photo.Find(img, photo.Options{Read: m.reader.probabilities})
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, reason(err))
		return
	}
	images := make([][]byte, len(page.Digits))
	for i := range page.Digits {
		images[i] = page.Digits[i].Pixels
	}
	digits := make([]digit, len(images))
	for i, p := range m.reader.probabilities(images) {
		d := page.Digits[i]
		digits[i] = digit{
			Box:  [4]int{d.Box.Min.X, d.Box.Min.Y, d.Box.Max.X, d.Box.Max.Y},
			Line: d.Line, Cut: d.Cut, Class: m.Classes[largest(p)], Probabilities: p, Pixels: d.Pixels,
		}
	}
	answer(w, http.StatusOK, map[string]any{"width": page.Bounds.Dx(), "height": page.Bounds.Dy(), "digits": digits})
}

// largest returns the index of the largest number, the first of equals.
func largest(numbers []float32) int {
	best := 0
	for i, v := range numbers {
		if v > numbers[best] {
			best = i
		}
	}
	return best
}
