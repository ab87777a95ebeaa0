// Package tab drives a page in a headless Chromium, and notes what is wrong with it.
package tab

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab is a page in the browser, and what was wrong in it.
type Tab struct {
	Ctx    context.Context
	Errors []error
}

// Open starts a browser, which noise listens to and which done ends, after some minutes at the latest.
func Open(noise *Noise) (t *Tab, done func(), err error) {
	timed, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	ctx, cancel := chromedp.NewContext(timed)
	done = func() {
		cancel()
		stop()
	}
	if err := chromedp.Listen(ctx, func(event any) { noise.Hear(event) }); err != nil {
		done()
		return nil, nil, err
	}
	return &Tab{Ctx: ctx}, done, nil
}

// Note notes an error, if it is one.
func (t *Tab) Note(what string, err error) {
	if err != nil {
		t.Errors = append(t.Errors, fmt.Errorf("%s: %w", what, err))
	}
}

// Do does something in the browser.
func (t *Tab) Do(a chromedp.Action[chromedp.Void]) {
	t.Note("browser", chromedp.Do(t.Ctx, a))
}

// Evaluate returns what an expression is in the page; of a promise, what it is kept with.
func Evaluate[T any](t *Tab, expression string) T {
	v, err := chromedp.Run(t.Ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	t.Note(expression, err)
	return v
}

// Click clicks on an element.
func (t *Tab) Click(id string) {
	Evaluate[bool](t, fmt.Sprintf("document.getElementById(%q).click(), true", id))
}

// Press clicks with the mouse in the middle of the element that a selector finds. Where the page has moved between the look
// at the element's place and the click, as by a notice that comes or goes, it looks and clicks again, as a person would.
func (t *Tab) Press(selector string) {
	for range 3 {
		place := Evaluate[[]float64](t, fmt.Sprintf(`((e) => {
			e.scrollIntoView({ block: "nearest" });
			globalThis.pressed = false;
			e.addEventListener("click", () => { globalThis.pressed = true; }, { once: true });
			const b = e.getBoundingClientRect();
			return [b.left + b.width / 2, b.top + b.height / 2];
		})(document.querySelector(%q))`, selector))
		if len(place) != 2 {
			return
		}
		for _, kind := range []input.DispatchMouseEventType{
			input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased,
		} {
			t.mouse(input.DispatchMouseEventParams{Type: kind, X: place[0], Y: place[1], Button: input.MouseButtonLeft, ClickCount: 1})
		}
		if Evaluate[bool](t, "globalThis.pressed !== false") {
			return
		}
	}
}

// Wait waits until an expression is true.
func (t *Tab) Wait(what, expression string) {
	for start := time.Now(); time.Since(start) < patience; time.Sleep(pause) {
		if Evaluate[bool](t, expression) {
			return
		}
	}
	t.Note("page", fmt.Errorf("wanted %s, found none", what))
}

// A page has so long to show what is wanted, and is asked for it so often.
const (
	patience = 10 * time.Second
	pause    = 20 * time.Millisecond
)

// Text waits until an element has the wanted text.
func (t *Tab) Text(when, id, wanted string) {
	found := ""
	for start := time.Now(); time.Since(start) < patience; time.Sleep(pause) {
		found = Evaluate[string](t, fmt.Sprintf("document.getElementById(%q).textContent", id))
		if found == wanted {
			return
		}
	}
	t.Note(when, fmt.Errorf("wanted %q, found %q (%s)", wanted, found,
		Evaluate[string](t, `document.getElementById("second").textContent`)))
}

// Spoken waits until what a screen reader hears begins with the answer.
func (t *Tab) Spoken(answer string) {
	found := ""
	for start := time.Now(); time.Since(start) < patience; time.Sleep(pause) {
		if found = Evaluate[string](t, `document.getElementById("spoken").textContent`); strings.HasPrefix(found, answer+",") {
			return
		}
	}
	t.Note("spoken", fmt.Errorf("wanted %s, found %q", answer, found))
}

// Drag draws a stroke on the sheet with a mouse, a pen or a finger.
func (t *Tab) Drag(stroke []Point, kind string) { t.DragOn("sheet", stroke, kind) }

// DragOn draws a stroke on an element, whose sides are 280.
func (t *Tab) DragOn(id string, stroke []Point, kind string) {
	box := Evaluate[[]float64](t, fmt.Sprintf(`((e) => {
		e.scrollIntoView({ block: "nearest" }); // a key of the browser's own may have scrolled the page
		const b = e.getBoundingClientRect();
		return [b.left, b.top, b.width];
	})(document.getElementById(%q))`, id))
	if len(box) != 3 {
		return
	}
	for i, p := range stroke {
		x, y := box[0]+p.X*box[2]/280, box[1]+p.Y*box[2]/280
		if kind == "touch" {
			t.touch(i, x, y)
			continue
		}
		m := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y, Button: input.MouseButtonLeft,
			Buttons: 1, ClickCount: 1}
		if i == 0 {
			m.Type = input.DispatchMouseEventTypeMousePressed
		}
		if kind == "pen" {
			m.PointerType, m.Force = input.DispatchMouseEventPointerTypePen, 0.4
		}
		t.mouse(m)
		if i == len(stroke)-1 {
			m.Type, m.Buttons = input.DispatchMouseEventTypeMouseReleased, 0
			t.mouse(m)
		}
	}
	if kind == "touch" {
		_, err := chromedp.Call(t.Ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
		t.Note("touch", err)
	}
}

func (t *Tab) mouse(m input.DispatchMouseEventParams) {
	_, err := chromedp.Call(t.Ctx, input.DispatchMouseEvent, m)
	t.Note("mouse", err)
}

func (t *Tab) touch(i int, x, y float64) {
	kind := input.DispatchTouchEventTypeTouchMove
	if i == 0 {
		kind = input.DispatchTouchEventTypeTouchStart
	}
	_, err := chromedp.Call(t.Ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
		Type: kind, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}})
	t.Note("touch", err)
}

// Keys draws a 7 with the keyboard alone: Tab reaches the sheet first.
func (t *Tab) Keys() {
	Evaluate[bool](t, "document.activeElement.blur(), scrollTo(0, 0), true")
	Evaluate[bool](t, `document.getElementById("sheet").focus(), true`)
	const left, right, down = kb.ArrowLeft, kb.ArrowRight, kb.ArrowDown
	press := func(key string, n int) { t.Do(chromedp.KeyEvent(strings.Repeat(key, n))) }
	press(left, 3)
	press(" ", 1)
	press(right, 5)
	for range 3 {
		press(down, 2)
		press(left, 1)
	}
	press(down, 1)
	press(" ", 1)
}

// Undone undoes what is being drawn, by keys and by mouse: nothing is drawn, also as the pen moves on.
func (t *Tab) Undone() {
	Evaluate[bool](t, `document.getElementById("sheet").focus(), true`)
	t.Do(chromedp.KeyEvent(" " + kb.ArrowRight))
	t.undo()
	t.Do(chromedp.KeyEvent(kb.ArrowRight))
	t.Text("undone while keys draw", "best", "")
	box := Evaluate[[]float64](t, `((b) => [b.left, b.top])(document.getElementById("sheet").getBoundingClientRect())`)
	if len(box) != 2 {
		return
	}
	m := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMousePressed, X: box[0] + 60, Y: box[1] + 60,
		Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1}
	t.mouse(m)
	t.undo()
	m.Type, m.X = input.DispatchMouseEventTypeMouseMoved, m.X+50
	t.mouse(m)
	m.Type, m.Buttons = input.DispatchMouseEventTypeMouseReleased, 0
	t.mouse(m)
	t.Text("undone while the mouse draws", "best", "")
}

func (t *Tab) undo() { t.Do(chromedp.KeyEvent("z", chromedp.KeyModifiers(kb.ModifierCtrl))) }

// Fits checks that nothing is wider than the screen, also where a class has a longer name than that.
func (t *Tab) Fits() {
	const over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
	long := Evaluate[float64](t, `((name) => {
		const before = name.textContent;
		name.textContent = "a long name ".repeat(20);
		const over = `+over+`;
		name.textContent = before;
		return over;
	})(document.querySelector("#bars th"))`)
	if now := Evaluate[float64](t, over); now > 0 || long > 0 {
		t.Note("phone", fmt.Errorf("the page is %v pixels too wide, with a long name %v", now, long))
	}
}

// Centered checks that the image that the network sees is as MNIST's: its center of mass lies at 14.5.
func (t *Tab) Centered() {
	mass := Evaluate[[]float64](t, `(c => {
		const d = c.getContext("2d").getImageData(0, 0, 28, 28).data;
		let [s, x, y] = [0, 0, 0];
		for (let i = 0; i < 784; i++) { const v = d[0] - d[4 * i]; s += v; x += v * (i % 28 + .5); y += v * (Math.floor(i / 28) + .5); }
		return [x / s, y / s];
	})(document.getElementById("seen"))`)
	for _, m := range mass {
		if math.Abs(m-14.5) > 0.55 {
			t.Note("image", fmt.Errorf("wanted the center of mass at 14.5, found %v", mass))
		}
	}
}
