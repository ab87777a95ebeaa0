package augment

import (
	"math/rand/v2"

	"dnn/internal/exact"
)

// affine is a map of the plane that keeps straight lines straight: from where a pixel of the distorted image lies to where
// in the original it comes from, both as distances from the center, it is
//
//	| x |   | cos -sin | | 1+scaleX  shear    | | u |   | shiftX |
//	| y | = | sin  cos | | 0         1+scaleY | | v | + | shiftY |
//
// where a flip has turned u or v to its opposite.
type affine struct {
	shiftX, shiftY float32 // pixels
	rotation       float32 // degrees
	scaleX, scaleY float32
	shear          float32
	flipX, flipY   bool
}

// drawAffine draws a map. It takes the same numbers from the stream whatever the ranges are.
func drawAffine(stream *rand.PCG, r Ranges) (a affine) {
	a.shiftX, a.shiftY = signed(stream, r.Shift)
	a.scaleX, a.scaleY = signed(stream, r.Scale)
	a.rotation, a.flipX = signedAndCoin(stream, r.Rotation)
	a.shear, a.flipY = signedAndCoin(stream, r.Shear)
	a.flipX = a.flipX && r.HorizontalFlip
	a.flipY = a.flipY && r.VerticalFlip
	return a
}

// matrix returns the product of the two matrices, for the pixel before it is flipped.
func (a affine) matrix() (xu, xv, yu, yv float32) {
	sin, cos := exact.SinCos(a.rotation)
	scaleX, scaleY := 1+a.scaleX, 1+a.scaleY
	xu, xv = cos*scaleX, float32(cos*a.shear)-float32(sin*scaleY)
	yu, yv = sin*scaleX, float32(sin*a.shear)+float32(cos*scaleY)
	if a.flipX {
		xu, yu = -xu, -yu
	}
	if a.flipY {
		xv, yv = -xv, -yv
	}
	return xu, xv, yu, yv
}

// signed returns two numbers, uniform between minus and plus most.
func signed(stream *rand.PCG, most float64) (x, y float32) {
	a, b := integers(stream)
	return scaled(a, most), scaled(b, most)
}

// signedAndCoin returns one such number, and whether a coin that is tossed with it comes up heads.
func signedAndCoin(stream *rand.PCG, most float64) (x float32, heads bool) {
	a, b := integers(stream)
	return scaled(a, most), b < 0
}

// integers returns the next two integers of the stream, uniform over all there are.
func integers(stream *rand.PCG) (a, b int32) {
	bits := stream.Uint64()
	return int32(bits >> 32), int32(bits)
}

// scaled returns the number between minus and plus most that an integer stands for.
func scaled(n int32, most float64) float32 { return float32(n) * (float32(most) * 0x1p-31) }
