package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"digitpage/tab"
)

// pictureOfDigits gives the page a picture of ten digits: as a file, dropped, and pasted.
func (b *board) pictureOfDigits() {
	b.Press("input[value=picture]")
	b.look("picture-empty", false)
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
	b.Wait("an error", `document.getElementById("trouble").textContent.startsWith("Wanted a picture")`)
	b.look("picture-error", false)
	b.choose(good)
	b.boxes("a file")
	if tab.Evaluate[bool](b.Tab, `!document.getElementById("trouble").hidden`) {
		b.Note("picture", fmt.Errorf("the error stays"))
	}
	b.Press(".box:nth-child(9)")
	b.Text("another digit", "best", "8")
	b.agrees("a digit of a picture")
	if label := tab.Evaluate[string](b.Tab, `document.querySelector(".box[aria-pressed=true]").getAttribute("aria-label")`); !strings.HasPrefix(label, "Digit 9 of 10: 8, ") {
		b.Note("picture", fmt.Errorf("the box is called %q", label))
	}
	b.look("picture", false)

	b.forget()
	b.drop(good)
	b.boxes("a file that is dropped")
	// The clipboard has pictures only of pages' own making.
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(b.Ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name, AllowWithoutSanitization: true}, Setting: browser.PermissionSettingGranted})
		b.Note("permission", err)
	}
	tab.Evaluate[bool](b.Tab, `(async () => {
		const blob = await new Promise((done) => document.getElementById("shot").toBlob(done));
		await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
		return true;
	})()`)
	b.forget()
	b.Do(chromedp.KeyEvent("v", chromedp.KeyModifiers(kb.ModifierCtrl), func(k *input.DispatchKeyEventParams) {
		k.Commands = []string{"paste"}
	}))
	b.boxes("a picture that is pasted")
}

// boxes waits for the boxes of all digits.
func (b *board) boxes(when string) {
	b.Wait("ten boxes of "+when, `document.querySelectorAll(".box").length === 10 && !document.getElementById("photo").hidden`)
	b.Text(when, "reading", "10 digits: 0 1 2 3 4 / 5 6 7 8 9")
	b.Text(when, "best", "0")
}

// forget takes the picture away.
func (b *board) forget() {
	b.Press("#other")
	b.Text("no picture", "best", "")
}

// drop drops a file on the page.
func (b *board) drop(path string) {
	for _, kind := range []input.DispatchDragEventType{
		input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop,
	} {
		_, err := chromedp.Call(b.Ctx, input.DispatchDragEvent, input.DispatchDragEventParams{
			Type: kind, X: 200, Y: 300,
			Data: &input.DragData{Items: []*input.DragDataItem{}, Files: []string{path}, DragOperationsMask: 1}})
		b.Note("drop", err)
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
