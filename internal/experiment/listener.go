package experiment

import (
	"fmt"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/report"
	"dnn/internal/train"
)

// Listener is told what an experiment does. What is nil in it is not told; an error of it ends the experiment.
type Listener struct {
	Network   func(report.Summary) error    // what will be trained, before a sample is read
	Planned   func(train.Plan) error        // what a dry run would do
	Note      func(text string) error       // what may be a mistake; standard error has it too
	Start     func(report.StartEvent) error // the run begins
	Run       func() train.Callback         // returns what hears of the run's steps and epochs
	Ended     func(text string)             // why the run ends before its last epoch
	End       func(report.EndEvent) error   // what the run gave
	Evaluated func(report.Evaluation) error // what Evaluate found

	// Verbose says that standard error shows how far a download or a range test is, and which samples were tested.
	Verbose bool
}

// Text returns a Listener for a person: the network and the result on standard output, progress on standard error.
func Text(system *System) Listener {
	l := Quiet(system)
	l.Network = func(s report.Summary) error { return s.Write(system.Stdout) }
	l.Planned = func(p train.Plan) error {
		_, err := fmt.Fprintf(system.Stdout, "%s of %s, batch size %d: %s, %s\n",
			fault.Count(p.Epochs, "epoch"), fault.Count(p.Steps, "step"), p.BatchSize,
			fault.Count(p.TrainSamples, "training sample"), fault.Count(p.ValidationSamples, "validation sample"))
		return err
	}
	l.Run = func() train.Callback { return report.TrainProgress(system.Stderr, system.screen(), system.Now) }
	l.Ended = func(text string) { report.Message(system.Stderr, "%s", text) }
	l.Verbose = true
	return l
}

// Quiet returns a Listener that prints the result on standard output.
func Quiet(system *System) Listener {
	tested := func(loss, accuracy float32) error {
		_, err := fmt.Fprintln(system.Stdout, report.TestLine(loss, accuracy))
		return err
	}
	return Listener{
		End: func(e report.EndEvent) error {
			if e.Untested {
				return nil
			}
			return tested(e.TestLoss, e.TestAccuracy)
		},
		Evaluated: func(e report.Evaluation) error {
			if e.Confusion != nil {
				if err := e.Confusion.Write(system.Stdout); err != nil {
					return err
				}
			}
			return tested(e.Loss, e.Accuracy)
		},
	}
}

// JSON returns a Listener that prints all as JSON lines on standard output.
func JSON(system *System) Listener {
	events := report.NewEvents(system.Stdout)
	return Listener{
		Note:  events.Note,
		Start: events.Start,
		Run: func() train.Callback {
			return train.Callback{EpochEnd: func(e history.Epoch) error { return events.Epoch(e, e.Phases) }}
		},
		Ended:     func(text string) { report.Message(system.Stderr, "%s", text) },
		End:       events.End,
		Evaluated: events.Evaluation,
	}
}

// tell calls what a Listener may have.
func tell[T any](listener func(T) error, what T) error {
	if listener == nil {
		return nil
	}
	return listener(what)
}
