// Browser draws on a page that `dnn export model.bin -o digit.html` wrote, in a headless Chromium, and checks what it says.
//
//	go -C scripts/interop/browser run . $PWD/digit.html [FOLDER]
//
// Mouse, stylus, finger and keys each draw; every one of the ten digits has to be read. The page may print nothing to the
// console and ask for nothing but itself. The script prints what is wrong, and nothing if all is well. FOLDER gets
// pictures of the page: light, dark, in forced colors, and on a phone. The model has to know the ten digits, such as the
// course's.
package main

import (
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"

	"digitpage/tab"
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
	seen := tab.Noise{Address: address}
	t, done, err := tab.Open(&seen)
	if err != nil {
		return err
	}
	defer done()
	t.Do(chromedp.EmulateViewport(1200, 860))
	t.Do(chromedp.Navigate(address))
	t.Text("nothing is drawn", "second", "Nothing is drawn yet.")

	for digit, strokes := range tab.Digits() {
		t.Click("clear")
		for _, s := range strokes {
			t.Drag(s, "mouse")
		}
		t.Text(fmt.Sprintf("digit %d", digit), "best", fmt.Sprint(digit))
		if digit == 3 {
			t.Picture(folder, "light")
			t.Media("prefers-color-scheme: dark")
			t.Picture(folder, "dark")
			for _, scheme := range []string{"light", "dark"} {
				t.Forced(scheme)
				t.Picture(folder, "forced-"+scheme)
			}
			t.Media()
		}
	}
	t.Centered()

	t.Click("clear")
	t.Text("cleared", "best", "")
	t.Click("undo")
	t.Text("Clear undone", "best", "9")
	t.Click("clear")
	for _, s := range tab.Digits()[4] {
		t.Drag(s, "pen")
	}
	t.Text("a stylus", "best", "4")
	for range tab.Digits()[4] {
		t.Click("undo")
	}
	t.Text("all strokes undone", "best", "")
	t.Undone()
	t.Keys()
	t.Text("keys", "best", "7")
	t.Spoken("7")

	t.Do(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
	t.Do(chromedp.Navigate(address))
	for _, s := range tab.Digits()[5] {
		t.Drag(s, "touch")
	}
	t.Text("a finger", "best", "5")
	t.Fits()
	t.Picture(folder, "phone")
	t.Media("prefers-color-scheme: dark")
	t.Picture(folder, "phone-dark")
	return errors.Join(append(t.Errors, seen.All()...)...)
}
