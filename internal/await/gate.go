package await

import (
	"context"
	"sync"
)

// Gate is a place where a goroutine can be stopped for a while. It is open at first.
type Gate struct {
	mutex sync.Mutex
	shut  chan struct{} // is closed when it opens; nil: it is open
}

// Close makes Pass wait from now on.
func (g *Gate) Close() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.shut == nil {
		g.shut = make(chan struct{})
	}
}

// Open lets those that wait go on.
func (g *Gate) Open() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

// Closed reports whether Pass would wait.
func (g *Gate) Closed() bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.shut != nil
}

// Pass waits until the gate is open, or ctx ends.
func (g *Gate) Pass(ctx context.Context) {
	g.mutex.Lock()
	shut := g.shut
	g.mutex.Unlock()
	if shut == nil {
		return
	}
	select {
	case <-shut:
	case <-ctx.Done():
	}
}
