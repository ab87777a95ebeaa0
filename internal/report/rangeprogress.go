package report

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"dnn/internal/train"
)

// RangeProgress shows a learning-rate range test of so many steps on w, as TrainProgress does an epoch. On a terminal a line is
// redrawn in place; it stays in its last state, which may be short of all steps, for the test ends where the loss diverges:
//
//	158/200 ━━━━━━━━━━━━━━━───── 0s 2ms/step - rate: 0.3333 - loss: 1.1123
//
// Elsewhere it is one line, when the test is over. The first function is to be called after each step, the second in the end.
func RangeProgress(w io.Writer, screen Screen, now func() time.Time, steps int) (stepEnd func(int, train.LRPoint), end func()) {
	p := &rangeProgress{w: w, screen: screen, now: now, steps: steps, start: now()}
	return p.stepEnd, p.end
}

type rangeProgress struct {
	w      io.Writer
	screen Screen
	now    func() time.Time
	steps  int

	start time.Time
	step  int // the newest; 0: none yet
	point train.LRPoint
	drawn time.Time // when the line was last drawn
}

func (p *rangeProgress) stepEnd(step int, point train.LRPoint) {
	p.step, p.point = step, point
	if p.screen.Terminal && p.now().Sub(p.drawn) >= redrawPeriod {
		p.drawn = p.now()
		p.print("\r" + p.line(p.left()).fit(p.screen.columns()-1, p.screen.Color) + "\x1b[K")
	}
}

func (p *rangeProgress) end() {
	if p.step == 0 {
		return
	}
	if !p.screen.Terminal {
		p.print(fmt.Sprintf("range test - %d/%d - %.3fs - %s\n", p.step, p.steps, p.seconds(), join(p.figures())))
		return
	}
	took := fmt.Sprintf("%.0fs", p.seconds())
	p.print("\r" + p.line(took).wrapped(p.screen.columns()-1, p.screen.Color, "\x1b[K") + "\n")
}

func (p *rangeProgress) seconds() float64 { return p.now().Sub(p.start).Seconds() }

func (p *rangeProgress) left() string {
	return formatETA(p.seconds() / float64(p.step) * float64(p.steps-p.step))
}

func (p *rangeProgress) line(clock string) barLine {
	return barLine{
		counter: fmt.Sprintf("%*d/%d", len(strconv.Itoa(p.steps)), p.step, p.steps),
		done:    float64(p.step) / float64(p.steps),
		clock:   clock,
		figures: p.figures(),
	}
}

func (p *rangeProgress) figures() []string {
	return []string{
		formatStepTime(p.seconds() / float64(p.step)), metric("rate", p.point.Rate), metric("loss", p.point.Smoothed),
	}
}

func (p *rangeProgress) print(text string) { _, _ = io.WriteString(p.w, text) }
