// Training uses the page of dnn train --serve in a headless Chromium as a person would, and checks what it says.
//
//	dnn train --serve=stay --paused --epochs 1000 &
//	go -C scripts/interop/browser run ./training [-pictures FOLDER] [-axe axe.min.js] http://127.0.0.1:8080/
//
// A digit is drawn before the first step, and its bars have to change from epoch to epoch, and back with the slider. The run
// is paused, let go on for one epoch, slowed down and stopped: dnn then ends with status 130, and the message that it was
// stopped on the page. With -finishes it is let go on to its end instead (--epochs 8), and the page has to stay.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/chromedp/chromedp"

	"digitpage/tab"
)

func main() {
	t := training{}
	flag.StringVar(&t.pictures, "pictures", "", "the folder for pictures of the page")
	axe := flag.String("axe", "", "the script of axe-core, which checks that everybody can use the page")
	flag.BoolVar(&t.finishes, "finishes", false, "wait for the end of the run, instead of stopping it")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("usage: go run ./training [-pictures FOLDER] [-axe axe.min.js] [-finishes] URL")
	}
	if *axe != "" {
		script, err := os.ReadFile(*axe)
		if err != nil {
			log.Fatal(err)
		}
		t.axe = string(script)
	}
	if err := t.check(flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

// training is the page, and what to do with it.
type training struct {
	*tab.Tab
	pictures, axe string
	finishes      bool
}

// check returns all that is wrong.
func (t *training) check(address string) error {
	seen := tab.Noise{Address: address}
	page, done, err := tab.Open(&seen)
	if err != nil {
		return err
	}
	defer done()
	t.Tab = page
	t.Do(chromedp.EmulateViewport(1280, 900))
	t.Do(chromedp.Navigate(address))
	t.Wait("the page", `typeof training !== "undefined" && training !== null`)
	t.Text("before the first step", "phase", "Paused")
	t.Text("its button", "pause", "Go on")
	t.Wait("the untrained network", `training.shown === 0`)
	t.Picture(t.pictures, "training-begin")
	t.accessible("before the first step")
	for _, s := range tab.Digits()[3] {
		t.Drag(s, "mouse")
	}
	t.epochByEpoch()
	t.withinEpoch()
	t.rate()
	t.pictureOfDigit()
	t.goOn()
	t.looks()
	t.phone(address)
	t.end()
	return errors.Join(append(t.Errors, seen.All()...)...)
}

// bars returns the probabilities that the page shows.
func (t *training) bars() string {
	time.Sleep(200 * time.Millisecond) // the bars of the last epoch are drawn in the next frame
	return tab.Evaluate[string](t.Tab, `[...document.querySelectorAll("#bars tr")].map((r) => r.cells[2].textContent).join()`)
}

// epochByEpoch lets the run go on for one epoch at a time, and then goes back through them.
func (t *training) epochByEpoch() {
	bars := []string{t.bars()}
	for epoch := 1; epoch <= 3; epoch++ {
		t.Click("one")
		t.Wait(fmt.Sprintf("the network of epoch %d", epoch), fmt.Sprintf(`training.shown === %d`, epoch))
		t.Text("after one epoch", "phase", "Paused")
		bars = append(bars, t.bars())
		if bars[epoch] == bars[epoch-1] {
			t.Note("bars", fmt.Errorf("epoch %d: wanted other bars than before, found %s", epoch, bars[epoch]))
		}
	}
	t.Text("after three epochs", "best", "3")
	for _, epoch := range []int{0, 2, 1, 3} {
		tab.Evaluate[bool](t.Tab, fmt.Sprintf(`((s) => { s.value = %d; s.dispatchEvent(new Event("input")); return true; })(
			document.getElementById("epoch"))`, epoch))
		t.Wait("the slider's network", fmt.Sprintf(`training.shown === %d`, epoch))
		if found := t.bars(); found != bars[epoch] {
			t.Note("slider", fmt.Errorf("epoch %d: wanted the bars %s, found %s", epoch, bars[epoch], found))
		}
	}
	t.Wait("the latest epoch to be followed again", `document.getElementById("follow").checked`)
	t.Wait("a curve of the drawing", `document.querySelectorAll("#way polyline").length > 0 && training.charts.way.size === 4`)
	t.Click("play")
	t.Wait("the first epoch", `training.shown === 0`)
	t.Wait("the last epoch", `training.shown === 3 && !training.player`)
}

// withinEpoch tells the page what the server tells it in the middle of an epoch: the ends of the curves move.
func (t *training) withinEpoch() {
	const points = `document.querySelector("#%s polyline:not(.strong)").getAttribute("points").split(" ")`
	tell := func(more string) {
		tab.Evaluate[bool](t.Tab, fmt.Sprintf(`training.hear({ ...training.state, since: 3, history: [], %s }), true`, more))
	}
	tell(`epoch: 4, step: training.state.steps / 2, loss: 0.5, accuracy: 0.9`)
	for _, id := range []string{"loss", "accuracy"} {
		p := fmt.Sprintf(points, id)
		t.Wait("a curve that ends within an epoch", fmt.Sprintf(`((all) => all.length === 4 &&
			parseFloat(all[3]) - parseFloat(all[2]) < 0.6 * (parseFloat(all[2]) - parseFloat(all[1])))(%s)`, p))
	}
	tell(`epoch: 3, step: training.state.steps, loss: 0.5`) // as it was
	t.Wait("a curve of three epochs", fmt.Sprintf(points+`.length === 3`, "loss"))
}

// rate halves the learning rate.
func (t *training) rate() {
	if !tab.Evaluate[bool](t.Tab, `document.getElementById("by-hand").hidden`) {
		t.Note("rate", errors.New("wanted no word of a change by hand before one, found it"))
	}
	t.Click("halve")
	t.Click("one")
	t.Wait("epoch 4", `training.shown === 4`)
	t.Wait("word of the change", `!document.getElementById("by-hand").hidden`)
	t.Text("half of the rate", "rate", "0.0005 (× 0.5)")
	t.Wait("half of the rate in the history", `training.history[3].learning_rate === training.history[2].learning_rate / 2`)
}

// pictureOfDigit lets the server find the digit of a picture, which then stays while the network learns.
func (t *training) pictureOfDigit() {
	tab.Evaluate[bool](t.Tab, `(async () => {
		const canvas = document.createElement("canvas");
		canvas.width = canvas.height = 280;
		const context = canvas.getContext("2d");
		context.fillStyle = "#fff";
		context.fillRect(0, 0, 280, 280);
		context.drawImage(document.getElementById("sheet"), 0, 0, 280, 280);
		board.open(await new Promise((resolve) => canvas.toBlob(resolve)));
		return true;
	})()`)
	t.Text("a picture", "reading", "One digit: 3")
	t.Text("its digit", "best", "3")
	tab.Evaluate[bool](t.Tab, `window.box = document.querySelector(".box"), true`)
	t.Click("one")
	t.Wait("epoch 5", `training.shown === 5`)
	t.Text("its digit after an epoch", "best", "3")
	if !tab.Evaluate[bool](t.Tab, `window.box === document.querySelector(".box") && board.picked !== null`) {
		t.Note("picture", errors.New("wanted the same picture after an epoch, found that it was read again"))
	}
	tab.Evaluate[bool](t.Tab, `board.enter("pen"), true`)
}

// goOn lets the run go on, and pauses it.
func (t *training) goOn() {
	t.Click("pause")
	t.Wait("more epochs", `training.shown >= 6`)
	if t.finishes {
		return
	}
	t.Text("on its way", "phase", "Training")
	t.Click("pause")
	t.Text("paused again", "phase", "Paused")
	at := tab.Evaluate[string](t.Tab, `document.getElementById("progress").textContent`)
	time.Sleep(300 * time.Millisecond)
	t.Text("still paused", "progress", at)
}

// looks takes pictures, and lets axe-core look.
func (t *training) looks() {
	if t.finishes {
		t.Wait("the end", `training.state.phase === "finished"`)
	}
	t.Wait("all curves", `training.charts.way.size >= 6`)
	t.Picture(t.pictures, "training-light")
	t.accessible("light")
	t.Media("prefers-color-scheme: dark")
	t.Picture(t.pictures, "training-dark")
	t.accessible("dark")
	t.Media()
}

// phone looks at the same run on a small screen, and draws with a finger.
func (t *training) phone(address string) {
	t.Do(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
	t.Do(chromedp.Navigate(address))
	t.Wait("the latest network", `typeof training !== "undefined" && training !== null && training.shown >= 6`)
	for _, s := range tab.Digits()[5] {
		t.Drag(s, "touch")
	}
	t.Text("a finger", "best", "5")
	t.Wait("a curve", `training.charts.way.size >= 6`)
	t.Fits()
	t.Picture(t.pictures, "training-phone")
	t.accessible("phone")
	t.Media("prefers-color-scheme: dark")
	t.Picture(t.pictures, "training-phone-dark")
	t.accessible("phone, dark")
}

// end stops the run, or looks whether the page stays after its end.
func (t *training) end() {
	if !t.finishes {
		t.Click("stop")
		t.Wait("the stop", `["Stopping", "Stopped"].includes(document.getElementById("phase").textContent)`)
		t.Text("the end", "phase", "Stopped")
		return
	}
	t.Text("the end", "phase", "Finished")
	t.Wait("the test", `/test accuracy 9\d\.\d %/.test(document.getElementById("progress").textContent)`)
	if !tab.Evaluate[bool](t.Tab, `document.getElementById("stop").disabled`) {
		t.Note("end", errors.New("wanted nothing left to stop, found the button"))
	}
}

// accessible lets axe-core look for what some people cannot use.
func (t *training) accessible(when string) {
	if t.axe == "" {
		return
	}
	tab.Evaluate[bool](t.Tab, t.axe+"; true")
	for _, v := range tab.Evaluate[[]string](t.Tab, `(async () => {
		await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null)));
		const { violations, passes } = await axe.run();
		const found = violations.map((v) => v.id + ": " + v.help + " " + v.nodes.map((n) => n.html.slice(0, 90)).join(" | "));
		return passes.length < 10 ? [...found, "only " + passes.length + " rules were tried"] : found;
	})()`) {
		t.Note("axe-core, "+when, errors.New(v))
	}
}
