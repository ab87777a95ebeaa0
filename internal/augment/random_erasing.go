package augment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"dnn/internal/random"
	"dnn/internal/setting"
)

// RandomErasing fills a rectangle of an image (Zhong et al., AAAI 2020, arXiv:1708.04896, algorithm 1), so that a
// network learns not to rely on a single part of it. The settings are the paper's. Keras's layer of the same name
// differs: it draws the two sides of the rectangle independently, and with a factor of 0.5 it erases a quarter of the
// images.
type RandomErasing struct {
	Probability        float64 // p
	ScaleMin, ScaleMax float64 // s_l and s_h, fractions of the image
	Ratio              float64 // r_1; r_2 is 1 / r_1
	FillValue          string  // random or zero
}

const (
	fillRandom = "random"
	fillZero   = "zero"
)

// erasingTries is the number of rectangles to draw before giving up, if each reaches beyond the image. The paper goes
// on for ever.
const erasingTries = 100

func newRandomErasing() *RandomErasing {
	return &RandomErasing{ScaleMin: 0.02, ScaleMax: 0.33, Ratio: 0.3, FillValue: fillRandom}
}

// Group returns "random_erasing".
func (e *RandomErasing) Group() (name, doc string) {
	return "random_erasing", "Fills a rectangle of the distorted image (Zhong et al., arXiv:1708.04896)."
}

// Settings returns the paper's settings. The paper uses a probability of 0.5 and rectangles of up to 0.4 of the image;
// the default of 0.33 is that of Keras and torchvision.
func (e *RandomErasing) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "probability", Value: &e.Probability, Bounds: setting.From(0, 1), Example: "0.5",
			Doc:    "Fraction of the images that lose a rectangle; 0: none.",
			Advice: "0.5 for a large network that overfits photographs or clothes; digits lose what tells them apart."},
		{Name: "scale_min", Value: &e.ScaleMin, Bounds: setting.Above(0, 1), Example: "0.05",
			Doc:    "Smallest rectangle, as a fraction of the image.",
			Advice: "0.02, a square of 4 pixels in 28 x 28; more where so small a one hides nothing."},
		{Name: "scale_max", Value: &e.ScaleMax, Bounds: setting.Above(0, 1), Example: "0.2",
			Doc:    "Largest rectangle, as a fraction of the image.",
			Advice: "0.2 to 0.4."},
		{Name: "ratio", Value: &e.Ratio, Bounds: setting.From(0.01, 1), Example: "0.5",
			Doc:    "Height of the flattest rectangle, over its width; the tallest has 1/ratio.",
			Advice: "0.3; 1 for squares."},
		{Name: "fill_value", Value: &e.FillValue, Choices: []string{fillRandom, fillZero}, Example: fillZero,
			Doc:    "A random byte for each pixel of the rectangle, or zeros.",
			Advice: "zero where the background is 0: it does better on clothes, and zeros cost no time; else random."},
	}
}

// Check implements setting.Checker.
func (e *RandomErasing) Check() *setting.Error {
	if e.ScaleMin > e.ScaleMax {
		return &setting.Error{
			Setting: "scale_min", What: fmt.Sprintf("wanted at most scale_max, %v, found %v", e.ScaleMax, e.ScaleMin),
		}
	}
	return nil
}

func (e *RandomErasing) purpose() string { return "random_erasing" }

func (e *RandomErasing) paint(stream *rand.PCG, image []uint8, rows, cols int) {
	if float64(random.Uniform(stream)) >= e.Probability {
		return
	}
	at, ok := e.draw(stream, rows, cols)
	if !ok {
		return
	}
	for row := at.top; row < at.top+at.height; row++ {
		pixels := image[row*cols+at.left:][:at.width]
		if e.FillValue == fillZero {
			clear(pixels)
			continue
		}
		for i := range pixels {
			pixels[i] = uint8(stream.Uint64() >> 56)
		}
	}
}

// rectangle is an area of an image, of at least one pixel.
type rectangle struct{ top, left, height, width int }

// draw draws area, ratio and place of a rectangle until one is within the image. ok is false if none is.
func (e *RandomErasing) draw(stream *rand.PCG, rows, cols int) (r rectangle, ok bool) {
	for range erasingTries {
		area := between(stream, e.ScaleMin, e.ScaleMax) * float64(rows*cols)
		ratio := between(stream, e.Ratio, 1/e.Ratio)
		r.height, r.width = side(area*ratio), side(area/ratio)
		r.top, r.left = int(between(stream, 0, float64(rows))), int(between(stream, 0, float64(cols)))
		if r.top+r.height <= rows && r.left+r.width <= cols {
			return r, true
		}
	}
	return rectangle{}, false
}

// side returns the side of a square of the given area, in whole pixels, at least 1.
func side(area float64) int { return max(1, int(math.Round(math.Sqrt(area)))) }

// between returns a number that is uniform in [low, high).
func between(stream *rand.PCG, low, high float64) float64 {
	return low + float64((high-low)*float64(random.Uniform(stream)))
}
