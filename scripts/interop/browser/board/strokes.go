package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"digitpage/tab"
)

// order presses Tab from the top to the end: all that one can use is reached, in the order in which it is read, and says by a
// ring that it is.
func (b *board) order() {
	tab.Evaluate[bool](b.Tab, `document.activeElement.blur(), scrollTo(0, 0), true`)
	var found []string
	for range 12 {
		b.Do(chromedp.KeyEvent(kb.Tab))
		at := tab.Evaluate[[]string](b.Tab, `(() => {
			const e = document.activeElement;
			const ringed = [e, e.nextElementSibling, e.previousElementSibling].some((x) => x && getComputedStyle(x).outlineStyle === "solid");
			return [e.id || e.value || e.tagName, String(ringed)];
		})()`)
		if len(at) != 2 || at[0] == "BODY" {
			break
		}
		if at[1] != "true" {
			b.Note("focus", fmt.Errorf("%s shows no ring", at[0]))
		}
		found = append(found, at[0])
	}
	// With one model, there is nothing to choose; nothing is drawn, so there is nothing to undo.
	wanted := []string{"model", "pen", "sheet", "brush"}
	if !slices.Equal(found, wanted) && !slices.Equal(found, wanted[1:]) {
		b.Note("focus", fmt.Errorf("wanted the order %v, found %v", wanted, found))
	}
}

// digits draws all digits with the mouse. The server's own answer to the image that the page made has to be the same.
func (b *board) digits() {
	for digit := range tab.Digits() {
		b.draw(digit, "mouse")
		b.agrees(fmt.Sprintf("digit %d", digit))
	}
	times(b.Tab, "the answer to a stroke")
}

// agrees compares the bars with what the server answers by another protocol, and their length with their numbers.
func (b *board) agrees(when string) {
	b.settle()
	wrong := tab.Evaluate[string](b.Tab, `(async () => {
		const body = JSON.stringify({ instances: [Array.from(board.image)] });
		const response = await fetch("/v1/models/" + board.model.name + ":predict", { method: "POST", body });
		const [wanted] = (await response.json()).predictions;
		for (const [i, row] of Array.from(document.getElementById("bars").rows).entries()) {
			const shown = row.cells[2].textContent.startsWith(">") ? wanted[i] > 0.9995 && wanted[i]
				: parseFloat(row.cells[2].textContent) / 100;
			const length = new DOMMatrix(row.querySelector(".track div").style.transform).a;
			if (Math.abs(shown - wanted[i]) > 0.00052 || Math.abs(length - wanted[i]) > 0.0001) {
				return "class " + i + ": wanted " + wanted[i] + ", found " + row.textContent + " and a bar of " + length;
			}
		}
		return "";
	})()`)
	if wrong != "" {
		b.Note(when, fmt.Errorf("page and server: %s", wrong))
	}
}

// tools uses what is around the sheet: undo, clear, the brush, a stylus with pressure, and keys.
func (b *board) tools() {
	b.Click("clear")
	b.Text("cleared", "best", "")
	b.Click("undo")
	b.Text("Clear undone", "best", "9")
	b.draw(4, "pen")
	const width = `Math.round(board.drawing.strokes[0][0].width)`
	b.is("pressure", width, 18) // the brush's 20, pressed with 0.4 of the force
	b.Press("#undo")
	b.is("undo", `board.drawing.strokes.length`, float64(len(tab.Digits()[4])-1))
	b.Do(chromedp.KeyEvent("z", chromedp.KeyModifiers(kb.ModifierCtrl)))
	b.Do(chromedp.KeyEvent("z", chromedp.KeyModifiers(kb.ModifierCtrl)))
	b.Text("all strokes undone", "best", "")
	b.Wait("an empty sheet", pixelsOf("sheet")+`.every((v) => v === 0)`)
	if !tab.Evaluate[bool](b.Tab, `document.getElementById("undo").disabled && document.getElementById("clear").disabled`) {
		b.Note("undo", fmt.Errorf("there is nothing to undo, but one can"))
	}
	b.Undone()
	brush := func(key string) {
		tab.Evaluate[bool](b.Tab, `document.getElementById("brush").focus(), true`)
		b.Do(chromedp.KeyEvent(strings.Repeat(key, 12)))
	}
	brush(kb.ArrowRight)
	b.draw(1, "mouse")
	b.is("a broad brush", width, 32)
	brush(kb.ArrowLeft)
	b.Click("clear")
	b.Keys()
	b.Text("keys", "best", "7")
	b.Spoken("7")
	b.draw(3, "mouse")
	b.Spoken("3")
	b.Centered()
}

// pixels draws a 1 on the grid with its keys, and another with the mouse.
func (b *board) pixels() {
	b.is("columns", `board.grid.width`, 28)
	b.is("rows", `board.grid.height`, 28)
	b.Press("#clear")
	tab.Evaluate[bool](b.Tab, `document.getElementById("fit").checked || document.getElementById("fit").click(), true`)
	tab.Evaluate[bool](b.Tab, `document.getElementById("grid").focus(), true`)
	b.Do(chromedp.KeyEvent(" "))
	b.Do(chromedp.KeyEvent(strings.Repeat(kb.ArrowDown, 12), chromedp.KeyModifiers(kb.ModifierShift)))
	b.Text("keys on the grid", "best", "1")
	b.agrees("keys on the grid")
	b.is("ink by keys", `board.grid.cells.filter((v) => v === 255).length`, 13)
	if cell := b.text("cell"); cell != "row 20, column 15: ink" {
		b.Note("grid", fmt.Errorf("wanted the place of the cursor, found %q", cell))
	}
	b.look("grid", false)
	b.Do(chromedp.KeyEvent(kb.Delete))
	b.is("ink is erased", `board.grid.cells.filter((v) => v === 255).length`, 12)
	b.Press("#clear")
	b.Text("the grid is cleared", "best", "")
	b.DragOn("grid", []tab.Point{{X: 145, Y: 60}, {X: 145, Y: 100}, {X: 145, Y: 140}, {X: 145, Y: 180}, {X: 145, Y: 220}}, "mouse")
	b.is("ink by mouse", `board.grid.cells.filter((v) => v === 255).length`, 5)
	b.Press("#undo")
	b.Text("the grid is empty again", "best", "")
}

// phone draws with a finger on a small screen.
func (b *board) phone() {
	b.Do(chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
	b.open()
	b.draw(5, "touch")
	b.is("the page moves with the finger", `scrollY`, 0)
	b.Wait("a smallest change", `Boolean(board.suggestion)`)
	b.Fits()
	b.look("phone", true)
	b.Media("prefers-color-scheme: dark")
	b.look("phone-dark", false)
	b.Wait("a smallest change in dark colors", `Boolean(board.suggestion)`)
	b.Press("#try")
	b.Fits()
	b.look("phone-pixels", false)
	b.Media()
	b.Press("input[value=picture]")
	b.Fits()
	b.look("phone-picture", false)
}

// wide draws on a large screen.
func (b *board) wide() {
	b.Do(chromedp.EmulateViewport(1920, 1080))
	b.open()
	b.draw(2, "mouse")
	b.Wait("a smallest change", `Boolean(board.suggestion)`)
	b.Fits()
	b.look("wide", false)
}
