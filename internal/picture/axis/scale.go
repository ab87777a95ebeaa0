// Package axis places numbers on the axes of pictures, and says where an axis has ticks. It draws nothing.
package axis

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
)

// Scale places numbers on an axis from 0 to 1.
type Scale struct {
	Low, High float64 // what is at 0 and at 1
	Log       bool    // logarithmic: both are above 0
}

// NewScale returns the scale of the finite ones of some numbers, which it sorts. It is logarithmic if they are above 0
// and span decades: if the greatest is many times the least, and half of the numbers are in the lowest part of it. Of no
// number it is from 0 to 1.
func NewScale(numbers []float64) Scale {
	const manyTimes, lowest = 30, 0.25
	numbers = slices.DeleteFunc(numbers, func(v float64) bool { return !Finite(v) })
	if len(numbers) == 0 {
		return Scale{Low: 0, High: 1}
	}
	slices.Sort(numbers)
	s := Scale{Low: numbers[0], High: numbers[len(numbers)-1]}
	s.Log = s.Low > 0 && s.High/s.Low >= manyTimes && numbers[(len(numbers)-1)/2] <= lowest*s.High
	return s
}

// At returns where v is. If all numbers are equal, they are in the middle.
func (s Scale) At(v float64) float64 {
	low, high := s.Low, s.High
	if low == high {
		return 0.5
	}
	if s.Log {
		low, high, v = math.Log(low), math.Log(high), math.Log(v)
	}
	if span := high - low; !math.IsInf(span, 0) {
		return (v - low) / span
	}
	return v/2/(high/2-low/2) - low/2/(high/2-low/2)
}

// Ticks returns at most about n ticks with labels, at their places from 0 to 1.
func (s Scale) Ticks(n int) []plot.Tick {
	var ticks []plot.Tick
	switch {
	case s.Low == s.High:
		ticks = []plot.Tick{{Value: s.Low, Label: label(s.Low)}}
	case s.Log:
		ticks = thin(Powers(s.Low, s.High), n)
	case math.IsInf(s.High-s.Low, 0) || s.High-s.Low < 1e-9*max(math.Abs(s.Low), math.Abs(s.High)):
		// Numbers between them, such as multiples of a step, need more digits than a number has.
		ticks = []plot.Tick{{Value: s.Low, Label: label(s.Low)}, {Value: s.High, Label: label(s.High)}}
	default:
		ticks = About(s.Low, s.High, n)
	}
	for i := range ticks {
		ticks[i].Value = s.At(ticks[i].Value)
	}
	return ticks
}

func label(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// thin leaves at most n of the ticks their labels.
func thin(ticks []plot.Tick, n int) []plot.Tick {
	labels := 0
	for _, t := range ticks {
		if t.Label != "" {
			labels++
		}
	}
	keep, i := max(1, (labels+n-1)/n), 0
	for k := range ticks {
		if ticks[k].Label == "" {
			continue
		}
		if i%keep != 0 {
			ticks[k].Label = ""
		}
		i++
	}
	return ticks
}

// Finite reports whether v is neither NaN nor infinite.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Spread returns a number from -1 to 1 for the i-th of many points that would cover each other: the multiples of the
// golden ratio spread evenly, however many there are.
func Spread(i int) float64 {
	_, part := math.Modf(float64(i) * 0.6180339887498949)
	return 2*part - 1
}

// Quantile returns the value below which that part of sorted values is, between two of them by their distance.
func Quantile(sorted []float64, part float64) float64 {
	at := part * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
