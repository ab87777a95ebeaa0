package cmd

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dnn/internal/experiment"
	"dnn/internal/fault"
)

// trainRun runs an experiment.
type trainRun = func(context.Context, *System, experiment.Options) error

func newTrain(system *System, run trainRun) *cobra.Command {
	var o experiment.Options
	var quiet, json bool
	var page trainPage
	c := &cobra.Command{
		Use:   "train",
		Short: "Train a network and test it",
		Long: `Train the network that an experiment file describes, then test it once. Without a file it is the
course's: 784-100-50-10, 10 epochs. The data set is downloaded first if it is not there.

Results go to standard output, progress to standard error. Besides the model (model.bin), dnn writes the metrics of each
epoch (model.history.csv) and their curves (model.history.png). A run that is stopped leaves a checkpoint
(model.ckpt-…), from which --resume continues to the very same result, or to another number of --epochs; with
--keep-checkpoint a finished run leaves one too. --no-model, --no-history and --no-picture leave these files out. If
the model is written to a device or a FIFO (-o /dev/null), no other file is.

--serve shows the run on a page while it goes on: curves, what each epoch says of a digit that you draw, and buttons to
pause it, to stop it as Ctrl-C does, and to change the learning rate. Looking on changes nothing of the result. The page
stays after the training until Ctrl-C if standard input is a terminal and CI is not set, else it ends with the training;
--serve=stay and --serve=end choose.`,
		Example: `  dnn train
  dnn train --config mlp.yaml -o first.bin
  dnn train --layers 300,100 --epochs 5 --set optimizer.beta_1=0.95
  dnn train --config mlp.yaml --resume
  dnn train --keep-checkpoint && dnn train --resume --epochs 20
  dnn train --serve --paused         # draw a digit first, then press Go on
  dnn train --json | jq 'select(.event == "epoch").val_accuracy'`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case quiet && json:
				return fault.New(fault.Usage, "--quiet", "does not go with --json")
			case o.LRFind != "" && o.Preview != "":
				return fault.New(fault.Usage, "--lr-find", "does not go with --preview-augmentation")
			case o.LRFind != "" && json:
				return fault.New(fault.Usage, "--lr-find", "does not go with --json")
			case o.Resume && (o.LRFind != "" || o.Preview != ""):
				return fault.New(fault.Usage, "--resume",
					"does not go with --lr-find or --preview-augmentation, which train nothing")
			case o.Resume && o.NoModel:
				return fault.New(fault.Usage, "--resume",
					"does not go with --no-model: such a run leaves no checkpoint")
			case o.DryRun && (o.LRFind != "" || o.Preview != ""):
				return fault.New(fault.Usage, "--dry-run", "does not go with --lr-find or --preview-augmentation")
			}
			err := errors.Join(
				checkPicture("--lr-find", o.LRFind, "png", "svg"),
				checkPicture("--preview-augmentation", o.Preview, "png"))
			if err != nil {
				return err
			}
			o.Listener = listener(system, json, quiet)
			train, err := page.wrap(c, system, o, run)
			if err != nil {
				return err
			}
			return work(tellJSON(system, json, train(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Config, "config", "", "experiment `file` (default: the built-in mlp.yaml)")
	addKeys(f, &o.Flags)
	addSet(f, &o.Flags)
	f.BoolVar(&o.Resume, "resume", false, "continue from the newest checkpoint of this run, if there is one")
	f.StringVar(&o.From, "from", "", "start from the weights of this `model`")
	addDataDir(f, &o.DataDir)
	f.BoolVar(&quiet, "quiet", false, "print the last line only")
	f.BoolVar(&json, "json", false, "print one JSON object a line instead")
	f.BoolVar(&o.DryRun, "dry-run", false, "check everything, print the summary and the steps an epoch, and stop")
	page.add(f)
	f.StringVar(&o.LRFind, "lr-find", "",
		"only find a learning rate: draw the loss over rising rates into this `picture` (.png, .svg)")
	f.StringVar(&o.Preview, "preview-augmentation", "", "only draw distorted images into this `picture` (.png)")
	f.BoolVar(&o.NoModel, "no-model", false, "leave no model, and no checkpoint")
	f.BoolVar(&o.NoHistory, "no-history", false, "leave no history, the metrics of each epoch")
	f.BoolVar(&o.NoPicture, "no-picture", false, "leave no picture of the curves")
	f.StringVar(&o.Profile, "profile", "", "write a CPU profile for go tool pprof to this `file`")
	return c
}

// checkPicture refuses the name of a picture that does not end in one of the formats. path may be empty.
func checkPicture(flag, path string, formats ...string) error {
	if path == "" || slices.Contains(formats, strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))) {
		return nil
	}
	return fault.New(fault.Usage, flag, "wanted a name that ends in .%s, found %q",
		strings.Join(formats, " or ."), path)
}
