package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"digitpage/tab"
)

// replaced writes another model over the file of the first one: the page shows the new one's answer to the same drawing.
func (b *board) replaced() {
	if b.replace == "" {
		return
	}
	served, next, _ := strings.Cut(b.replace, "=")
	before, err := os.ReadFile(served)
	if err != nil {
		b.Note("replace", err)
		return
	}
	after, err := os.ReadFile(next)
	if err != nil {
		b.Note("replace", err)
		return
	}
	b.Press("input[value=pen]")
	b.draw(8, "mouse")
	const strokes = `board.drawing.strokes.length + ": " + board.drawing.strokes.flat().length`
	drawing, version := tab.Evaluate[string](b.Tab, strokes), tab.Evaluate[string](b.Tab, `board.model.weights`)
	use := func(content []byte, file string) {
		b.Note("replace", os.WriteFile(file+".new", content, 0o644))
		b.Note("replace", os.Rename(file+".new", file))
	}
	use(after, served)
	b.Wait("a replaced model", fmt.Sprintf(`board.model.weights !== %q && board.image !== undefined`, version))
	b.agrees("the new model")
	b.Wait("a word about the new model", `document.getElementById("notice").textContent.includes("was replaced")`)
	b.look("replaced", false)
	if now := tab.Evaluate[string](b.Tab, strokes); now != drawing {
		b.Note("replace", fmt.Errorf("wanted the same drawing, %s, found %s", drawing, now))
	}
	b.Click("clear")
	b.Press("#sheet")
	b.Text("the word goes when one draws on", "notice", "")
	use(before, served)
}

// gone takes the network away: the page says so, still answers, and goes on when the server is back.
func (b *board) gone() {
	set := func(offline bool) {
		_, err := chromedp.Call(b.Ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1}}})
		b.Note("network", err)
	}
	b.Press("input[value=pen]")
	set(true)
	b.Text("the server has gone", "notice", "The server does not answer. You can go on drawing.")
	b.draw(7, "mouse")
	b.look("gone", false)
	set(false)
	tab.Evaluate[bool](b.Tab, `document.dispatchEvent(new Event("visibilitychange"))`) // as when one comes back to the tab
	b.Text("the server is back", "notice", "")
}

// policy does what a script from elsewhere could try. The page's policy has to forbid each of it.
func (b *board) policy() {
	ctx, cancel := chromedp.NewContext(b.Ctx) // another tab: what the browser says of this is no mistake of the page
	defer cancel()
	t := &tab.Tab{Ctx: ctx}
	t.Do(chromedp.Navigate(b.address))
	found := tab.Evaluate[[]string](t, `(async () => {
		const found = [];
		document.addEventListener("securitypolicyviolation", (e) => found.push(e.effectiveDirective));
		const put = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties));
		const elsewhere = "http://127.0.0.1:1/";
		put("script", { textContent: "window.bad = true" });
		put("script", { src: elsewhere + "bad.js" });
		put("style", { textContent: "body { display: none }" });
		put("img", { src: elsewhere + "bad.png" });
		put("iframe", { src: elsewhere });
		put("object", { data: elsewhere });
		put("video", { src: elsewhere });
		await fetch(elsewhere).catch(() => null);
		const pause = () => new Promise((done) => setTimeout(done, 20));
		await pause().then(() => {
			try { new Function("window.bad = true")(); } catch { /* as it should be */ }
			try { new Worker(URL.createObjectURL(new Blob(["1"]))); } catch { /* as it should be */ }
			const form = Object.assign(document.createElement("form"), { action: elsewhere, method: "post" });
			document.body.append(form);
			form.submit();
		});
		for (let i = 0; i < 200 && !found.includes("form-action"); i++) { // the browser tells of this when it has time
			await pause();
		}
		return window.bad ? ["a script ran"] : [...new Set(found)].sort();
	})()`)
	wanted := []string{
		"connect-src", "form-action", "frame-src", "img-src", "media-src", "object-src", "script-src", "script-src-elem",
		"style-src-elem", "worker-src",
	}
	if !slices.Equal(found, wanted) {
		b.Note("policy", fmt.Errorf("wanted %v to be forbidden, found %v", wanted, found))
	}
	b.Errors = append(b.Errors, t.Errors...)
}
