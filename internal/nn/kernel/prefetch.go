package kernel

// Prefetch asks for b to be brought into the cache, and does not wait. Who goes through samples in random order and names
// the next ones in time does not wait for memory at each.
func (s *Set) Prefetch(b []uint8) {
	if s.prefetch != nil {
		s.prefetch(b)
	}
}
