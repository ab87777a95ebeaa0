package machine

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// heap lets the heap grow to a size before its garbage is collected, and from there on as usual: to twice of what lives.
//
// What lives in a server of small models is some megabytes. As much is thrown away by a thousand requests, so the
// collector would work thirty times a second, and take a tenth of all time. In a short training, whose curves alone are
// drawn with 5 MB, it would stop all threads for some milliseconds, since it waits for the kernels. runtime/debug knows no
// smallest heap, only a percentage of what lives, which is set anew after each collection.
type heap struct {
	floor   int64 // bytes
	stopped atomic.Bool
	before  int // the percentage that the program had
}

// HeapFloor is small beside what a process is given, and large beside what a request, or a short training, throws away.
const HeapFloor = 32 << 20

// smallest is the size of the smallest heap that the runtime collects, at 100 percent.
const smallest = 4 << 20

// GrowHeap gives the heap a floor, in bytes, until stop is called. A percentage that a person has set by GOGC stays; so
// does the limit of GOMEMLIMIT, which counts more than any percentage.
func GrowHeap(env func(string) (string, bool), floor int64) (stop func()) {
	if value, _ := env("GOGC"); value != "" {
		return func() {}
	}
	h := &heap{floor: floor, before: debug.SetGCPercent(100)}
	h.adjust()
	return func() {
		h.stopped.Store(true)
		debug.SetGCPercent(h.before)
	}
}

// adjust sets the percentage for what lives now, and is called again after each collection.
func (h *heap) adjust() {
	now := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"}, {Name: "/gc/gogc:percent"},
	}
	metrics.Read(now)
	live, roots := int64(now[0].Value.Uint64()), int64(now[1].Value.Uint64()+now[2].Value.Uint64())
	if h.stopped.Load() {
		return
	}
	if want := h.percent(live, roots); want != int64(now[3].Value.Uint64()) {
		debug.SetGCPercent(int(want))
	}
	next := new([4]int64) // dead at once, so the next collection finds it
	runtime.AddCleanup(next, (*heap).adjust, h)
}

// percent returns how much the heap may grow, of what lives and of the roots, so that it reaches the floor.
func (h *heap) percent(live, roots int64) int64 {
	most := 100 * h.floor / smallest // at which the smallest heap has the size of the floor
	return max(100, min(most, 100*(h.floor-live)/max(1, live+roots)))
}
