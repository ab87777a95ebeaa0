package report

import (
	"math"
	"strconv"
	"strings"
)

// FormatFloat32 returns v as Python prints float(numpy.float32(v)): the shortest decimal that reads back as the same
// float64. It always has a point or an exponent ("1.0"), is in scientific notation below 1e-4 and from 1e16 on
// ("1e-07"), and can be "nan", "inf" or "-inf".
func FormatFloat32(v float32) string {
	f := float64(v)
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	// Python chooses the notation by the exponent of the shortest digits, which only format 'e' shows.
	scientific := strconv.FormatFloat(f, 'e', -1, 64)
	_, exponent, _ := strings.Cut(scientific, "e")
	if e, err := strconv.Atoi(exponent); err == nil && (e < -4 || e >= 16) {
		return scientific
	}
	fixed := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(fixed, ".") {
		fixed += ".0"
	}
	return fixed
}

// TestLine returns the last line of dnn train and dnn eval, without a newline:
//
//	Test Loss and Accuracy -> [0.08797961473464966, 0.9761999845504761]
func TestLine(loss, accuracy float32) string {
	return "Test Loss and Accuracy -> [" + FormatFloat32(loss) + ", " + FormatFloat32(accuracy) + "]"
}
