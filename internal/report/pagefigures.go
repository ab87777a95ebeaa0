package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"strings"
)

// figure is a picture inside a page, and the words for whoever cannot see it.
type figure struct {
	Title         string
	Light         template.URL
	Dark          template.Srcset // empty where the page inverts Light instead
	Width, Height int
	Alt           string
}

// pageFigures are the pictures of a page.
type pageFigures struct {
	Curves    []figure
	Confusion *figure
	Kernels   *figure
}

// figures draws the pictures of p.
func (p Page) figures() (pageFigures, error) {
	var f pageFigures
	if len(p.History) > 0 {
		var err error
		if f.Curves, err = p.curves(); err != nil {
			return f, err
		}
	}
	if p.Confusion != nil {
		heat, err := newFigure(p.Confusion.picture(lightTheme()), p.Confusion.picture(darkTheme()))
		if err != nil {
			return f, err
		}
		heat.Alt = p.Confusion.inWords()
		f.Confusion = &heat
	}
	if p.Kernels.Units > 0 {
		sheet := p.Kernels.sheet(lightTheme())
		url, err := pngURL(sheet)
		if err != nil {
			return f, err
		}
		f.Kernels = &figure{
			Light: url, Width: sheet.Rect.Dx(), Height: sheet.Rect.Dy(),
			Alt: fmt.Sprintf("The weights from %d × %d pixels to each of %d units, as images", p.Kernels.Rows, p.Kernels.Cols, p.Kernels.Units),
		}
	}
	return f, nil
}

// curves draws the panels of the history, each as a figure by itself so that they stand side by side or below each other.
func (p Page) curves() ([]figure, error) {
	light, err := historyPanels(p.History, lightTheme())
	if err != nil {
		return nil, err
	}
	dark, err := historyPanels(p.History, darkTheme())
	if err != nil {
		return nil, err
	}
	first, last := p.History[0], p.History[len(p.History)-1]
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
	if len(p.History) == 1 {
		over = fmt.Sprintf("in epoch %d", last.Epoch)
	}
	figures := make([]figure, len(light))
	for i := range light {
		title := light[i].Title.Text
		if figures[i], err = newFigure(panelPicture(light[i], lightTheme()), panelPicture(dark[i], darkTheme())); err != nil {
			return nil, err
		}
		figures[i].Title = title
		figures[i].Alt = words[i] + ", " + over
	}
	return figures, nil
}

// inWords says what the heat map shows at a glance.
func (c *Confusion) inWords() string {
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
		fmt.Fprintf(&b, "; the most frequent mistake is %s taken for %s, %d %s", c.Classes[from], c.Classes[to], most, times)
	}
	return b.String()
}

// newFigure returns the figure of a picture in light and in dark colors.
func newFigure(light, dark picture) (figure, error) {
	f := figure{Width: light.width, Height: light.height}
	var b bytes.Buffer
	if err := light.writeSVG(&b); err != nil {
		return f, err
	}
	f.Light = dataURL("image/svg+xml", b.Bytes())
	b.Reset()
	if err := dark.writeSVG(&b); err != nil {
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

// dataURL returns content as a URL, which html/template can trust since base64 has no characters with a meaning in HTML.
func dataURL(mediaType string, content []byte) template.URL {
	return template.URL("data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(content))
}
