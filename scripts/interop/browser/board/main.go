// Board uses the page of dnn serve in a headless Chromium as a person would, and checks what it says.
//
//	dnn serve model.bin other.bin &
//	go -C scripts/interop/browser run ./board [-pictures FOLDER] [-axe axe.min.js] [-replace model.bin=NEXT] [-short] URL
//
// Mouse, stylus, finger, keys, and pictures each give digits, and every part of the page is used, in light and dark colors,
// those that a system forces, on a phone and on a wide screen. The page may print nothing to the console and ask for nothing
// but its own server. The script prints what is wrong, then how long a first paint and an answer take, and the least that
// this browser needs for both. The first model has to know the ten digits, such as the course's; with a second one, the
// choice is tried too. With -replace, NEXT is written over the file of the first model, which the page has to notice; in the
// end the file is as it was.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/chromedp/chromedp"

	"digitpage/tab"
)

func main() {
	b := &board{}
	flag.StringVar(&b.pictures, "pictures", "", "the folder for pictures of the page")
	flag.StringVar(&b.axe, "axe", "", "the script of axe-core, which checks that everybody can use the page")
	flag.StringVar(&b.replace, "replace", "", "the served model's file, and a model that is to replace it: model.bin=other.bin")
	flag.BoolVar(&b.short, "short", false, "let axe-core look at a light, a dark and a small page only")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("usage: go run ./board [-pictures FOLDER] [-axe axe.min.js] [-replace model.bin=NEXT] [-short] URL")
	}
	b.address = flag.Arg(0)
	if err := b.check(); err != nil {
		log.Fatal(err)
	}
}

// board is the page, and what is to be done with it.
type board struct {
	*tab.Tab
	address, pictures, axe, replace string
	short                           bool
}

// check returns all that is wrong.
func (b *board) check() error {
	seen := tab.Noise{Address: b.address, Expected: []string{
		"status of 415", // a file that is no picture is tried
		"net::ERR_INTERNET_DISCONNECTED",
	}}
	t, done, err := tab.Open(&seen)
	if err != nil {
		return err
	}
	defer done()
	b.Tab = t
	switch {
	case b.axe == "" && os.Getenv("CI") == "true":
		return errors.New("wanted -axe, without which it is not known whether everybody can use the page")
	case b.axe == "":
		log.Print("left out: axe-core, without -axe")
	default:
		script, err := os.ReadFile(b.axe)
		if err != nil {
			return err
		}
		b.axe = string(script)
	}
	b.Do(chromedp.EmulateViewport(1280, 900))
	b.Media()
	b.open()
	b.Text("nothing is drawn", "second", "Nothing is drawn yet.")
	b.look("empty", false)
	for _, use := range []func(){
		b.order, b.digits, b.tools, b.explained, b.themes, b.change, b.pixels, b.pictureOfDigits, b.otherModel, b.gone, b.paint,
		b.phone, b.wide, b.policy, b.replaced, // last, for the server still has the other model then
	} {
		use()
	}
	return errors.Join(append(b.Errors, seen.All()...)...)
}

// open opens the page, and waits until one can draw.
func (b *board) open() {
	b.Do(chromedp.Navigate(b.address))
	b.Wait("a model", `typeof board !== "undefined" && board && board.model !== null && board.units.count > 0`)
	tab.Evaluate[bool](b.Tab, timer)
}

// draw draws a digit on an empty sheet.
func (b *board) draw(digit int, kind string) {
	b.Click("clear")
	for _, s := range tab.Digits()[digit] {
		b.Drag(s, kind)
	}
	b.Text(fmt.Sprintf("%d by %s", digit, kind), "best", fmt.Sprint(digit))
}

// settle waits until what the last event changed is shown.
func (b *board) settle() {
	tab.Evaluate[bool](b.Tab, `(async () => {
		const frame = () => new Promise(requestAnimationFrame);
		await frame().then(frame);
		return true;
	})()`)
}

// look stores a picture of the page and lets axe-core look at it: at each state, or, if the check is short, at those that
// matter.
func (b *board) look(name string, matters bool) {
	b.Picture(b.pictures, name)
	if b.axe == "" || b.short && !matters {
		return
	}
	if !tab.Evaluate[bool](b.Tab, `typeof axe === "object"`) {
		tab.Evaluate[bool](b.Tab, b.axe+"; true")
	}
	// Colors change slowly. That axe-core finds nothing to look at would be a mistake.
	for _, v := range tab.Evaluate[[]string](b.Tab, `(async () => {
		await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null)));
		const { violations, passes } = await axe.run();
		const found = violations.map((v) => v.id + ": " + v.help + " " + v.nodes.map((n) =>
			n.html.slice(0, 90) + " " + n.any.map((a) => a.message).join()).join(" | "));
		return passes.length < 10 ? [...found, "only " + passes.length + " rules were tried"] : found;
	})()`) {
		b.Note("axe-core, "+name, errors.New(v))
	}
}

// text returns the text of an element.
func (b *board) text(id string) string {
	return tab.Evaluate[string](b.Tab, fmt.Sprintf("document.getElementById(%q).textContent", id))
}

// is notes that a number in the page is not as it should be.
func (b *board) is(what, expression string, wanted float64) {
	if found := tab.Evaluate[float64](b.Tab, expression); found != wanted {
		b.Note(what, fmt.Errorf("wanted %v, found %v", wanted, found))
	}
}
