// Package cmd is the command line, with one file for each subcommand. A subcommand turns flags into options and makes
// one call, usually of internal/experiment. The package itself only knows flags, help, signals and exit statuses. A
// command is given the outside world as a System, so that tests can run it without a process of its own.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"dnn/internal/convert"
	"dnn/internal/evaluate"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/machine"
	"dnn/internal/mlflow"
	"dnn/internal/obtain"
	"dnn/internal/predict"
	"dnn/internal/report"
	"dnn/internal/seeds"
	"dnn/internal/serve"
	"dnn/internal/verify"
)

// System is the outside world as a command sees it.
type System = experiment.System

// Main runs the command line args and returns the exit status.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	system := &System{
		Stdin: stdin, Stdout: stdout, Stderr: stderr, Env: os.LookupEnv, Environ: os.Environ, Now: time.Now,
		Memory: func() (uint64, bool) { return machine.AvailableMemory(os.DirFS("/")) },
	}
	if err := machine.CheckLimits(os.DirFS("/"), runtime.GOMAXPROCS(0)); err != nil {
		report.PrintError(stderr, err)
		return int(fault.KindOf(err))
	}
	defer machine.GrowHeap(system.Env, machine.HeapFloor)()
	ctx, stop := untilSignal(context.Background())
	defer stop()
	return Run(ctx, system, args)
}

// Run runs the command line args in the given system, until ctx ends, and returns the exit status.
func Run(ctx context.Context, system *System, args []string) (status int) {
	defer func() {
		if crash := recover(); crash != nil {
			err := fmt.Errorf("%v", crash)
			report.PrintError(system.Stderr, err)
			status = int(fault.Bug)
		}
	}()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out := &output{Writer: system.Stdout, stop: stop}
	inner := *system
	inner.Stdout = out
	root := newRoot(&inner)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.failed // cobra ignores errors when it prints a help
	}
	if err == nil {
		return 0
	}
	err = classify(err)
	if fault.KindOf(err) != fault.Piped { // nobody reads any more
		report.PrintError(system.Stderr, err)
	}
	return int(fault.KindOf(err))
}

// workError marks an error of the work of a command. An error without the mark is cobra's, about the arguments.
type workError struct{ error }

func (e workError) Unwrap() error { return e.error }

// classify returns the error to print: the error of the work, or a fault.Usage that rewords one of cobra.
func classify(err error) error {
	if f, ok := errors.AsType[workError](err); ok {
		return f.error
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	return fault.New(fault.Usage, "", "%w", err).WithHint("see dnn --help")
}

func newRoot(system *System) *cobra.Command {
	root := &cobra.Command{
		Use:   "dnn",
		Short: "Train, evaluate and use dense neural networks on MNIST",
		Long: `dnn trains and evaluates dense neural networks on MNIST: the network of the course (784-100-50-10), and
others that an experiment file describes. The same seed gives the same model, to the last bit, on any machine.`,
		Example: `  dnn train                          # download MNIST, train the course's network, test it
  dnn train --config mlp.yaml        # the same from an experiment file
  dnn eval model.bin --confusion     # test it again, class by class
  dnn train --seeds 20               # train with 20 seeds: the mean, and how sure it is
  dnn sweep run rates.yaml           # train with many settings: which is best
  dnn compare a.bin b.bin            # tell which is better, or that they are the same function
  dnn predict model.bin page.jpg     # read the digits of a picture
  dnn serve model.bin                # answer requests over HTTP
  dnn merge a.bin b.bin -o one.bin   # make one network of two, whose output is their mean
  dnn summary model.bin              # its layers and parameters`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	group(root)
	addVersion(root, system)
	root.SetIn(system.Stdin)
	root.SetOut(system.Stdout)
	root.SetErr(system.Stderr)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newDownload(system, obtain.Download),
		newTrain(system, seeds.Train),
		newEval(system, evaluate.Run),
		newCompare(system, evaluate.Compare, seeds.Compare),
		newPredict(system, predict.Run),
		newServe(system, serve.Run),
		newMerge(system, evaluate.Merge),
		newExport(system, convert.Export),
		newImport(system, convert.Import),
		newVerify(system, verify.Run),
		newSummary(system, experiment.Summarize),
		newSweep(system),
		newConfig(system),
		newMLflow(system, mlflow.Sync),
		newVersion(system),
	)
	builtInCommands(root)
	return root
}

// work marks an error of what a command does, to tell it from mistakes in the arguments.
func work(err error) error {
	if err == nil {
		return nil
	}
	return workError{err}
}
