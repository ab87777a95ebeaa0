package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"dnn/internal/history"
	"dnn/internal/train"
)

// redrawPeriod is the least time between two drawings of the same line: at most 20 a second.
const redrawPeriod = 50 * time.Millisecond

// TrainProgress returns a callback that shows a run on w as Keras's fit does. On a terminal each epoch is a header and a
// line that is redrawn in place, at most 20 times a second, and that stays in its last state:
//
//	Epoch 1/10
//	480/480 ━━━━━━━━━━━━━━━━━━━━ 1s 2ms/step - accuracy: 0.8521 - loss: 0.5123 - val_accuracy: 0.9421 - val_loss: 0.2012
//
// Until the epoch ends the time in it is what is left of the epoch; then it is what the epoch took. Unless the epoch is the
// last, the line meanwhile ends in what is left of the run, if nothing stops it early: "run: 3:12 left". While it is redrawn
// the line never exceeds the width of the screen: its bar shrinks, then figures at its end are left out. The last state is whole,
// broken between figures where it must be; where there is room, a sparkline after its last figure, which is the validation
// loss if there is validation and the loss otherwise, shows that figure in the latest epochs. Elsewhere than on a terminal an
// epoch is one line, with the same figures and a more precise time:
//
//	Epoch 1/10 - 480/480 - 0.961s - 2ms/step - accuracy: 0.8521 - loss: 0.5123 - val_accuracy: 0.9421 - val_loss: 0.2012
//
// The cursor is never hidden, so that even a killed program leaves the terminal as it was. A failure to write is ignored:
// it must not end a run. now is the clock: time.Now, or a test's own.
func TrainProgress(w io.Writer, screen Screen, now func() time.Time) train.Callback {
	p := &trainProgress{w: w, screen: screen, now: now}
	if !screen.Terminal {
		return train.Callback{TrainBegin: p.trainBegin, EpochEnd: p.epochLine}
	}
	return train.Callback{
		TrainBegin: p.trainBegin,
		EpochBegin: p.epochBegin,
		StepEnd:    p.stepEnd,
		EpochEnd:   p.epochEnd,
		TrainEnd:   p.trainEnd,
	}
}

type trainProgress struct {
	w      io.Writer
	screen Screen
	now    func() time.Time
	plan   train.Plan

	epoch       int        // the current one
	epochsDone  int        // completed epochs so far
	took        float64    // their seconds
	start       time.Time  // of the epoch
	firstStep   time.Time  // when its first step ended
	firstNumber int        // of that step: more than 1 in an epoch that is resumed
	step        train.Step // the newest
	stepTime    time.Time  // when it ended
	drawn       time.Time  // when the line was last drawn
	stale       bool       // whether a step ended since
	open        bool       // whether the cursor is in the line
	losses      []float64  // of the epochs so far: what the sparkline shows
}

func (p *trainProgress) trainBegin(plan train.Plan) error {
	p.plan = plan
	return nil
}

func (p *trainProgress) epochBegin(epoch int) error {
	p.print(fmt.Sprintf("Epoch %d/%d\n", epoch, p.plan.Epochs))
	p.epoch, p.start = epoch, p.now()
	p.firstStep, p.drawn = time.Time{}, time.Time{}
	p.stale = false
	return nil
}

func (p *trainProgress) stepEnd(step train.Step) error {
	p.step, p.stepTime, p.stale = step, p.now(), true
	if p.firstStep.IsZero() {
		p.firstStep, p.firstNumber = p.stepTime, step.Step
	}
	// After the last step comes validation, which may take long: the bar should be full meanwhile.
	if p.stepTime.Sub(p.drawn) >= redrawPeriod || step.Step >= p.plan.Steps {
		p.drawStep()
	}
	return nil
}

// drawStep draws the line in the state of the newest step.
func (p *trainProgress) drawStep() {
	elapsed := p.stepTime.Sub(p.start).Seconds()
	per := p.perStep(elapsed, p.step.Step)
	left := per * float64(max(0, p.plan.Steps-p.step.Step))
	figures := []string{metric("accuracy", p.step.Accuracy), metric("loss", p.step.Loss)}
	if run := p.runLeft(elapsed, left, per); run >= 1 {
		figures = append(figures, "run: "+formatETA(run)+" left")
	}
	line := p.line(p.step.Step, formatETA(left), per, figures...)
	p.print("\r" + line.fit(p.screen.columns()-1, p.screen.Color) + "\x1b[K")
	p.drawn, p.stale, p.open = p.stepTime, false, true
}

// runLeft returns the seconds that are left of the run, given those since the epoch began, those that are left of its steps, and
// those of a step: 0 in the last epoch, whose own time says it. Epochs that are over know best what one takes, for they were
// validated too. Of an epoch that is resumed the steps before count as well.
func (p *trainProgress) runLeft(elapsed, left, per float64) float64 {
	elapsed += per * float64(p.firstNumber-1)
	epoch := elapsed + left
	if p.epochsDone > 0 {
		epoch = p.took / float64(p.epochsDone)
	}
	more := p.plan.Epochs - p.epoch
	if more < 1 {
		return 0
	}
	return max(left, epoch-elapsed) + epoch*float64(more)
}

func (p *trainProgress) epochEnd(e history.Epoch) error {
	p.epochsDone, p.took = p.epochsDone+1, p.took+e.Seconds
	// Of an epoch that was resumed e.Seconds has those before too, which are of other steps.
	per := p.perStep(p.now().Sub(p.start).Seconds(), p.plan.Steps)
	line := p.line(p.plan.Steps, fmt.Sprintf("%.0fs", e.Seconds), per, epochMetrics(e)...)
	p.losses = append(p.losses, lastMetric(e))
	if p.screen.UTF8 {
		line.spark = sparkline(p.losses)
	}
	// The last column stays free: erasing from there would take its character with it.
	p.print("\r" + line.wrapped(p.screen.columns()-1, p.screen.Color, "\x1b[K") + "\n")
	p.open, p.stale = false, false
	return nil
}

func (p *trainProgress) epochLine(e history.Epoch) error {
	steps := p.plan.Steps
	figures := []string{
		fmt.Sprintf("Epoch %d/%d", e.Epoch, p.plan.Epochs),
		fmt.Sprintf("%d/%d", steps, steps),
		fmt.Sprintf("%.3fs", e.Seconds),
		formatStepTime(e.Seconds / float64(max(1, steps))),
	}
	p.print(strings.Join(append(figures, epochMetrics(e)...), " - ") + "\n")
	return nil
}

// trainEnd closes the line that a run left open which ended within an epoch, in its newest state.
func (p *trainProgress) trainEnd() error {
	if p.stale {
		p.drawStep()
	}
	if p.open {
		p.print("\n")
		p.open = false
	}
	return nil
}

// perStep returns the mean seconds of a step. Like Keras it leaves out the first, which also warms up.
func (p *trainProgress) perStep(elapsed float64, steps int) float64 {
	if !p.firstStep.IsZero() && steps > p.firstNumber {
		return max(0, elapsed-p.firstStep.Sub(p.start).Seconds()) / float64(steps-p.firstNumber)
	}
	return elapsed / float64(max(1, steps-max(0, p.firstNumber-1)))
}

// line returns the line for a number of steps done; clock is its first figure, per the seconds of a step.
func (p *trainProgress) line(step int, clock string, per float64, metrics ...string) barLine {
	total := max(1, p.plan.Steps)
	return barLine{
		counter: fmt.Sprintf("%*d/%d", len(strconv.Itoa(total)), step, total),
		done:    float64(step) / float64(total),
		clock:   clock,
		figures: append([]string{formatStepTime(per)}, metrics...),
	}
}

func (p *trainProgress) print(text string) {
	_, _ = io.WriteString(p.w, text)
}

// lastMetric returns the value of the last of the results of an epoch.
func lastMetric(e history.Epoch) float64 {
	if e.Validated {
		return e.ValLoss
	}
	return e.Loss
}

// epochMetrics returns the results of an epoch, in the order in which Keras shows them.
func epochMetrics(e history.Epoch) []string {
	metrics := []string{metric("accuracy", e.Accuracy), metric("loss", e.Loss)}
	if e.Validated {
		metrics = append(metrics, metric("val_accuracy", e.ValAccuracy), metric("val_loss", e.ValLoss))
	}
	return metrics
}
