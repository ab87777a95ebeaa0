package tab

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Media sets features of media that the page is asked for, such as "prefers-color-scheme: dark"; all others are as usual.
func (t *Tab) Media(features ...string) {
	all := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}
	for _, f := range features {
		name, value, _ := strings.Cut(f, ": ")
		all = append(all, &emulation.MediaFeature{Name: name, Value: value})
	}
	_, err := chromedp.Call(t.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: all})
	t.Note("media", err)
}

// Forced asks for the colors that a system forces, in a scheme: bars are still told from their tracks, and from the page.
func (t *Tab) Forced(scheme string) {
	t.Media("forced-colors: active", "prefers-color-scheme: "+scheme)
	t.Wait("bars in forced colors", `(() => {
		const color = (s) => getComputedStyle(document.querySelector(s)).backgroundColor;
		return color(".best .track div") !== color(".best .track") && color(".best .track div") !== color("body");
	})()`)
	t.Wait("ink in forced colors", `getComputedStyle(document.getElementById("sheet")).forcedColorAdjust === "none"`)
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
