package main

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

// tab is a page in the browser, and what was wrong in it.
type tab struct {
	ctx    context.Context
	errors []error
}

func (t *tab) note(what string, err error) {
	if err != nil {
		t.errors = append(t.errors, fmt.Errorf("%s: %w", what, err))
	}
}

func (t *tab) do(a chromedp.Action[chromedp.Void]) {
	t.note("browser", chromedp.Do(t.ctx, a))
}

// evaluate returns what an expression is in the page.
func evaluate[T any](t *tab, expression string) T {
	v, err := chromedp.Run(t.ctx, chromedp.Evaluate[T](expression))
	t.note(expression, err)
	return v
}

func (t *tab) click(id string) {
	evaluate[bool](t, fmt.Sprintf("document.getElementById(%q).click(), true", id))
}

// text waits until an element has the wanted text.
func (t *tab) text(when, id, wanted string) {
	found := ""
	for range 40 {
		found = evaluate[string](t, fmt.Sprintf("document.getElementById(%q).textContent", id))
		if found == wanted {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.note(when, fmt.Errorf("wanted %q, found %q (%s)", wanted, found,
		evaluate[string](t, `document.getElementById("second").textContent`)))
}

// spoken waits until what a screen reader hears begins with the answer.
func (t *tab) spoken(answer string) {
	found := ""
	for range 40 {
		if found = evaluate[string](t, `document.getElementById("spoken").textContent`); strings.HasPrefix(found, answer+",") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.note("spoken", fmt.Errorf("wanted %s, found %q", answer, found))
}

// drag draws a stroke with a mouse, a pen or a finger.
func (t *tab) drag(stroke []point, kind string) {
	box := evaluate[[]float64](t, `(b => [b.left, b.top, b.width])(document.getElementById("sheet").getBoundingClientRect())`)
	if len(box) != 3 {
		return
	}
	for i, p := range stroke {
		x, y := box[0]+p.x*box[2]/280, box[1]+p.y*box[2]/280
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
		_, err := chromedp.Call(t.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
		t.note("touch", err)
	}
}

func (t *tab) mouse(m input.DispatchMouseEventParams) {
	_, err := chromedp.Call(t.ctx, input.DispatchMouseEvent, m)
	t.note("mouse", err)
}

func (t *tab) touch(i int, x, y float64) {
	kind := input.DispatchTouchEventTypeTouchMove
	if i == 0 {
		kind = input.DispatchTouchEventTypeTouchStart
	}
	_, err := chromedp.Call(t.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
		Type: kind, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}})
	t.note("touch", err)
}

// keys draws a 7 with the keyboard alone: Tab reaches the sheet first.
func (t *tab) keys() {
	evaluate[bool](t, "document.activeElement.blur(), scrollTo(0, 0), true")
	evaluate[bool](t, `document.getElementById("sheet").focus(), true`)
	const left, right, down = kb.ArrowLeft, kb.ArrowRight, kb.ArrowDown
	press := func(key string, n int) { t.do(chromedp.KeyEvent(strings.Repeat(key, n))) }
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

// fits checks that nothing is wider than the screen.
func (t *tab) fits() {
	if over := evaluate[float64](t, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
		t.note("phone", fmt.Errorf("the page is %v pixels too wide", over))
	}
}

// centered checks that the image that the network sees is as MNIST's: its center of mass lies at 14.5.
func (t *tab) centered() {
	mass := evaluate[[]float64](t, `(c => {
		const d = c.getContext("2d").getImageData(0, 0, 28, 28).data;
		let [s, x, y] = [0, 0, 0];
		for (let i = 0; i < 784; i++) { const v = d[0] - d[4 * i]; s += v; x += v * (i % 28 + .5); y += v * (Math.floor(i / 28) + .5); }
		return [x / s, y / s];
	})(document.getElementById("seen"))`)
	for _, m := range mass {
		if math.Abs(m-14.5) > 0.55 {
			t.note("image", fmt.Errorf("wanted the center of mass at 14.5, found %v", mass))
		}
	}
}
