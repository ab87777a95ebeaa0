package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"digitpage/tab"
)

const (
	arrowDown = kb.ArrowDown
	shift     = kb.ModifierShift
)

// pictureOfDigits gives the page a picture of ten digits: as a file, dropped, and pasted.
func (b *board) pictureOfDigits() {
	tab.Evaluate[bool](b.Tab, `document.querySelector("input[value=picture]").click(), true`)
	b.Picture(b.pictures, "picture-empty")
	b.accessible("picture, empty")
	folder, err := os.MkdirTemp("", "board")
	if err != nil {
		b.Note("picture", err)
		return
	}
	defer func() { b.Note("picture", os.RemoveAll(folder)) }()
	good, bad := filepath.Join(folder, "digits.png"), filepath.Join(folder, "text.png")
	b.Note("picture", writeDigits(good))
	b.Note("picture", os.WriteFile(bad, []byte("no picture"), 0o644))

	b.choose(bad)
	b.wait("an error", `document.getElementById("trouble").textContent.includes("wanted a picture")`)
	b.accessible("picture, error")
	b.choose(good)
	b.wait("ten boxes", `document.querySelectorAll(".box").length === 10`)
	b.Text("a page of digits", "reading", "10 digits: 0 1 2 3 4 / 5 6 7 8 9")
	b.Text("the first digit", "best", "0")
	if tab.Evaluate[bool](b.Tab, `!document.getElementById("trouble").hidden`) {
		b.Note("picture", fmt.Errorf("the error stays"))
	}
	tab.Evaluate[bool](b.Tab, `document.querySelectorAll(".box")[8].click(), true`)
	b.Text("another digit", "best", "8")
	b.Picture(b.pictures, "picture")
	b.accessible("picture")

	const give = `(async () => {
		const blob = await new Promise((done) => document.getElementById("shot").toBlob(done));
		const data = new DataTransfer();
		data.items.add(new File([blob], "again.png", { type: "image/png" }));
		board.picture.forget();
		document.dispatchEvent(%s);
	})(), true`
	for what, event := range map[string]string{
		"dropped": `new DragEvent("drop", { dataTransfer: data, cancelable: true })`,
		"pasted":  `new ClipboardEvent("paste", { clipboardData: data, cancelable: true })`,
	} {
		b.wait("a picture", `!document.getElementById("photo").hidden`)
		tab.Evaluate[bool](b.Tab, `document.getElementById("reading").textContent = "", true`)
		tab.Evaluate[bool](b.Tab, fmt.Sprintf(give, event))
		b.Text("a picture that is "+what, "reading", "10 digits: 0 1 2 3 4 / 5 6 7 8 9")
	}
}

// choose chooses a file.
func (b *board) choose(path string) {
	root, err := chromedp.Call(b.Ctx, dom.GetDocument, dom.GetDocumentParams{})
	if err != nil {
		b.Note("document", err)
		return
	}
	node, err := chromedp.Call(b.Ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.Root.NodeID, Selector: "#file"})
	if err != nil {
		b.Note("file", err)
		return
	}
	_, err = chromedp.Call(b.Ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, NodeID: node.NodeID})
	b.Note("file", err)
}

// writeDigits writes a picture of the ten digits in two lines.
func writeDigits(path string) error {
	const side = 280
	img := image.NewGray(image.Rect(0, 0, 5*side, 2*side))
	for i := range img.Pix {
		img.Pix[i] = 235
	}
	for digit, strokes := range tab.Digits() {
		left, top := float64(digit%5*side), float64(digit/5*side)
		for _, s := range strokes {
			for i := range s[1:] {
				line(img, left+s[i].X, top+s[i].Y, left+s[i+1].X, top+s[i+1].Y)
			}
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		return err
	}
	return f.Close()
}

// line draws a line, 16 pixels wide.
func line(img *image.Gray, x0, y0, x1, y1 float64) {
	n := math.Ceil(math.Hypot(x1-x0, y1-y0))
	for i := 0.0; i <= n; i++ {
		x, y := x0+(x1-x0)*i/max(n, 1), y0+(y1-y0)*i/max(n, 1)
		for dy := -8.0; dy <= 8; dy++ {
			for dx := -8.0; dx <= 8; dx++ {
				if dx*dx+dy*dy <= 64 {
					img.SetGray(int(x+dx), int(y+dy), color.Gray{Y: 30})
				}
			}
		}
	}
}
