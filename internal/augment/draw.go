package augment

import "math/rand/v2"

// moves names the stream that Affine, Flips and Elastic share for historical reasons: its first four numbers are for
// Affine and Flips, the others for Elastic. Every other distortion has a stream of its own.
const moves = "augment"

// skip passes over n numbers of the stream, which other distortions use.
func skip(stream *rand.PCG, n int) {
	for range n {
		stream.Uint64()
	}
}

// signed returns two independent numbers, uniform from -limit to limit.
func signed(stream *rand.PCG, limit float64) (x, y float32) {
	a, b := integers(stream)
	return scaled(a, limit), scaled(b, limit)
}

// integers returns the two halves of the stream's next number, each uniform over all values of an int32.
func integers(stream *rand.PCG) (a, b int32) {
	bits := stream.Uint64()
	return int32(bits >> 32), int32(bits)
}

// scaled maps the range of an int32 to that from -limit to limit.
func scaled(n int32, limit float64) float32 { return float32(n) * (float32(limit) * 0x1p-31) }
