package source

import (
	"image"
	"image/color"
	"runtime"
	"sync"
)

// Luminance returns the luminance of img, upright, row by row, 0 black and 255 white, reduced to at most limit pixels on
// the longer side: each number is the mean of the area that it covers. The picture itself is not copied.
func Luminance(img image.Image, limit int) (pix []float32, w, h int) {
	orientation := 1
	if u, ok := img.(*upright); ok {
		img, orientation = u.Image, u.orientation
	}
	b := img.Bounds()
	w, h = reduced(b.Dx(), b.Dy(), limit)
	pix = make([]float32, w*h)
	read := reader(img)
	across, down := cover(b.Dx(), w), cover(b.Dy(), h)
	Spread(h, func(lo, hi int) {
		buffer, upTo := make([]uint8, b.Dx()), make([]uint32, b.Dx())
		for y := lo; y < hi; y++ {
			for sy := down[y].first; sy <= down[y].last; sy++ {
				addMeans(pix[y*w:(y+1)*w], read(sy, buffer), upTo, across, down[y].weight(sy))
			}
		}
	})
	if orientation <= 1 {
		return pix, w, h
	}
	turnedW, turnedH := w, h
	if orientation >= 5 {
		turnedW, turnedH = h, w
	}
	out := make([]float32, w*h)
	for y := range turnedH {
		for x := range turnedW {
			sx, sy := stored(orientation, x, y, w, h)
			out[y*turnedW+x] = pix[sy*w+sx]
		}
	}
	return out, turnedW, turnedH
}

// Spread calls do for parts of [0, n), on all cores at once. A panic in one becomes a panic of Spread, so that it ends a
// request and not the server.
func Spread(n int, do func(lo, hi int)) {
	parts := min(runtime.GOMAXPROCS(0), n)
	if parts <= 1 {
		do(0, n)
		return
	}
	var all sync.WaitGroup
	crashes := make(chan any, parts)
	for i := range parts {
		all.Go(func() {
			defer func() {
				if crash := recover(); crash != nil {
					crashes <- crash
				}
			}()
			do(i*n/parts, (i+1)*n/parts)
		})
	}
	all.Wait()
	if len(crashes) > 0 {
		panic(<-crashes)
	}
}

// reduced returns the size of a picture of w x h pixels with at most limit on its longer side.
func reduced(w, h, limit int) (rw, rh int) {
	longer := max(w, h)
	if longer <= limit {
		return w, h
	}
	return max((w*limit+longer/2)/longer, 1), max((h*limit+longer/2)/longer, 1)
}

// area is which of the many numbers one of few covers: those from first to last, the two at the ends in part.
type area struct {
	first, last       int
	head, whole, tail float32
}

// weight returns the share of the number i in the mean.
func (a area) weight(i int) float32 {
	switch i {
	case a.first:
		return a.head
	case a.last:
		return a.tail
	}
	return a.whole
}

// cover divides n numbers among few, n >= few, in areas of equal size.
func cover(n, few int) []area {
	areas := make([]area, few)
	size := float64(n) / float64(few)
	for i := range areas {
		lo, hi := float64(i*n)/float64(few), float64((i+1)*n)/float64(few)
		a := &areas[i]
		a.first, a.last = int(lo), min(int(hi), n-1)
		if float64(a.last) == hi && a.last > a.first {
			a.last--
		}
		a.whole = float32(1 / size)
		if a.first == a.last {
			a.head = 1
			continue
		}
		a.head = float32((float64(a.first+1) - lo) / size)
		a.tail = float32((hi - float64(a.last)) / size)
	}
	return areas
}

// addMeans adds the means of a row over areas, times a weight, to sums. upTo is memory for as many numbers as the row has.
func addMeans(sums []float32, row []uint8, upTo []uint32, areas []area, weight float32) {
	if len(row) == len(sums) {
		for x, v := range row {
			sums[x] += float32(v) * weight
		}
		return
	}
	all := uint32(0)
	for x, v := range row {
		upTo[x] = all // the sum of those before
		all += uint32(v)
	}
	for x := range areas {
		a := &areas[x]
		mean := float32(row[a.first]) * a.head
		if a.last > a.first {
			between := upTo[a.last] - upTo[a.first+1]
			mean += float32(between)*a.whole + float32(row[a.last])*a.tail
		}
		sums[x] += mean * weight
	}
}

// luma is the luminance of a color, as color.GrayModel has it (ITU-R BT.601). That of a gray is its value.
func luma(r, g, b uint32) uint32 { return (19595*r + 38470*g + 7471*b + 1<<15) >> 16 }

// over is a luminance with some opacity, both of 255, in front of a ground.
func over(y, alpha, ground uint32) uint8 { return uint8((y*alpha + ground*(255-alpha) + 127) / 255) }

// reader returns a function that returns the luminance of each pixel of a row, counted from the top. It may use the
// buffer. Many can call it at once. What is transparent shows white, or black if the rest is rather light.
func reader(img image.Image) func(y int, buffer []uint8) []uint8 {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.YCbCr:
		return func(y int, _ []uint8) []uint8 { return m.Y[m.YOffset(b.Min.X, b.Min.Y+y):][:b.Dx()] }
	case *image.Gray:
		return func(y int, _ []uint8) []uint8 { return m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:b.Dx()] }
	}
	ground := groundOf(img)
	switch m := img.(type) {
	case *image.RGBA:
		return func(y int, out []uint8) []uint8 {
			from := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*b.Dx()]
			for x := range out {
				c := from[4*x : 4*x+4]
				out[x] = uint8(min(luma(uint32(c[0]), uint32(c[1]), uint32(c[2]))+(ground*(255-uint32(c[3]))+127)/255, 255))
			}
			return out
		}
	case *image.NRGBA:
		return func(y int, out []uint8) []uint8 {
			from := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*b.Dx()]
			for x := range out {
				c := from[4*x : 4*x+4]
				out[x] = over(luma(uint32(c[0]), uint32(c[1]), uint32(c[2])), uint32(c[3]), ground)
			}
			return out
		}
	case *image.Paletted:
		var table [256]uint8
		for i, c := range m.Palette[:min(len(m.Palette), 256)] {
			table[i] = lumaOf(c, ground)
		}
		return func(y int, out []uint8) []uint8 {
			for x, index := range m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:b.Dx()] {
				out[x] = table[index]
			}
			return out
		}
	}
	return func(y int, out []uint8) []uint8 {
		for x := range out {
			out[x] = lumaOf(img.At(b.Min.X+x, b.Min.Y+y), ground)
		}
		return out
	}
}

// lumaOf is the luminance of a color in front of a ground.
func lumaOf(c color.Color, ground uint32) uint8 {
	n, ok := color.NRGBAModel.Convert(c).(color.NRGBA)
	if !ok {
		return 0
	}
	return over(luma(uint32(n.R), uint32(n.G), uint32(n.B)), uint32(n.A), ground)
}

// groundOf returns what is to be behind a picture that is transparent in places. If most of it is, the rest is ink, and
// the ground is its opposite, black or white; else the rest is mostly paper, and the ground is like it.
func groundOf(img image.Image) uint32 {
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		return 255
	}
	b := img.Bounds()
	step := max(max(b.Dx(), b.Dy())/256, 1)
	var light, opaque, all float64
	for y := b.Min.Y; y < b.Max.Y; y += step {
		for x := b.Min.X; x < b.Max.X; x += step {
			r, g, bl, a := img.At(x, y).RGBA() // times a
			light += float64(luma(r>>8, g>>8, bl>>8))
			opaque += float64(a >> 8)
			all += 255
		}
	}
	if isLight, isPaper := light > opaque/2, opaque > all/2; isLight == isPaper {
		return 255
	}
	return 0
}
