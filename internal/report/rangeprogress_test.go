package report

import (
	"testing"
	"time"

	"dnn/internal/train"
)

func TestRangeProgress(t *testing.T) {
	for _, test := range []struct {
		name   string
		screen Screen
	}{
		{"range-terminal", Screen{Terminal: true, Width: fixedWidth(120)}},
		{"range-terminal-40", Screen{Terminal: true, Color: true, Width: fixedWidth(40)}},
		{"range-lines", Screen{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out writes
			clk := newClock()
			stepEnd, end := RangeProgress(&out, test.screen, clk.now, 10)
			for step := 1; step <= 8; step++ { // it diverges there
				clk.advance(20 * time.Millisecond)
				stepEnd(step, train.LRPoint{Rate: 1e-5 * float64(step*step*step), Loss: 9, Smoothed: 3 / float64(step)})
			}
			end()
			golden(t, "progress/"+test.name+".golden", out.log.Bytes())
		})
	}
}

// TestRangeProgressOfNothing checks that a range test that is stopped at once prints nothing.
func TestRangeProgressOfNothing(t *testing.T) {
	var out writes
	_, end := RangeProgress(&out, Screen{Terminal: true}, time.Now, 10)
	if end(); out.log.Len() > 0 {
		t.Errorf("got %s", &out.log)
	}
}
