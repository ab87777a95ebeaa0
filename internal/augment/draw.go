package augment

import "math/rand/v2"

// purposeOfMoves names the stream that Affine, Flips and Elastic share: of its numbers the first four are Affine's and
// Flips', the rest Elastic's. A distortion that came later has a name of its own.
const purposeOfMoves = "augment"

// skip passes over numbers of the stream that are another distortion's.
func skip(stream *rand.PCG, n int) {
	for range n {
		stream.Uint64()
	}
}

// signed returns two numbers, uniform between minus and plus most.
func signed(stream *rand.PCG, most float64) (x, y float32) {
	a, b := integers(stream)
	return scaled(a, most), scaled(b, most)
}

// integers returns the two halves of the stream's next number, each uniform over all integers there are.
func integers(stream *rand.PCG) (a, b int32) {
	bits := stream.Uint64()
	return int32(bits >> 32), int32(bits)
}

// scaled returns the number between minus and plus most that an integer stands for.
func scaled(n int32, most float64) float32 { return float32(n) * (float32(most) * 0x1p-31) }
