package machine

import (
	"runtime"
	"runtime/metrics"
	"testing"
)

// The heap may grow to its floor, or to twice of what lives, whichever is more.
func TestHeapPercent(t *testing.T) {
	h := &heap{floor: 32 << 20}
	for _, c := range []struct{ live, roots, want int64 }{
		{0, 0, 800},             // the smallest heap at 800 % is 32 MB
		{1 << 20, 0, 800},       //
		{4 << 20, 0, 700},       // 4 + 7 * 4
		{4 << 20, 4 << 20, 350}, // 4 + 3.5 * (4 + 4)
		{8 << 20, 0, 300},
		{16 << 20, 0, 100},
		{20 << 20, 0, 100},
		{1 << 40, 1 << 30, 100},
	} {
		if found := h.percent(c.live, c.roots); found != c.want {
			t.Errorf("%d bytes live, %d of roots: wanted %d %%, found %d", c.live, c.roots, c.want, found)
		}
	}
}

// gcPercent returns the percentage that is set.
func gcPercent() uint64 {
	now := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(now)
	return now[0].Value.Uint64()
}

// GrowHeap follows what lives, ends with stop, and leaves alone what a person has set.
func TestGrowHeap(t *testing.T) {
	before := gcPercent()
	GrowHeap(func(name string) (string, bool) { return "100", name == "GOGC" }, 1<<30)()
	if found := gcPercent(); found != before {
		t.Errorf("with GOGC: wanted %d %%, found %d", before, found)
	}
	none := func(string) (string, bool) { return "", false }
	stop := GrowHeap(none, 1<<30)
	few := gcPercent()
	if few <= 100 {
		t.Errorf("wanted more than 100 %%, found %d", few)
	}
	func() {
		much := make([]byte, 256<<20)
		for gcPercent() >= 400 {
			runtime.GC()
		}
		runtime.KeepAlive(much)
	}()
	for gcPercent() < few {
		runtime.GC()
	}
	stop()
	for range 3 {
		runtime.GC()
	}
	if found := gcPercent(); found != before {
		t.Errorf("afterwards: wanted %d %%, found %d", before, found)
	}
}
