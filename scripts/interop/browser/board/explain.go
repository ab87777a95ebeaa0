package main

import (
	"fmt"
	"regexp"

	"digitpage/tab"
)

// explained checks the explanations of a 3.
func (b *board) explained() {
	b.Wait("effects", `Boolean(board.effects)`)
	b.Wait("the image that the network sees", `(() => {
		const d = `+pixelsOf("seen")+`;
		return board.image.every((v, i) => Math.abs(d[4 * i] - Math.round(255 - v * (255 - 0x1c) / 255)) <= 1);
	})()`)
	b.Wait("red and blue pixels", colored("heat", 5))
	if why := b.text("why"); !regexp.MustCompile(`^Red ink speaks for 3 rather than \d, `).MatchString(why) {
		b.Note("why", fmt.Errorf("found %q", why))
	}
	// The sum of all effects would be the whole margin if the network had no hidden layer, so it has the margin's sign.
	b.Wait("effects for the answer", `board.effects.reduce((a, v) => a + v) > 0`)
	b.Wait("similar images of 3", `[...document.querySelectorAll("#similar figcaption")].filter((c) =>
		/^3 \d\d\.\d %$/.test(c.textContent)).length >= 2`)
	b.Wait("pictures of units", colored("units", 500))
	b.Wait("active units", `board.units.values.filter((v) => v > 0).length > 5`)
	b.Wait("a count of units", `/^For this image \d+ are above 0\.$/.test(document.getElementById("units-now").textContent)`)
	b.Wait("words for the smallest change", `/^(Adding|Erasing|Changing) .* would make it a \d\.$/.test(document.getElementById("mind").textContent)`)
}

// colored is true if a canvas has red and blue pixels.
func colored(id string, least int) string {
	return fmt.Sprintf(`(() => {
		const d = %s;
		let [red, blue] = [0, 0];
		for (let i = 0; i < d.length; i += 4) { red += d[i] > d[i + 2] + 60; blue += d[i + 2] > d[i] + 60; }
		return red > %d && blue > %[2]d;
	})()`, pixelsOf(id), least)
}

// pixelsOf is the bytes of a canvas. They are read from a copy: the browser complains if a canvas is read often.
func pixelsOf(id string) string {
	return fmt.Sprintf(`((canvas) => {
		const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
		copy.drawImage(canvas, 0, 0);
		return copy.getImageData(0, 0, canvas.width, canvas.height).data;
	})(document.getElementById(%q))`, id)
}

// themes shows the same in the colors that a person may ask for.
func (b *board) themes() {
	const sheet = `parseInt(getComputedStyle(document.getElementById("sheet")).backgroundColor.slice(4))`
	b.look("light", true)
	b.is("light", sheet, 255)
	const duration = `parseFloat(getComputedStyle(document.querySelector(".track div")).transitionDuration)`
	b.is("bars wait for a stroke", duration, 0)
	tab.Evaluate[bool](b.Tab, `board.redraw(), true`)
	b.is("bars move to another model's answer", duration, 0.12)
	b.Media("prefers-reduced-motion: reduce")
	b.is("bars move, although nothing should", duration, 0)
	b.look("still", false)
	b.Media("prefers-color-scheme: dark")
	b.Wait("dark colors", sheet+` < 50`)
	b.Wait("a dark picture", pixelsOf("seen")+`[0] < 50`)
	b.Wait("light ink", pixelsOf("sheet")+`.some((v, i) => i % 4 === 0 && v > 200)`)
	b.look("dark", true)
	for _, scheme := range []string{"light", "dark"} {
		b.Forced(scheme)
		b.look("forced-"+scheme, false)
	}
	b.Media()
	b.Wait("light colors", sheet+` === 255`)
}

// change tries the smallest change of ink, which has to change the answer to the one that was told.
func (b *board) change() {
	b.settle() // colors changed, so all is drawn anew
	b.Wait("a smallest change", `Boolean(board.suggestion)`)
	mind := regexp.MustCompile(`would make it a (\d)`).FindStringSubmatch(b.text("mind"))
	if len(mind) != 2 || mind[1] == "3" {
		b.Note("change", fmt.Errorf("wanted a change to another class, found %v", mind))
		return
	}
	if mode := tab.Evaluate[string](b.Tab, `(async () => { // an old change, while a new one is sought
		board.redraw();
		await new Promise(requestAnimationFrame);
		document.getElementById("try").click();
		return board.mode;
	})()`); mode != "pen" {
		b.Note("change", fmt.Errorf("a change of the image before was tried"))
	}
	b.Wait("the smallest change again", `Boolean(board.suggestion)`)
	b.Press("#try")
	b.Text("the change is tried", "best", mind[1])
	b.agrees("the change is tried")
	b.look("pixels", false)
	b.Press("#undo")
	b.Text("the change is undone", "best", "3")
}

// otherModel chooses the second model, if there is one, and the first again.
func (b *board) otherModel() {
	choose := func(i int) {
		tab.Evaluate[bool](b.Tab, fmt.Sprintf(`(() => { const s = document.getElementById("model"); s.selectedIndex = %d;
			s.dispatchEvent(new Event("change")); return true; })()`, i))
		b.Wait("another model", fmt.Sprintf(`board.model.name === board.models[%d].name`, i))
	}
	if tab.Evaluate[int](b.Tab, `document.getElementById("model").options.length`) < 2 {
		return
	}
	choose(1)
	b.Wait("its answer", `board.image !== undefined`)
	b.agrees("another model")
	b.look("other-model", false)
	choose(0)
	b.Wait("its answer", `board.image !== undefined`)
	b.agrees("the first model")
}
