package page

import (
	"fmt"
	"image"
	"math"

	"dnn/internal/fault"
)

// Mistakes are images that a network took for another class, in the order of the page: usually the most confident ones
// first.
type Mistakes struct {
	Rows, Cols int // of each image
	List       []Mistake
}

// Mistake is one image and what the network took it for.
type Mistake struct {
	Index       int     // of the sample in its data set
	Image       []uint8 // [Rows, Cols], 0: background
	True        string  // the name of its class
	Predicted   string  // the name of the class that the network took it for
	Probability float64 // of the predicted class, by the network
}

// check refuses images of another size than Rows and Cols say.
func (m Mistakes) check() error {
	for _, mistake := range m.List {
		if len(mistake.Image) != m.Rows*m.Cols || m.Rows < 1 || m.Cols < 1 {
			return fault.New(fault.Data, "images of mistakes", "wanted %d x %d pixels, found %d in image %d",
				m.Rows, m.Cols, len(mistake.Image), mistake.Index)
		}
	}
	return nil
}

// tile returns the image of a mistake, dark on light.
func (m Mistakes) tile(mistake Mistake) image.Image {
	return darkOnLight(m.Rows, m.Cols, mistake.Image)
}

// darkOnLight returns an image whose background is 0 in pixels.
func darkOnLight(rows, cols int, pixels []uint8) image.Image {
	tile := image.NewGray(image.Rect(0, 0, cols, rows))
	for i, v := range pixels {
		tile.Pix[i] = 255 - v
	}
	return tile
}

// percent returns a probability in percent. It has a decimal where a whole number would claim certainty: 97 %, 99.9 %.
func percent(p float64) string {
	if p >= 0.995 && p < 1 {
		return fmt.Sprintf("%.1f %%", math.Floor(p*1000)/10)
	}
	return fmt.Sprintf("%.0f %%", p*100)
}
