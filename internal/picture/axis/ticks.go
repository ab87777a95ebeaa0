package axis

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// Integers returns at most about ten ticks, at whole numbers.
func Integers(lo, hi float64) []plot.Tick {
	step := max(1, niceStep((hi-lo)/9))
	return ticksEvery(step, lo, hi, 0)
}

// Decimals returns about six ticks. Their labels have as many decimals as the distance between them needs.
func Decimals(lo, hi float64) []plot.Tick { return About(lo, hi, 6) }

// About is Decimals with about n ticks.
func About(lo, hi float64, n int) []plot.Tick {
	step := niceStep((hi - lo) / float64(n))
	return ticksEvery(step, lo, hi, max(0, int(-math.Floor(math.Log10(step)+1e-9))))
}

// ticksEvery returns a tick at each multiple of step from lo to hi. Labels that would be too long are in scientific
// notation.
func ticksEvery(step, lo, hi float64, decimals int) []plot.Tick {
	format := byte('f')
	if step < 1e-5 || step >= 1e6 {
		format, decimals = 'g', 4
	}
	var ticks []plot.Tick
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi+step*1e-9; i++ {
		value := i*step + 0 // + 0 turns -0, which Ceil may return, into 0
		ticks = append(ticks, plot.Tick{Value: value, Label: strconv.FormatFloat(value, format, decimals, 64)})
	}
	return ticks
}

// niceStep returns the least of 1, 2, 5 times a power of ten that is not below step.
func niceStep(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= step*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// Powers returns ticks at 1, 2, … 9 times the powers of ten. The powers have labels, and in a range of less than two
// powers, so have 2 and 5 times them.
func Powers(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	narrow := hi/lo < 100
	for exponent := first; exponent <= last; exponent++ {
		for digit := 1; digit <= 9; digit++ {
			// Not math.Pow, whose result may not be the nearest number.
			value, _ := strconv.ParseFloat(strconv.Itoa(digit)+"e"+strconv.Itoa(exponent), 64)
			if value < lo*(1-1e-9) || value > hi*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: value}
			if digit == 1 || narrow && (digit == 2 || digit == 5) {
				tick.Label = rateLabel(digit, exponent)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// rateLabel returns digit times a power of ten in the usual spelling of rates: 0.001, 1e-5.
func rateLabel(digit, exponent int) string {
	text := strconv.Itoa(digit) + "e" + strconv.Itoa(exponent)
	if exponent < -4 || exponent > 3 {
		return text
	}
	value, _ := strconv.ParseFloat(text, 64) // cannot fail: two small integers
	return strconv.FormatFloat(value, 'f', -1, 64)
}
