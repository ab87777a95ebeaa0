// Board uses the page of dnn serve in a headless Chromium as a person would, and checks what it says.
//
//	dnn serve model.bin other.bin &
//	go -C scripts/interop/browser run ./board [-pictures FOLDER] [-axe axe.min.js] http://127.0.0.1:8080/
//
// Mouse, stylus, finger, keys, and pictures each give digits, and every part of the page is used. The page may print nothing
// to the console and ask for nothing but its own server. The script prints what is wrong, then how long a first paint and an
// answer take. The first model has to know the ten digits, such as the course's; with a second one, the choice is tried too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"digitpage/tab"
)

func main() {
	pictures := flag.String("pictures", "", "the folder for pictures of the page")
	axe := flag.String("axe", "", "the script of axe-core, which checks that everybody can use the page")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("usage: go run ./board [-pictures FOLDER] [-axe axe.min.js] URL")
	}
	if err := check(flag.Arg(0), *pictures, *axe); err != nil {
		log.Fatal(err)
	}
}

// board is the page, and where its pictures go.
type board struct {
	*tab.Tab
	address, pictures, axe string
}

// check returns all that is wrong.
func check(address, pictures, axe string) error {
	timed, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	ctx, cancel := chromedp.NewContext(timed)
	defer cancel()
	seen := tab.Noise{Address: address, Expected: "status of 415"} // a file that is no picture is tried
	if err := chromedp.Listen(ctx, func(event any) { seen.Hear(event) }); err != nil {
		return err
	}
	b := &board{Tab: &tab.Tab{Ctx: ctx}, address: address, pictures: pictures}
	if axe != "" {
		script, err := os.ReadFile(axe)
		if err != nil {
			return err
		}
		b.axe = string(script)
	}
	b.Do(chromedp.EmulateViewport(1280, 900))
	b.Do(chromedp.Navigate(b.address))
	b.Text("nothing is drawn", "second", "Nothing is drawn yet.")
	b.wait("the first layer", `document.querySelectorAll("#units canvas").length > 0`)
	b.accessible("empty")
	b.strokes()
	b.explained()
	b.pixels()
	b.pictureOfDigits()
	b.otherModel()
	b.times()
	b.phone()
	return errors.Join(append(b.Errors, seen.All()...)...)
}

// strokes draws with the mouse, a stylus and keys.
func (b *board) strokes() {
	for digit, strokes := range tab.Digits() {
		b.Click("clear")
		for _, s := range strokes {
			b.Drag(s, "mouse")
		}
		b.Text(fmt.Sprintf("digit %d", digit), "best", fmt.Sprint(digit))
	}
	b.Click("clear")
	b.Text("cleared", "best", "")
	b.Click("undo")
	b.Text("Clear undone", "best", "9")
	b.Click("clear")
	for _, s := range tab.Digits()[4] {
		b.Drag(s, "pen")
	}
	b.Text("a stylus", "best", "4")
	const width = `Math.round(board.drawing.strokes[0][0].width)`
	if w := tab.Evaluate[int](b.Tab, width); w != 18 { // the brush's 20, pressed with 0.4 of the force
		b.Note("pressure", fmt.Errorf("wanted a line of 18, found %d", w))
	}
	for range tab.Digits()[4] {
		b.Click("undo")
	}
	b.Text("all strokes undone", "best", "")
	tab.Evaluate[bool](b.Tab, `document.getElementById("brush").value = 32, true`)
	b.Drag(tab.Digits()[1][0], "mouse")
	b.Text("a broad brush", "best", "1")
	if w := tab.Evaluate[int](b.Tab, width); w != 32 {
		b.Note("brush", fmt.Errorf("wanted a line of 32, found %d", w))
	}
	tab.Evaluate[bool](b.Tab, `document.getElementById("brush").value = 20, true`)
	b.Click("clear")
	b.Keys()
	b.Text("keys", "best", "7")
	b.Spoken("7")
	b.Click("clear")
	for _, s := range tab.Digits()[3] {
		b.Drag(s, "mouse")
	}
	b.Text("a 3", "best", "3")
	b.Spoken("3")
	b.Centered()
}

// explained checks the explanations of a 3.
func (b *board) explained() {
	b.wait("effects", `Boolean(board.effects)`)
	b.wait("red and blue pixels", `(() => {
		const d = document.getElementById("heat").getContext("2d").getImageData(0, 0, 28, 28).data;
		let [red, blue] = [0, 0];
		for (let i = 0; i < d.length; i += 4) { red += d[i] > d[i + 2] + 60; blue += d[i + 2] > d[i] + 60; }
		return red > 5 && blue > 5;
	})()`)
	b.wait("similar images of 3", `[...document.querySelectorAll("#similar figcaption")].filter((c) => c.textContent.startsWith("3")).length >= 2`)
	b.wait("active units", `[...document.querySelectorAll("#units > div")].filter((e) => e.style.opacity > 0.9).length >= 1`)
	b.wait("a smallest change", `/^(Adding|Erasing|Changing) .* would make it a \d\.$/.test(document.getElementById("mind").textContent)`)
	b.Picture(b.pictures, "light")
	b.accessible("light")
	b.Media("dark")
	b.Picture(b.pictures, "dark")
	b.accessible("dark")
	b.Media("light")
	mind := tab.Evaluate[string](b.Tab, `document.getElementById("mind").textContent`)
	b.Click("try")
	if len(mind) > 2 {
		b.Text("the change is tried", "best", mind[len(mind)-2:len(mind)-1])
	}
	b.Picture(b.pictures, "pixels")
	b.accessible("pixels")
	b.Click("undo")
	b.Text("the change is undone", "best", "3")
}

// pixels draws a 1 with the keys of the grid.
func (b *board) pixels() {
	b.Click("clear")
	tab.Evaluate[bool](b.Tab, `document.getElementById("fit").checked || document.getElementById("fit").click(), true`)
	tab.Evaluate[bool](b.Tab, `document.getElementById("grid").focus(), true`)
	b.Do(chromedp.KeyEvent(" "))
	for range 12 {
		b.Do(chromedp.KeyEvent(arrowDown, chromedp.KeyModifiers(shift)))
	}
	b.Text("keys on the grid", "best", "1")
	cell := tab.Evaluate[string](b.Tab, `document.getElementById("cell").textContent`)
	if !strings.HasPrefix(cell, "row ") || !strings.HasSuffix(cell, ": ink") {
		b.Note("grid", fmt.Errorf("wanted the place of the cursor, found %q", cell))
	}
	b.Click("clear")
	b.Text("the grid is cleared", "best", "")
}

// otherModel chooses the second model, if there is one, and the first again.
func (b *board) otherModel() {
	choose := func(i int) {
		tab.Evaluate[bool](b.Tab, fmt.Sprintf(`(() => { const s = document.getElementById("model"); s.selectedIndex = %d;
			s.dispatchEvent(new Event("change")); return true; })()`, i))
	}
	if tab.Evaluate[int](b.Tab, `document.getElementById("model").options.length`) < 2 {
		return
	}
	first := tab.Evaluate[string](b.Tab, `document.getElementById("layers").textContent`)
	choose(1)
	b.wait("another model", fmt.Sprintf(`document.getElementById("layers").textContent !== %q`, first))
	b.Picture(b.pictures, "other-model")
	choose(0)
	b.wait("the first model", fmt.Sprintf(`document.getElementById("layers").textContent === %q`, first))
}

// times prints how long it takes until something is seen, and until a stroke has its answer.
func (b *board) times() {
	var paints []float64
	for range 5 {
		b.Do(chromedp.Navigate(b.address))
		b.wait("a paint", `performance.getEntriesByName("first-contentful-paint").length > 0 && Boolean(board.model)`)
		paints = append(paints, tab.Evaluate[float64](b.Tab, `performance.getEntriesByName("first-contentful-paint")[0].startTime`))
	}
	slices.Sort(paints)
	tab.Evaluate[bool](b.Tab, `(async () => {
		const times = [];
		const frame = () => new Promise(requestAnimationFrame);
		board.drawing.begin({ x: 100, y: 60, width: 20 });
		for (let i = 0; i < 60; i++) {
			await frame();
			board.drawing.extend({ x: 140 + 50 * Math.cos(i / 9), y: 60 + 2 * i, width: 20 });
			const start = performance.now();
			board.show();
			times.push(performance.now() - start);
		}
		window.times = times.sort((a, b) => a - b);
	})(), true`)
	b.wait("times", `Boolean(window.times)`)
	if answer := tab.Evaluate[[]float64](b.Tab, `[0, 30, 57].map((i) => window.times[i])`); len(answer) == 3 {
		log.Printf("first paint: %.0f ms (of 5: %.0f ms at best)", paints[2], paints[0])
		log.Printf("the answer to a stroke: %.1f ms (of 60: %.1f ms at best, 95 %% in %.1f ms)", answer[1], answer[0], answer[2])
	}
}

// phone draws with a finger on a small screen.
func (b *board) phone() {
	b.Do(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
	b.Do(chromedp.Navigate(b.address))
	b.wait("the first layer", `document.querySelectorAll("#units canvas").length > 0`)
	for _, s := range tab.Digits()[5] {
		b.Drag(s, "touch")
	}
	b.Text("a finger", "best", "5")
	b.wait("a smallest change", `document.getElementById("mind").textContent !== ""`)
	b.Fits()
	b.Picture(b.pictures, "phone")
	b.accessible("phone")
	b.Media("dark")
	b.Picture(b.pictures, "phone-dark")
	b.accessible("phone, dark")
}

// wait waits until an expression is true.
func (b *board) wait(what, expression string) { b.Wait(what, expression) }

// accessible lets axe-core look for what some people cannot use.
func (b *board) accessible(when string) { b.Accessible(b.axe, when) }
