package callback

import (
	"strconv"

	"dnn/internal/history"
	"dnn/internal/setting"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// LearningRateLog writes the learning rate to a new CSV file, with a line for each epoch or each step. PyTorch
// Lightning calls this LearningRateMonitor. Steps are counted from 1 over the whole run. The line of an epoch has the
// number and rate of its last step.
//
//	step,epoch,learning_rate
//	480,1,0.001
//	960,2,0.00096
//
// A resumed run writes the earlier lines again, so that the file is the same as that of an uninterrupted run.
type LearningRateLog struct {
	File     string
	Interval string // epoch or step
}

// stepInterval is the Interval of a log with a line for each step.
const stepInterval = "step"

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
		{Name: "interval", Value: &l.Interval, Choices: []string{"epoch", stepInterval}, Example: stepInterval,
			Doc:    "Whether there is a line for each epoch, with the rate of its last step, or for each step.",
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
	w := &rateWriter{run: run, perStep: l.Interval == stepInterval, file: file}
	run.Callbacks = append(run.Callbacks, w.callback())
}

// rateWriter is a LearningRateLog in one run.
type rateWriter struct {
	run     *train.Run
	perStep bool
	file    lineFile
	steps   int // in an epoch
	epoch   int // the current one

	waiting []byte // lines that are still to be written
}

// mostWaiting is the number of bytes at which waiting lines are written before the end of the epoch. Buffering keeps a
// line for each step cheap.
const mostWaiting = 1 << 16

func (w *rateWriter) callback() train.Callback {
	return train.Callback{
		TrainBegin: func(p train.Plan) error {
			w.steps = p.Steps
			return probeFile(w.file.path)
		},
		Resume: func(before history.Epochs, _ train.State) error {
			w.rewrite(before, w.run.From.Step())
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

// line adds a line to those that wait.
func (w *rateWriter) line(step, epoch int, rate float64) {
	w.waiting = strconv.AppendInt(w.waiting, int64(step), 10)
	w.waiting = append(w.waiting, ',')
	w.waiting = strconv.AppendInt(w.waiting, int64(epoch), 10)
	w.waiting = append(w.waiting, ',')
	w.waiting = strconv.AppendFloat(w.waiting, rate, 'g', -1, 64)
	w.waiting = append(w.waiting, '\n')
}

// flush writes the lines that wait.
func (w *rateWriter) flush() error {
	err := w.file.write(w.waiting)
	w.waiting = w.waiting[:0]
	return err
}

// rewrite adds the lines of the epochs before a checkpoint and of the given number of steps after them. Checkpoints do
// not store the rates of steps, so it computes them again from the schedule.
func (w *rateWriter) rewrite(before history.Epochs, steps int) {
	rates, epochEnd := w.replay()
	epochSteps := func(epoch, steps int) {
		for step := range steps {
			at := (epoch-1)*w.steps + step
			w.line(at+1, epoch, rates.Rate(at)*w.run.RateChanges.Factor(at))
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

// replay returns the schedule as it was at the start of the run, and a function that tells it of an epoch.
func (w *rateWriter) replay() (rates schedule.Schedule, epochEnd func(history.Epoch)) {
	if r, ok := w.run.Schedule.(*reducer); ok {
		r = r.fresh()
		return r, r.epochEnd
	}
	return w.run.Schedule, func(history.Epoch) {}
}
