package photo

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
)

// finder is a picture on its way through the stages.
type finder struct {
	options        Options
	grey           *plane
	scaleX, scaleY float64 // pixels of the upright picture in one of grey
	stages         []Stage

	ink        *plane
	levels     levels
	rules      []rule // ruled lines
	labels     []int32
	labelLimit int
	height     float64 // of a typical digit, in pixels of grey
	tried      int     // pieces of parts in which digits may touch
}

// find returns the digits in reading order. If there is none, it looks again with ruled lines left alone, since a
// picture may be a thin 1 and nothing else, and then for light ink instead of dark, or dark instead of light.
func (f *finder) find() []Digit {
	if digit, ok := f.asItIs(); ok {
		return []Digit{digit}
	}
	dark := f.grey.darkInk()
	for _, isDark := range []bool{dark, !dark} {
		for _, erase := range []bool{true, false} {
			f.stages = nil
			if digits := f.look(isDark, erase); len(digits) > 0 {
				return digits
			}
			if len(f.rules) == 0 {
				break
			}
		}
	}
	return nil
}

// asItIs returns the digit of an image that is as MNIST has it: 28x28 pixels, white on black or black on white, the
// longer side of the digit 20 pixels (or 19, as a few of MNIST's have it), and its center of mass within a pixel of where
// place puts it.
func (f *finder) asItIs() (Digit, bool) {
	if f.grey.w != side || f.grey.h != side || f.scaleX != 1 || f.scaleY != 1 {
		return Digit{}, false
	}
	pixels := f.grey.bytes()
	black, white := 0, 0
	for _, v := range f.grey.border() {
		switch v {
		case 0:
			black++
		case 255:
			white++
		}
	}
	if half := 2 * (side - 1); white > half {
		for i, v := range pixels {
			pixels[i] = 255 - v
		}
	} else if black <= half {
		return Digit{}, false
	}
	box := image.Rectangle{}
	for i, v := range pixels {
		if v > 0 {
			box = box.Union(image.Rect(i%side, i/side, i%side+1, i/side+1))
		}
	}
	if longer := max(box.Dx(), box.Dy()); longer > inner || longer < inner-1 {
		return Digit{}, false
	}
	if x, y := massOf(pixels, side); max(math.Abs(x-center), math.Abs(y-center)) > 1 {
		return Digit{}, false
	}
	f.stage("grey", f.grey, 0, 255, "normal already: left as it is")
	return Digit{Box: box, Pixels: pixels}, true
}

// look returns the digits of the given kind of ink.
func (f *finder) look(dark, erase bool) []Digit {
	f.stage("grey", f.grey, 0, 255, fmt.Sprintf("%dx%d pixels", f.grey.w, f.grey.h))
	var background *plane
	f.ink, background = inkOn(f.grey, dark)
	if dark {
		f.stage("paper", background, 0, 255, "what there would be without ink")
	} else {
		f.stage("paper", background, 255, 0, "what there would be without ink, which is light")
	}
	f.levels = levelsOf(f.ink)
	f.stage("ink", f.ink, 1, 0, fmt.Sprintf("noise %.1f %%, ink from %.0f %% on", f.levels.noise*100, f.levels.low*100))
	f.rules = nil
	if erase {
		f.eraseRules()
		if len(f.rules) > 0 {
			f.stage("lines", f.ink, 1, 0, fmt.Sprintf("%d ruled lines erased", len(f.rules)))
			f.levels = levelsOf(f.ink)
		}
	}
	seen := f.ink
	if f.levels.noise > 0.02 {
		seen = seen.blurred()
	}
	var parts []part
	f.labels, parts = components(seen, f.levels)
	f.labelLimit = len(parts)
	parts = f.join(parts)
	parts = f.cut(parts)
	lines := f.order(parts)
	digits := f.normalizeAll(lines)
	f.showDigits(digits)
	return digits
}

// bounds returns the bounds of the picture in which digits are looked for.
func (f *finder) bounds() image.Rectangle { return image.Rect(0, 0, f.grey.w, f.grey.h) }

// normalizeAll returns the digits of lines of parts.
func (f *finder) normalizeAll(lines [][]part) []Digit {
	var digits []Digit
	var parts []part
	for number, line := range lines {
		for _, p := range line {
			digits = append(digits, Digit{Box: f.original(p.box), Line: number, Cut: p.cut})
			parts = append(parts, p)
		}
	}
	spread(len(parts), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			digits[i].Pixels = normalize(f.glyph(&parts[i]))
		}
	})
	return slices.DeleteFunc(digits, func(d Digit) bool { return slices.Max(d.Pixels) == 0 })
}

// original returns a box in pixels of the upright picture.
func (f *finder) original(b image.Rectangle) image.Rectangle {
	const rounding = 1e-6 // of the scales, far less than a pixel can be off: the last pixel's end is the picture's
	return image.Rect(int(float64(b.Min.X)*f.scaleX+rounding), int(float64(b.Min.Y)*f.scaleY+rounding),
		int(math.Ceil(float64(b.Max.X)*f.scaleX-rounding)), int(math.Ceil(float64(b.Max.Y)*f.scaleY-rounding)))
}

// stage keeps what a stage gave, if that is wanted, as a picture in which lo is black and hi is white.
func (f *finder) stage(name string, p *plane, lo, hi float32, note string) {
	if f.options.Stages {
		f.stages = append(f.stages, Stage{name, p.gray(lo, hi), note})
	}
}

// showDigits keeps the parts, each in another gray, and the images that a network sees.
func (f *finder) showDigits(digits []Digit) {
	if !f.options.Stages || len(digits) == 0 {
		return
	}
	boxes := f.ink.gray(1, 0)
	for _, d := range digits {
		b := image.Rect(int(float64(d.Box.Min.X)/f.scaleX), int(float64(d.Box.Min.Y)/f.scaleY),
			int(float64(d.Box.Max.X)/f.scaleX)-1, int(float64(d.Box.Max.Y)/f.scaleY)-1)
		for x := b.Min.X; x <= b.Max.X; x++ {
			boxes.SetGray(x, b.Min.Y, color.Gray{})
			boxes.SetGray(x, b.Max.Y, color.Gray{})
		}
		for y := b.Min.Y; y <= b.Max.Y; y++ {
			boxes.SetGray(b.Min.X, y, color.Gray{})
			boxes.SetGray(b.Max.X, y, color.Gray{})
		}
	}
	columns := min(len(digits), 20)
	sheet := image.NewGray(image.Rect(0, 0, columns*(side+1), (len(digits)+columns-1)/columns*(side+1)))
	for i, d := range digits {
		for j, v := range d.Pixels {
			sheet.SetGray(i%columns*(side+1)+j%side, i/columns*(side+1)+j/side, color.Gray{Y: v})
		}
	}
	f.stages = append(f.stages, Stage{"digits", boxes, fmt.Sprintf("%d found", len(digits))},
		Stage{"28x28", sheet, "what the network sees"})
}
