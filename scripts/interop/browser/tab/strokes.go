package tab

import "math"

// Point is a place on the sheet, whose sides are 280.
type Point struct{ X, Y float64 }

// Digits returns the strokes of the ten digits, as a hand would draw them.
func Digits() [][][]Point {
	return [][][]Point{
		{arc(140, 140, 58, 92, -80, 285)},
		{line(150, 45, 136, 235)},
		{join(arc(138, 98, 54, 52, 190, 395), line(183, 128, 85, 228), line(85, 228, 205, 226))},
		{join(arc(130, 92, 52, 46, 200, 440), arc(132, 184, 60, 50, 280, 520))},
		{line(100, 45, 85, 150), join(line(85, 150, 205, 148)), line(172, 60, 160, 238)},
		{join(line(195, 52, 108, 54), line(108, 54, 98, 128), arc(136, 176, 62, 56, 225, 500))},
		{join(arc(210, 190, 122, 150, 255, 180), arc(142, 190, 54, 46, 180, 540))},
		{join(line(80, 58, 205, 56), line(205, 56, 132, 236))},
		{join(arc(142, 94, 44, 44, 90, -270), arc(142, 188, 54, 50, -90, 270))},
		{join(arc(136, 98, 50, 50, 0, -360), line(186, 98, 172, 238))},
	}
}

// arc is part of an ellipse, from an angle to another in degrees, clockwise from the right.
func arc(x, y, rx, ry, from, to float64) []Point {
	const n = 12
	var all []Point
	for i := range n + 1 {
		a := (from + (to-from)*float64(i)/n) * math.Pi / 180
		all = append(all, Point{x + rx*math.Cos(a), y + ry*math.Sin(a)})
	}
	return all
}

func line(x0, y0, x1, y1 float64) []Point {
	const n = 4
	var all []Point
	for i := range n + 1 {
		t := float64(i) / n
		all = append(all, Point{x0 + t*(x1-x0), y0 + t*(y1-y0)})
	}
	return all
}

// join makes one stroke of several.
func join(parts ...[]Point) []Point {
	var all []Point
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
