//go:build !linux && !darwin

package kernel

import "testing"

// guarded returns ordinary memory: on this system, no test knows how to make the next page inaccessible.
type guarded struct{}

func newGuarded(*testing.T) *guarded { return &guarded{} }

func (g *guarded) bytes(n int) []byte { return make([]byte, n) }
