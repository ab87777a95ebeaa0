package main

import (
	"log"
	"net/http"
	"net/http/httptest"
	"slices"

	"github.com/chromedp/chromedp"

	"digitpage/tab"
)

// timer notes for each event of the mouse that changes the answer how long that took: from the moment when the event came to
// the browser, and from when the page was told of it, until the bars were changed. Events in between belong to the first.
const timer = `(() => {
	window.times = { all: [], own: [] };
	let [came, told] = [0, 0];
	for (const kind of ["pointerdown", "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove"]) {
		addEventListener(kind, (e) => {
			if (e.buttons !== 0 && came === 0) {
				[came, told] = [e.timeStamp, performance.now()];
			}
		}, { capture: true });
	}
	new MutationObserver(() => {
		if (came !== 0) {
			times.all.push(performance.now() - came);
			times.own.push(performance.now() - told);
			came = 0;
		}
	}).observe(document.getElementById("bars"), { subtree: true, attributes: true, childList: true });
	return true;
})()`

// times prints how long an answer took, of all strokes that were drawn since the page was opened.
func times(t *tab.Tab, what string) {
	for _, list := range []struct{ field, name string }{{"all", "from the event"}, {"own", "of that, the page's part"}} {
		if all := tab.Evaluate[[]float64](t, `window.times.`+list.field); len(all) > 0 {
			report(what+", "+list.name, all)
		}
	}
}

// report prints what is known of some times, in milliseconds.
func report(what string, all []float64) {
	slices.Sort(all)
	log.Printf("%s: median %.1f ms, 95 %% in %.1f ms, worst %.1f ms (of %d)", what, all[len(all)/2], all[len(all)*95/100],
		all[len(all)-1], len(all))
}

// The least that this browser needs here: a page of one letter, and one whose only answer to a stroke is a rectangle.
const (
	letter = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>x</title><p>x</p></html>`

	rectangle = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>x</title>
<canvas id="sheet" width="400" height="400" style="touch-action: none"></canvas><div id="bars"><div>x</div></div><script>
const context = document.getElementById("sheet").getContext("2d");
const bar = document.querySelector("#bars div");
let [waiting, n] = [false, 0];
for (const kind of ["pointerdown", "pointerrawupdate"]) {
	addEventListener(kind, (e) => {
		if (e.buttons !== 0 && !waiting) { // once a frame, at once
			waiting = true;
			context.fillRect(n++ % 400, 0, 5, 5);
			bar.style.opacity = String(0.5 + (n % 50) / 100);
			requestAnimationFrame(() => { waiting = false; });
		}
	});
}
</script></html>`
)

// paint prints how long it takes until something is seen, and until the weights are there, and beside it the least that this
// browser needs: of one page and the other in turn, in a tab of their own.
func (b *board) paint() {
	floor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page := letter
		if r.URL.Path == "/rectangle" {
			page = rectangle
		}
		_, _ = w.Write([]byte(page)) // a browser that has gone is noticed by whoever asks it
	}))
	defer floor.Close()
	ctx, cancel := chromedp.NewContext(b.Ctx)
	defer cancel()
	t := &tab.Tab{Ctx: ctx}
	t.Do(chromedp.EmulateViewport(1280, 900))
	painted := func(address string) float64 {
		t.Do(chromedp.Navigate("about:blank"))
		t.Do(chromedp.Navigate(address))
		t.Wait("a paint", `performance.getEntriesByName("first-contentful-paint").length > 0`)
		return tab.Evaluate[float64](t, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
	}
	var least, paints, ready []float64
	for range 15 {
		least = append(least, painted(floor.URL))
		paints = append(paints, painted(b.address))
		t.Wait("a model", `typeof board !== "undefined" && Boolean(board && board.model)`)
		ready = append(ready, tab.Evaluate[float64](t,
			`performance.getEntriesByType("resource").find((e) => e.name.includes("/board/weights")).responseEnd`))
	}
	report("first paint", paints)
	report("first paint of one letter", least)
	report("the weights are there", ready)
	t.Do(chromedp.Navigate(floor.URL + "/rectangle"))
	tab.Evaluate[bool](t, timer)
	for _, strokes := range tab.Digits() {
		for _, s := range strokes {
			t.Drag(s, "mouse")
		}
	}
	times(t, "a rectangle for a stroke")
	b.Errors = append(b.Errors, t.Errors...)
}
