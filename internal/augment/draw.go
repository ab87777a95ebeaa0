package augment

// moves names the stream that all movers share: the first affinePairs pairs of numbers are for Affine and Flips, the
// others for Elastic. Every other distortion has a stream of its own.
const moves = "augment"

const affinePairs = 4

// pairs is pairs of independent random numbers, as random.Key.Bits gives them, which is the second of each pair before
// the first. Each is uniform over all values of 32 bits.
type pairs []uint32

// from returns the pairs from the i-th on.
func (p pairs) from(i int) pairs { return p[2*i:] }

// integers returns the i-th pair.
func (p pairs) integers(i int) (a, b int32) { return int32(p[2*i+1]), int32(p[2*i]) }

// signed returns the i-th pair, mapped to the range from -limit to limit.
func (p pairs) signed(i int, limit float64) (x, y float32) {
	a, b := p.integers(i)
	scale := float32(limit) * 0x1p-31
	return float32(a) * scale, float32(b) * scale
}
