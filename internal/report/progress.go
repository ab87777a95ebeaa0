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

// redrawPeriod is the least time between two drawings of the same line.
const redrawPeriod = 50 * time.Millisecond

// TrainProgress returns a callback that shows a run on w as Keras's fit does. On a terminal, each epoch is a header and
// a line, which is redrawn in place at most 20 times a second:
//
//	Epoch 1/10
//	480/480 ━━━━━━━━━━━━━━━━━━━━ 1s 2ms/step - accuracy: 0.8521 - loss: 0.5123 - val_accuracy: 0.9421 - val_loss: 0.2012
//
// While an epoch runs, its line shows the time that is left of it and, except in the last epoch, ends in the time that
// is left of the run if nothing stops it early: "run: 3:12 left". The line never exceeds the width of the screen: its
// bar shrinks, then metrics at its end are left out. When the epoch has ended, its line shows the time that it took and
// all metrics, in several lines if necessary. If there is room, a sparkline follows: the last metric in the latest
// epochs, which is the validation loss, or the loss if there is no validation.
//
// On anything but a terminal, an epoch is one line, with the same metrics and a more precise time:
//
//	Epoch 1/10 - 480/480 - 0.961s - 2ms/step - accuracy: 0.8521 - loss: 0.5123 - val_accuracy: 0.9421 - val_loss: 0.2012
//
// The cursor is never hidden, so that a killed program leaves the terminal as it was. A failure to write is ignored: it
// must not end a run. now is the clock.
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
	epochsDone  int        // epochs that have ended
	took        float64    // seconds of these epochs
	start       time.Time  // of the current epoch
	firstStep   time.Time  // when its first step ended
	firstNumber int        // of that step; more than 1 in an epoch that is resumed
	step        train.Step // the newest
	stepTime    time.Time  // when the newest step ended
	drawn       time.Time  // when the line was last drawn
	stale       bool       // a step has ended since then
	open        bool       // the cursor is in the line
	losses      []float64  // of the epochs that have ended, for the sparkline
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
	// Validation, after the last step, may take long. The bar should be full meanwhile.
	if p.stepTime.Sub(p.drawn) >= redrawPeriod || step.Step >= p.plan.Steps {
		p.drawStep()
	}
	return nil
}

// drawStep draws the line as of the newest step.
func (p *trainProgress) drawStep() {
	elapsed := p.stepTime.Sub(p.start).Seconds()
	per := p.perStep(elapsed, p.step.Step)
	left := per * float64(max(0, p.plan.Steps-p.step.Step))
	metrics := []string{metric("accuracy", p.step.Accuracy), metric("loss", p.step.Loss)}
	if run := p.runLeft(elapsed, left, per); run >= 1 {
		metrics = append(metrics, "run: "+formatETA(run)+" left")
	}
	line := p.line(p.step.Step, formatETA(left), per, metrics...)
	p.print("\r" + line.fit(p.screen.columns()-1, p.screen.Color) + "\x1b[K")
	p.drawn, p.stale, p.open = p.stepTime, false, true
}

// runLeft returns the seconds that are left of the run, and 0 in the last epoch, whose own time says it. elapsed is the
// seconds since the epoch began, left those of its remaining steps, per those of a step. Epochs that have ended give
// the best estimate of an epoch, since they include validation. In an epoch that is resumed, the steps before count as
// well.
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
	// Not e.Seconds: in an epoch that was resumed, it includes the steps before.
	per := p.perStep(p.now().Sub(p.start).Seconds(), p.plan.Steps)
	line := p.line(p.plan.Steps, fmt.Sprintf("%.0fs", e.Seconds), per, epochMetrics(e)...)
	p.losses = append(p.losses, lastMetric(e))
	if p.screen.UTF8 {
		line.spark = sparkline(p.losses)
	}
	// The last column stays free: erasing from there would erase its character too.
	p.print("\r" + line.wrapped(p.screen.columns()-1, p.screen.Color, "\x1b[K") + "\n")
	p.open, p.stale = false, false
	return nil
}

func (p *trainProgress) epochLine(e history.Epoch) error {
	steps := p.plan.Steps
	items := []string{
		fmt.Sprintf("Epoch %d/%d", e.Epoch, p.plan.Epochs),
		fmt.Sprintf("%d/%d", steps, steps),
		fmt.Sprintf("%.3fs", e.Seconds),
		formatStepTime(e.Seconds / float64(max(1, steps))),
	}
	p.print(strings.Join(append(items, epochMetrics(e)...), " - ") + "\n")
	return nil
}

// trainEnd ends the line that is still open if the run ended within an epoch. The line shows the newest step.
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

// perStep returns the mean seconds of a step. Like Keras, it leaves out the first step, which also warms up.
func (p *trainProgress) perStep(elapsed float64, steps int) float64 {
	if !p.firstStep.IsZero() && steps > p.firstNumber {
		return max(0, elapsed-p.firstStep.Sub(p.start).Seconds()) / float64(steps-p.firstNumber)
	}
	return elapsed / float64(max(1, steps-max(0, p.firstNumber-1)))
}

// line returns the line after a number of steps. clock is the time that it shows, per the seconds of a step.
func (p *trainProgress) line(step int, clock string, per float64, metrics ...string) barLine {
	total := max(1, p.plan.Steps)
	return barLine{
		counter: fmt.Sprintf("%*d/%d", len(strconv.Itoa(total)), step, total),
		done:    float64(step) / float64(total),
		clock:   clock,
		metrics: append([]string{formatStepTime(per)}, metrics...),
	}
}

func (p *trainProgress) print(text string) {
	_, _ = io.WriteString(p.w, text)
}

// lastMetric returns the value of the last metric that epochMetrics shows.
func lastMetric(e history.Epoch) float64 {
	if e.Validated {
		return e.ValLoss
	}
	return e.Loss
}

// epochMetrics returns the metrics of an epoch, in the order of Keras.
func epochMetrics(e history.Epoch) []string {
	metrics := []string{metric("accuracy", e.Accuracy), metric("loss", e.Loss)}
	if e.Validated {
		metrics = append(metrics, metric("val_accuracy", e.ValAccuracy), metric("val_loss", e.ValLoss))
	}
	return metrics
}
