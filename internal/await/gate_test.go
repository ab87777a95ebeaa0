package await

import (
	"context"
	"testing"
)

// TestGate: a goroutine waits at a closed gate until it opens or ends.
func TestGate(t *testing.T) {
	var g Gate
	g.Pass(t.Context())
	g.Close()
	passed := make(chan bool)
	go func() { g.Pass(t.Context()); passed <- true }()
	select {
	case <-passed:
		t.Fatal("passed a closed gate")
	default:
	}
	g.Open()
	<-passed
	g.Close()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	g.Pass(ctx)
}
