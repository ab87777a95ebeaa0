package main

import (
	"log"
	"slices"

	"github.com/chromedp/chromedp"

	"digitpage/tab"
)

// timer notes for each event of the mouse that changes the answer how long that took: from the moment when the event came to
// the browser, and from when the page was told of it, until the bars were changed. Events in between belong to the first.
const timer = `(() => {
	window.times = { all: [], own: [] };
	let [came, told] = [0, 0];
	for (const kind of ["pointerdown", "pointermove"]) {
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
func (b *board) times() {
	for _, list := range []struct{ field, name string }{{"all", "from the event"}, {"own", "of that, the page's part"}} {
		all := tab.Evaluate[[]float64](b.Tab, `window.times.`+list.field)
		if len(all) == 0 {
			continue
		}
		slices.Sort(all)
		log.Printf("the answer to a stroke, %s: median %.1f ms, 95 %% in %.1f ms, worst %.1f ms (of %d)", list.name,
			all[len(all)/2], all[len(all)*95/100], all[len(all)-1], len(all))
	}
}

// paint prints how long it takes until something is seen, and until one can draw.
func (b *board) paint() {
	var paints, ready []float64
	for range 5 {
		b.Do(chromedp.Navigate("about:blank"))
		b.Do(chromedp.Navigate(b.address))
		b.Wait("a paint", `performance.getEntriesByName("first-contentful-paint").length > 0 &&
			typeof board !== "undefined" && Boolean(board && board.model)`)
		paints = append(paints, tab.Evaluate[float64](b.Tab, `performance.getEntriesByName("first-contentful-paint")[0].startTime`))
		ready = append(ready, tab.Evaluate[float64](b.Tab,
			`performance.getEntriesByType("resource").find((e) => e.name.includes("/board/weights")).responseEnd`))
	}
	slices.Sort(paints)
	slices.Sort(ready)
	log.Printf("first paint: median %.0f ms, worst %.0f ms; weights after %.0f ms (of 5)", paints[2], paints[4], ready[2])
}
