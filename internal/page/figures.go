package page

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"strings"

	"dnn/internal/picture"
	"dnn/internal/report"
)

// figure is a picture in the page, with a text for those who cannot see it.
type figure struct {
	Title         string
	Light         template.URL
	Dark          template.Srcset // empty: the page inverts Light
	Width, Height int
	Alt           string
}

// figures are all pictures of the page.
type figures struct {
	Curves    []figure
	Confusion *figure
	Kernels   *figure
}

// figures draws the pictures of c.
func (c Content) figures() (figures, error) {
	var f figures
	if len(c.History) > 0 {
		var err error
		if f.Curves, err = c.curves(); err != nil {
			return f, err
		}
	}
	if c.Confusion != nil {
		light, dark := picture.Confusion(c.Confusion, picture.Light()), picture.Confusion(c.Confusion, picture.Dark())
		heat, err := newFigure(light, dark)
		if err != nil {
			return f, err
		}
		heat.Alt = inWords(c.Confusion)
		f.Confusion = &heat
	}
	if c.Kernels.Units > 0 {
		sheet, err := c.Kernels.Sheet(picture.Light())
		if err != nil {
			return f, err
		}
		url, err := pngURL(sheet)
		if err != nil {
			return f, err
		}
		f.Kernels = &figure{
			Light: url, Width: sheet.Rect.Dx(), Height: sheet.Rect.Dy(),
			Alt: fmt.Sprintf("The weights from %d × %d pixels to each of %d units, as images",
				c.Kernels.Rows, c.Kernels.Cols, c.Kernels.Units),
		}
	}
	return f, nil
}

// curves draws the panels of the history. Each is a figure of its own, so that they can stand side by side or below one
// another.
func (c Content) curves() ([]figure, error) {
	light, err := picture.Panels(c.History, picture.Light())
	if err != nil {
		return nil, err
	}
	dark, err := picture.Panels(c.History, picture.Dark())
	if err != nil {
		return nil, err
	}
	first, last := c.History[0], c.History[len(c.History)-1]
	words := []string{
		fmt.Sprintf("Training loss from %.4f to %.4f", first.Loss, last.Loss),
		fmt.Sprintf("Training accuracy from %.4f to %.4f", first.Accuracy, last.Accuracy),
		fmt.Sprintf("Learning rate from %.3g to %.3g", first.LearningRate, last.LearningRate),
	}
	if first.Validated && last.Validated {
		words[0] += fmt.Sprintf(", validation loss from %.4f to %.4f", first.ValLoss, last.ValLoss)
		words[1] += fmt.Sprintf(", validation accuracy from %.4f to %.4f", first.ValAccuracy, last.ValAccuracy)
	}
	over := fmt.Sprintf("over epochs %d to %d", first.Epoch, last.Epoch)
	if len(c.History) == 1 {
		over = fmt.Sprintf("in epoch %d", last.Epoch)
	}
	figures := make([]figure, len(light))
	for i := range light {
		if figures[i], err = newFigure(light[i], dark[i]); err != nil {
			return nil, err
		}
		figures[i].Alt = words[i] + ", " + over
	}
	return figures, nil
}

// inWords says what the heat map of a confusion table shows at a glance.
func inWords(c *report.Confusion) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Heat map of true and predicted classes: %.2f %% are right", c.Accuracy*100)
	most, from, to := 0, 0, 0
	for i, row := range c.Counts {
		for j, n := range row {
			if i != j && n > most {
				most, from, to = n, i, j
			}
		}
	}
	if most > 0 {
		times := "times"
		if most == 1 {
			times = "time"
		}
		fmt.Fprintf(&b, "; the most frequent mistake is %s taken for %s, %d %s",
			c.Classes[from], c.Classes[to], most, times)
	}
	return b.String()
}

// newFigure returns the figure of a drawing in light and in dark colors.
func newFigure(light, dark picture.Drawing) (figure, error) {
	f := figure{Title: light.Title, Width: light.Width, Height: light.Height}
	var b bytes.Buffer
	if err := light.Write(&b, "svg"); err != nil {
		return f, err
	}
	f.Light = dataURL("image/svg+xml", b.Bytes())
	b.Reset()
	if err := dark.Write(&b, "svg"); err != nil {
		return f, err
	}
	f.Dark = template.Srcset(dataURL("image/svg+xml", b.Bytes()))
	return f, nil
}

// pngURL returns an image as a data URL.
func pngURL(img image.Image) (template.URL, error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, img); err != nil {
		return "", err
	}
	return dataURL("image/png", b.Bytes()), nil
}

// dataURL returns content as a data URL. html/template may trust it, since base64 has no characters with a meaning in
// HTML.
func dataURL(mediaType string, content []byte) template.URL {
	return template.URL("data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(content))
}
