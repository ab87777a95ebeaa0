package experiment

import (
	"fmt"

	"dnn/internal/compare"
	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/report"
	"dnn/internal/train"
)

// Listener has functions that are called as an experiment goes on. Any of them may be nil. An error that one returns
// ends the experiment.
type Listener struct {
	Network   func(report.Summary) error    // the network, before any sample is read
	Planned   func(train.Plan) error        // the size of the run, in a dry run
	Note      func(text string) error       // a note, which standard error gets too
	Start     func(report.StartEvent) error // the start of the run
	Run       func() train.Callback         // returns a callback for the steps and epochs of the run
	Ended     func(text string)             // why the run ended before its last epoch
	End       func(report.EndEvent) error   // the result of the run
	Seed      func(report.Seed) error       // the result of one seed of several
	Seeds     func(report.Seeds) error      // what the results of all seeds say together
	Evaluated func(report.Evaluation) error // the result of evaluate.Run
	Compared  func(compare.Report) error    // the result of evaluate.Compare

	// Verbose shows the progress of downloads and range tests, and which samples were evaluated, on standard error.
	Verbose bool
}

// Text returns a Listener for a person: it prints the network and the result on standard output, progress on standard
// error.
func Text(system *System) Listener {
	l := Quiet(system)
	l.Network = func(s report.Summary) error { return s.Write(system.Stdout) }
	l.Planned = func(p train.Plan) error {
		_, err := fmt.Fprintf(system.Stdout, "%s of %s, batch size %d: %s, %s\n",
			fault.Count(p.Epochs, "epoch"), fault.Count(p.Steps, "step"), p.BatchSize,
			fault.Count(p.TrainSamples, "training sample"), fault.Count(p.ValidationSamples, "validation sample"))
		return err
	}
	l.Run = func() train.Callback {
		return report.TrainProgress(system.Stderr, system.Screen(system.Stderr), system.Now)
	}
	l.Ended = func(text string) { report.Message(system.Stderr, "%s", text) }
	table := report.SeedTable{W: system.Stdout}
	l.Seed, l.Seeds = table.Row, table.End
	l.Compared = func(r compare.Report) error { return r.Write(system.Stdout, system.Stderr) }
	l.Verbose = true
	return l
}

// Quiet returns a Listener that prints only the result, on standard output.
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
		Seeds: func(s report.Seeds) error { return s.Write(system.Stdout) },
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

// JSON returns a Listener that prints JSON lines on standard output.
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
		Seed:      events.Seed,
		Seeds:     events.Seeds,
		Evaluated: events.Evaluation,
		Compared:  func(r compare.Report) error { return events.Object(r) },
	}
}

// Tell calls a function of a Listener, unless it is nil.
func Tell[T any](listener func(T) error, what T) error {
	if listener == nil {
		return nil
	}
	return listener(what)
}
