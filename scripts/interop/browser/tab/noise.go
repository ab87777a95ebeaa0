package tab

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// Noise is what a page should not cause: requests, errors, words on the console.
type Noise struct {
	Address  string   // of the page: requests may begin with it
	Expected []string // what entries of the log may contain

	mutex  sync.Mutex
	events []error
}

// Hear notes an event. It is called by another goroutine.
func (n *Noise) Hear(event any) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	add := func(format string, args ...any) { n.events = append(n.events, fmt.Errorf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		own := func(start string) bool { return strings.HasPrefix(e.Request.URL, start) }
		if !own(n.Address) && !own("blob:") && !own("data:") {
			add("the page asks for %s", e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		what := d.Text
		if d.Exception != nil {
			what += " " + d.Exception.Description // with the places in the code
		}
		add("exception: %s (%s:%d)", what, d.URL, d.LineNumber+1)
	case *runtime.EventConsoleAPICalled:
		add("the page writes to the console: %s", e.Type)
	case *browserlog.EventEntryAdded:
		if !slices.ContainsFunc(n.Expected, func(part string) bool { return strings.Contains(e.Entry.Text, part) }) {
			add("log: %s", e.Entry.Text)
		}
	}
}

// All returns what was noted.
func (n *Noise) All() []error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.events
}
