package report

import (
	"math"
	"strings"
)

// sparkWidth is the most values that a sparkline shows.
const sparkWidth = 16

// sparkline returns the latest values as bars side by side, from ▁ for the least of them to █ for the greatest. A NaN
// or an infinity leaves a gap. Fewer than two values give "".
func sparkline(values []float64) string {
	if len(values) < 2 {
		return ""
	}
	values = values[max(0, len(values)-sparkWidth):]
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0):
			b.WriteByte(' ')
		case lo == hi:
			b.WriteRune(bars[0])
		default:
			b.WriteRune(bars[int(math.Round((v-lo)/(hi-lo)*float64(len(bars)-1)))])
		}
	}
	return b.String()
}
