package tab

import (
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Media sets the color scheme that the page is asked for.
func (t *Tab) Media(scheme string) {
	_, err := chromedp.Call(t.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	t.Note("media", err)
}

// Picture stores the whole page, if there is a folder, once it rests.
func (t *Tab) Picture(folder, name string) {
	if folder == "" {
		return
	}
	time.Sleep(700 * time.Millisecond) // bars move, and the explanation may come later
	whole := true
	shot, err := chromedp.Call(t.Ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
	t.Note("screenshot", err)
	if err == nil {
		t.Note("screenshot", os.WriteFile(filepath.Join(folder, name+".png"), shot.Data, 0o644))
	}
}
