package picture

import (
	"image/color"
	"math"
)

// Theme is the colors of a picture. They are those of Okabe and Ito's palette or near them, which people with any kind
// of color vision can distinguish. No picture says anything by color alone.
type Theme struct {
	paper color.RGBA // the background
	ink   color.RGBA // text and axes
	gray  color.RGBA // what must not compete with curves
	grid  color.RGBA

	training, validation, rate color.RGBA // curves

	right, wrong ramp // shares of right and wrong predictions, from 0 to 1
	below, above ramp // weights below and above 0, from 0 to the largest
}

// Light is for paper and for pages in light mode.
func Light() Theme {
	return Theme{
		paper: rgb(0xffffff), ink: rgb(0x333333), gray: rgb(0x767676), grid: rgb(0xe4e4e4),
		training: rgb(0x0072b2), validation: rgb(0xd55e00), rate: rgb(0x007f5c),
		right: ramp{rgb(0xffffff), rgb(0x8cc4e6), rgb(0x0068a6)},
		wrong: ramp{rgb(0xffffff), rgb(0xf3a56b), rgb(0xb34700)},
		below: ramp{rgb(0xf7f7f7), rgb(0x6bb0da), rgb(0x00456f)},
		above: ramp{rgb(0xf7f7f7), rgb(0xf0995a), rgb(0x7d3200)},
	}
}

// Dark is for pages in dark mode.
func Dark() Theme {
	return Theme{
		paper: rgb(0x16181d), ink: rgb(0xd9dce1), gray: rgb(0x949aa5), grid: rgb(0x31353d),
		training: rgb(0x56b4e9), validation: rgb(0xf0903a), rate: rgb(0x2fbf95),
		right: ramp{rgb(0x16181d), rgb(0x125480), rgb(0x58b6ea)},
		wrong: ramp{rgb(0x16181d), rgb(0x8f4a15), rgb(0xffa75c)},
		below: ramp{rgb(0x0c0d10), rgb(0x1f73a8), rgb(0xa5dcff)},
		above: ramp{rgb(0x0c0d10), rgb(0xb35a14), rgb(0xffd0a0)},
	}
}

// rgb returns the opaque color 0xrrggbb.
func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// ramp is a scale of colors: those at 0, 1/2 and 1.
type ramp [3]color.RGBA

// at returns the color at x. Below 0 and for a NaN it is that at 0, above 1 that at 1.
func (r ramp) at(x float64) color.RGBA {
	if !(x > 0) {
		return r[0]
	}
	x = min(x, 1) * 2
	from, to := r[0], r[1]
	if x > 1 {
		x, from, to = x-1, r[1], r[2]
	}
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-x) + float64(b)*x + 0.5) }
	return color.RGBA{R: mix(from.R, to.R), G: mix(from.G, to.G), B: mix(from.B, to.B), A: 0xff}
}

// readableOn returns black or white, whichever is easier to read on the color c, by WCAG 2's contrast ratio.
func readableOn(c color.RGBA) color.RGBA {
	// The ratio of white is (1+0.05)/(l+0.05), that of black (l+0.05)/0.05, so they are equal at l = 0.179.
	if luminance(c) > 0.179 {
		return rgb(0x000000)
	}
	return rgb(0xffffff)
}

// luminance returns WCAG 2's relative luminance of c, from 0 to 1.
func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
