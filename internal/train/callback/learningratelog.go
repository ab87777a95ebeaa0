package callback

import (
	"strconv"

	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// LearningRateLog writes the learning rate to a new CSV file, with a line for each epoch or for each step: what PyTorch
// Lightning calls LearningRateMonitor. Steps are counted from 1 over the whole run. The line of an epoch is that of its
// last step.
//
//	step,epoch,learning_rate
//	480,1,0.001
//	960,2,0.00096
//
// A run that goes on from a checkpoint writes the lines before it again: the file is that of a run that was never
// stopped.
type LearningRateLog struct {
	File     string
	Interval string // epoch or step
}

const perStep = "step"

func newLearningRateLog() Named {
	return Named{
		Name: "learning_rate_log", Kind: &LearningRateLog{Interval: "epoch"},
		Doc: "Writes the learning rate to a CSV file: step, epoch, learning_rate.", Main: "file",
	}
}

// Settings implements Kind.
func (l *LearningRateLog) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "file", Value: &l.File, Required: true, Example: "runs/first.lr.csv",
			Doc:    "File to write it to.",
			Advice: "one for each run: it shows what the schedule did."},
		{Name: "interval", Value: &l.Interval, Choices: []string{"epoch", perStep}, Example: perStep,
			Doc:    "Whether a line is of each epoch, with the rate of its last step, or of each step.",
			Advice: "epoch; step for a schedule with a warm-up."},
	}
}

// Path implements Log.
func (l *LearningRateLog) Path() string { return l.File }

// Probe implements Log.
func (l *LearningRateLog) Probe() error { return probeFile(l.File) }

// Add implements Kind.
func (l *LearningRateLog) Add(run *train.Run) {
	file := lineFile{path: l.File, header: "step,epoch,learning_rate\n"}
	w := &rateWriter{run: run, perStep: l.Interval == perStep, file: file}
	run.Callbacks = append(run.Callbacks, w.callback())
}

// rateWriter is a LearningRateLog in one run.
type rateWriter struct {
	run     *train.Run
	perStep bool
	file    lineFile
	steps   int // of an epoch
	epoch   int // at hand

	waiting []byte // lines that are not written yet
}

// mostWaiting is how many bytes of lines wait for the end of the epoch. A line for each step costs nothing then.
const mostWaiting = 1 << 16

func (w *rateWriter) callback() train.Callback {
	return train.Callback{
		TrainBegin: func(p train.Plan) error {
			w.steps = p.Steps
			return probeFile(w.file.path)
		},
		Resume: func(before history.Epochs, _ train.State) error {
			w.again(before, w.run.From.Step())
			w.file.before, w.waiting = w.waiting, nil
			return nil
		},
		EpochBegin: func(epoch int) error {
			w.epoch = epoch
			return nil
		},
		StepEnd: func(s train.Step) error {
			if w.perStep {
				w.line((w.epoch-1)*w.steps+s.Step, w.epoch, s.LearningRate)
			}
			if len(w.waiting) < mostWaiting {
				return nil
			}
			return w.flush()
		},
		EpochEnd: func(e history.Epoch) error {
			if !w.perStep {
				w.line(e.Epoch*w.steps, e.Epoch, e.LearningRate)
			}
			return w.flush()
		},
		TrainEnd: func() (err error) {
			if len(w.waiting) > 0 {
				err = w.flush()
			}
			if failed := w.file.close(); err == nil {
				err = failed
			}
			return err
		},
	}
}

func (w *rateWriter) line(step, epoch int, rate float64) {
	w.waiting = strconv.AppendInt(w.waiting, int64(step), 10)
	w.waiting = append(w.waiting, ',')
	w.waiting = strconv.AppendInt(w.waiting, int64(epoch), 10)
	w.waiting = append(w.waiting, ',')
	w.waiting = strconv.AppendFloat(w.waiting, rate, 'g', -1, 64)
	w.waiting = append(w.waiting, '\n')
}

func (w *rateWriter) flush() error {
	err := w.file.write(w.waiting)
	w.waiting = w.waiting[:0]
	return err
}

// again makes the lines of the epochs before a checkpoint, and of the steps that were taken after them. The rates of
// steps are not kept: the schedule gives them once more.
func (w *rateWriter) again(before history.Epochs, steps int) {
	rates, epochEnd := w.replay()
	epochSteps := func(epoch, steps int) {
		for step := range steps {
			at := (epoch-1)*w.steps + step
			w.line(at+1, epoch, rates.Rate(at))
		}
	}
	for _, e := range before {
		if !w.perStep {
			w.line(e.Epoch*w.steps, e.Epoch, e.LearningRate)
			continue
		}
		epochSteps(e.Epoch, w.steps)
		epochEnd(e)
	}
	if w.perStep {
		epochSteps(len(before)+1, steps)
	}
}

// replay returns the run's schedule as it was at first, and what tells it of an epoch.
func (w *rateWriter) replay() (rates schedule.Schedule, epochEnd func(history.Epoch)) {
	if r, ok := w.run.Schedule.(*reducer); ok {
		r = r.anew()
		return r, r.epochEnd
	}
	return w.run.Schedule, func(history.Epoch) {}
}
