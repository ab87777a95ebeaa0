package engine

import "sync/atomic"

// Model is a network by its name. The network may be replaced at any time; who has it goes on with the old one.
type Model struct {
	Name    string
	Path    string
	current atomic.Pointer[Network]
}

// Use makes n the network of the model.
func (m *Model) Use(n *Network) { m.current.Store(n) }

// Network returns the network of the model.
func (m *Model) Network() *Network { return m.current.Load() }

// Models are models with different names; at least one. The first is the one for requests that name none.
type Models []*Model

// Named returns the network of the model with a name.
func (ms Models) Named(name string) (*Network, bool) {
	for _, m := range ms {
		if m.Name == name {
			return m.Network(), true
		}
	}
	return nil, false
}
