package picture

import (
	"math"
	"strconv"

	"gonum.org/v1/plot/vg/draw"

	"dnn/internal/report"
)

// shade returns the scale of colors of a cell, and the place on it for the share of its row that the cell holds. In a
// row without samples, the share is NaN, whose color is that of 0.
func shade(t Theme, share float64, right bool) (scale ramp, at float64) {
	if right {
		return t.right, math.Cbrt(share)
	}
	return t.wrong, math.Cbrt(share)
}

// The measures of a heat map, in pixels.
const (
	heatCell    = 48  // side of a cell, of up to heatClasses classes
	heatCellMin = 12  // least side of a cell
	heatClasses = 14  // more classes have smaller cells, in the same space
	heatSlanted = 28  // least width of columns whose names can slant without touching
	heatName    = 150 // longest name; longer ones are cut
	heatGap     = 8   // between names and cells
	heatAxis    = 28  // for the name of an axis
	heatKey     = 84  // height of the key to the colors
	heatKeyRow  = 330 // width of the key
)

// Confusion draws a confusion table as a heat map: a row for each true class, a column for each predicted one, and a
// key to the colors below. The color of a cell shows the share of its row that it holds: blue on the diagonal, where
// the network is right, and orange elsewhere. The scale is the cube root of the share, since mistakes are rare. Counts
// of 0, and counts that do not fit into their cells, are not written.
//
// A cell is 48 pixels wide and high for up to 14 classes. More classes have cells of 672 pixels divided by their
// number, but at least 12 pixels. The size of the picture also depends on the lengths of the names.
func Confusion(c *report.Confusion, t Theme) Drawing {
	classes := len(c.Classes)
	cell := float64(max(heatCellMin, heatCell*heatClasses/max(heatClasses, classes)))
	nameSize := min(10.5, cell*0.6)
	rowStyle := textStyle(nameSize, t.ink, draw.XRight, draw.YCenter)
	names := make([]string, classes)
	longest := 0.0
	for i, name := range c.Classes {
		names[i] = shorten(name, rowStyle, heatName)
		longest = max(longest, textWidth(rowStyle, names[i]))
	}
	// Names that are wider than their columns slant at 45 degrees, or stand upright over narrow columns.
	columnStyle := textStyle(nameSize, t.ink, draw.XCenter, draw.YBottom)
	head, overhang := nameSize/0.75+heatGap, 0.0
	if longest > cell-4 {
		columnStyle = textStyle(nameSize, t.ink, draw.XLeft, draw.YCenter)
		if cell < heatSlanted {
			columnStyle.Rotation = math.Pi / 2
			head = longest + heatGap
		} else {
			columnStyle.Rotation = math.Pi / 4
			head = longest*math.Sqrt2/2 + nameSize + heatGap
			overhang = max(0, longest*math.Sqrt2/2-cell/2+nameSize)
		}
	}
	left := margin + heatAxis + longest + heatGap
	top := margin + heatAxis + head
	side := cell * float64(classes)
	width := max(left+side+max(overhang, margin), left+heatKeyRow+margin)
	return Drawing{
		Width: int(math.Ceil(width)), Height: int(math.Ceil(top + side + heatKey + margin)), paper: t.paper,
		draw: func(p pen) {
			drawAxes(p, t, left, top, side)
			for i, name := range names {
				middle := (float64(i) + 0.5) * cell
				p.text(left-heatGap, top+middle, rowStyle, name)
				p.text(left+middle, top-heatGap, columnStyle, name)
			}
			drawCells(p, c, t, left, top, cell)
			drawKey(p, t, left, top+side+20)
		},
	}
}

// drawAxes writes the names of the axes.
func drawAxes(p pen, t Theme, left, top, side float64) {
	axis := textStyle(11, t.ink, draw.XCenter, draw.YCenter)
	p.text(left+side/2, margin+heatAxis/3, axis, "predicted class")
	axis.Rotation = math.Pi / 2
	p.text(margin+heatAxis/3, top+side/2, axis, "true class")
}

// drawCells draws the cells, with thin lines between them, and their counts.
func drawCells(p pen, c *report.Confusion, t Theme, left, top, cell float64) {
	most := 0
	for _, row := range c.Counts {
		for _, n := range row {
			most = max(most, n)
		}
	}
	count := textStyle(11, t.ink, draw.XCenter, draw.YCenter)
	size := min(11, 11*(cell-6)/textWidth(count, strconv.Itoa(most)))
	count.Font = sans(size)
	side := cell * float64(len(c.Classes))
	p.rect(left-1, top-1, side+1, side+1, t.grid)
	for i, row := range c.Counts {
		for j, n := range row {
			x, y := left+float64(j)*cell, top+float64(i)*cell
			colors, at := shade(t, float64(n)/float64(c.PerClass[i].Support), i == j)
			color := colors.at(at)
			p.rect(x, y, cell-1, cell-1, color)
			if n > 0 && size >= 5 {
				count.Color = readableOn(color)
				p.text(x+(cell-1)/2, y+(cell-1)/2, count, strconv.Itoa(n))
			}
		}
	}
}

// drawKey draws the key to the colors.
func drawKey(p pen, t Theme, x, y float64) {
	const box, step, first = 20, 46, 110
	label := textStyle(9.5, t.ink, draw.XLeft, draw.YCenter)
	p.text(x, y+box/2, label, "right")
	p.text(x, y+box/2+box+2, label, "wrong")
	p.text(x, y+2*box+16, label, "of the true class")
	label.XAlign = draw.XCenter
	for i, share := range []float64{0.01, 0.1, 0.25, 0.5, 1} {
		at := x + first + float64(i)*step
		for row, right := range []bool{true, false} {
			colors, shade := shade(t, share, right)
			p.rect(at-1, y+float64(row*(box+2))-1, step-4, box+2, t.grid)
			p.rect(at, y+float64(row*(box+2)), step-6, box, colors.at(shade))
		}
		p.text(at+(step-6)/2, y+2*box+16, label, strconv.Itoa(int(share*100+0.5))+" %")
	}
}
