package page

import (
	"fmt"
	"image"
	"math"

	"dnn/internal/fault"
)

// Mistakes are images that a network took for another class, in the order in which they are shown: the most confident
// mistakes first, by custom.
type Mistakes struct {
	Rows, Cols int // of each image
	List       []Mistake
}

// Mistake is one image and what the network took it for.
type Mistake struct {
	Index       int     // of the sample in its data set
	Image       []uint8 // [Rows, Cols], 0: background
	True        string  // the names of its class
	Predicted   string  // and of the predicted one
	Probability float64 // that the network gave to the predicted class
}

// check refuses images of another size than they say.
func (m Mistakes) check() error {
	for _, mistake := range m.List {
		if len(mistake.Image) != m.Rows*m.Cols || m.Rows < 1 || m.Cols < 1 {
			return fault.New(fault.Data, "images of mistakes", "wanted %d x %d pixels, found %d in image %d",
				m.Rows, m.Cols, len(mistake.Image), mistake.Index)
		}
	}
	return nil
}

// tile returns the image of a mistake as ink on paper.
func (m Mistakes) tile(mistake Mistake) image.Image {
	tile := image.NewGray(image.Rect(0, 0, m.Cols, m.Rows))
	for i, v := range mistake.Image {
		tile.Pix[i] = 255 - v
	}
	return tile
}

// percent returns a probability in percent, with a decimal where a whole number would claim certainty: 97 %, 99.9 %.
func percent(p float64) string {
	if p >= 0.995 && p < 1 {
		return fmt.Sprintf("%.1f %%", math.Floor(p*1000)/10)
	}
	return fmt.Sprintf("%.0f %%", p*100)
}
