package tab

import (
	"errors"
	"fmt"
	"time"
)

// Wait waits until an expression is true.
func (t *Tab) Wait(what, expression string) {
	for range 60 {
		if Evaluate[bool](t, expression) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Note("page", fmt.Errorf("wanted %s, found none", what))
}

// Accessible lets axe-core, of that script, look for what some people cannot use. Without a script it does nothing.
func (t *Tab) Accessible(axe, when string) {
	if axe == "" {
		return
	}
	time.Sleep(300 * time.Millisecond) // colors change slowly
	Evaluate[bool](t, axe+"; true")
	Evaluate[bool](t, `window.axe.run().then((r) => { window.found = r.violations.map((v) =>
		v.id + ": " + v.help + " " + v.nodes.map((n) => n.html.slice(0, 90) + " " + n.any.map((a) => a.message).join()).join(" | ")); }), true`)
	t.Wait("axe-core's result", `Boolean(window.found)`)
	for _, v := range Evaluate[[]string](t, `((f) => (window.found = null, f))(window.found)`) {
		t.Note("axe-core, "+when, errors.New(v))
	}
}
