// Browser draws on a page that `dnn export model.bin -o digit.html` wrote, in a headless Chromium, and checks what it says.
//
//	go -C scripts/interop/browser run . $PWD/digit.html [FOLDER]
//
// Mouse, stylus, finger and keys each draw; every one of the ten digits has to be read. The page may print nothing to the
// console and ask for nothing but itself. The script prints what is wrong, and nothing if all is well. FOLDER gets
// pictures of the page: light, dark, and on a phone. The model has to know the ten digits, such as the course's.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

func main() {
	if err := start(os.Args[1:]); err != nil { //nolint:forbidigo // this is the program's main.go
		log.SetFlags(0)
		log.Fatal(err)
	}
}

func start(arguments []string) error {
	switch len(arguments) {
	case 1:
		return check(arguments[0], "")
	case 2:
		return check(arguments[0], arguments[1])
	}
	return errors.New("usage: go run . FILE.html [FOLDER]")
}

// check opens the page and tries all that it can do. It returns all that is wrong.
func check(path, folder string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	address := (&url.URL{Scheme: "file", Path: path}).String()
	timed, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	ctx, cancel := chromedp.NewContext(timed)
	defer cancel()
	var seen noise
	if err := chromedp.Listen(ctx, func(event any) { seen.hear(event, address) }); err != nil {
		return err
	}
	t := &tab{ctx: ctx}
	t.do(chromedp.EmulateViewport(1200, 860))
	t.do(chromedp.Navigate(address))
	t.text("nothing is drawn", "second", "Nothing is drawn yet.")

	for digit, strokes := range digits() {
		t.click("clear")
		for _, s := range strokes {
			t.drag(s, "mouse")
		}
		t.text(fmt.Sprintf("digit %d", digit), "best", fmt.Sprint(digit))
		if digit == 3 {
			t.picture(folder, "light")
			t.media("dark")
			t.picture(folder, "dark")
			t.media("light")
		}
	}
	t.centered()

	t.click("clear")
	t.text("cleared", "best", "")
	t.click("undo")
	t.text("Clear undone", "best", "9")
	t.click("clear")
	for _, s := range digits()[4] {
		t.drag(s, "pen")
	}
	t.text("a stylus", "best", "4")
	for range digits()[4] {
		t.click("undo")
	}
	t.text("all strokes undone", "best", "")

	t.keys()
	t.text("keys", "best", "7")
	t.spoken("7")

	t.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
	t.do(chromedp.Navigate(address))
	for _, s := range digits()[5] {
		t.drag(s, "touch")
	}
	t.text("a finger", "best", "5")
	t.fits()
	t.picture(folder, "phone")
	t.media("dark")
	t.picture(folder, "phone-dark")
	return errors.Join(append(t.errors, seen.all()...)...)
}

// noise is what a page should not cause: requests, errors, words on the console.
type noise struct {
	mutex  sync.Mutex
	events []error
}

// hear notes an event. It is called by another goroutine.
func (n *noise) hear(event any, address string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	add := func(format string, args ...any) { n.events = append(n.events, fmt.Errorf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Request.URL != address && !strings.HasPrefix(e.Request.URL, "data:") {
			add("the page asks for %s", e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		add("exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		add("the page writes to the console: %s", e.Type)
	case *browserlog.EventEntryAdded:
		add("log: %s", e.Entry.Text)
	}
}

func (n *noise) all() []error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.events
}

// media sets the color scheme that the page is asked for.
func (t *tab) media(scheme string) {
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	t.note("media", err)
}

// picture stores the whole page, if there is a folder, once it rests.
func (t *tab) picture(folder, name string) {
	if folder == "" {
		return
	}
	time.Sleep(700 * time.Millisecond) // bars move, and the explanation may come later
	whole := true
	shot, err := chromedp.Call(t.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
	t.note("screenshot", err)
	if err == nil {
		t.note("screenshot", os.WriteFile(filepath.Join(folder, name+".png"), shot.Data, 0o644))
	}
}
