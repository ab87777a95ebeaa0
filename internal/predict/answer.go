package predict

import (
	"cmp"
	"image"
	"slices"

	"dnn/internal/photo"
)

// found is what was found in one input, or in a part of a long one.
type found struct {
	kind    kind
	answers []answer
	err     error // why the input cannot be used; the answers are then empty

	id    string      // of a table: the name of the column that names its rows; empty: their numbers do
	page  *photo.Page // of a picture in which digits were found
	image image.Image // that picture, if it is to be annotated
}

// answer is what a network says of one sample.
type answer struct {
	file    string
	row     int // from 1 on, in a table or an IDX file; 0: a picture
	id      string
	guesses []guess      // the likeliest first; at least one
	unsure  bool         // the likeliest is not likely enough
	pixels  []byte       // of an image
	digit   *photo.Digit // in a page
}

// guess is a class with its probability.
type guess struct {
	class       string
	probability float32
}

// class returns the name of the class, or ? if the network is not sure enough.
func (a answer) class() string {
	if a.unsure {
		return "?"
	}
	return a.guesses[0].class
}

// probability returns that of the likeliest class.
func (a answer) probability() float32 { return a.guesses[0].probability }

// rank returns the top likeliest classes, of equal ones in their order. predicted, the class that the network predicts,
// comes first: two probabilities may be equal only after rounding.
func rank(classes []string, probabilities []float32, predicted uint8, top int) []guess {
	order := make([]int, len(classes))
	for i := range order {
		order[i] = i
	}
	if top == 1 {
		order = []int{int(predicted)}
	} else {
		slices.SortStableFunc(order, func(a, b int) int {
			switch int(predicted) {
			case a:
				return -1
			case b:
				return 1
			}
			return cmp.Compare(probabilities[b], probabilities[a])
		})
	}
	var guesses []guess
	for _, i := range order[:min(top, len(order))] {
		guesses = append(guesses, guess{classes[i], probabilities[i]})
	}
	return guesses
}
