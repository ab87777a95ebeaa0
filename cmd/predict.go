package cmd

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"dnn/internal/fault"
	"dnn/internal/predict"
)

func newPredict(system *System, run func(context.Context, *System, predict.Options) error) *cobra.Command {
	var o predict.Options
	c := &cobra.Command{
		Use:   "predict model.bin input...",
		Short: "Read the digits of a picture, or tell the classes of any samples",
		Long: `Predict the class of each sample of the inputs, in order. What an input is, is told by its name or its first bytes:

  a picture     PNG, JPEG, GIF, BMP, TIFF or WebP; - reads one from standard input. Its digits are found as the digits of
                MNIST were made, and read line by line. With --raw the picture is one sample, of the model's own size.
  a folder      its pictures
  "*.png"       a pattern: the files that match it
  a CSV file    rows of a table, with the model's columns by name, or images, with a column for each pixel. The target and
                others are passed over, but the first of them with another text in each row names the rows (see --id).
  an IDX file   images, such as t10k-images-idx3-ubyte, as it is or with .gz

It prints a line for each sample or, of a page, for each line of digits, with the probability of the least sure digit.
An input that cannot be used does not stop the others: its error comes last, and the first error is the exit status.`,
		Example: `  dnn predict model.bin five.png             # five.png: 5  0.998
  dnn predict model.bin page.jpg --annotate read.png
  dnn predict model.bin page.jpg --show=stages --boxes
  dnn predict model.bin five.png --top 3 --show
  dnn predict model.bin scans/ --reject 0.9 --json
  dnn predict fashion.bin boots/*.png --raw
  dnn predict model.bin test.csv --csv submission.csv   # ImageId,Label, as Kaggle takes it`,
		Args: arguments(2, -1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Model, o.Inputs = args[0], args[1:]
			if err := checkPredict(o); err != nil {
				return err
			}
			return work(tellJSON(system, o.JSON, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&o.Raw, "raw", false, "take each picture as one sample, of the model's own size, as it is")
	f.IntVar(&o.Top, "top", 1, "tell this `number` of classes of each sample, the likeliest first")
	f.Float64Var(&o.Reject, "reject", 0, "print ? for a sample whose class has a lower `probability`")
	f.BoolVar(&o.Boxes, "boxes", false, "print a line for each digit of a page, with its box: left,top  widthxheight")
	f.BoolVar(&o.Quiet, "quiet", false, "print classes only")
	f.BoolVar(&o.JSON, "json", false, "print JSON, one object a line")
	f.StringVar(&o.CSV, "csv", "", "write the classes to this CSV `file` (- for standard output)")
	f.StringVar(&o.ID, "id", "", "`column` of a table whose values name the rows")
	f.StringVar(&o.Show, "show", "", "draw what the network sees in the terminal: digits, or stages of finding them (`what`)")
	f.Lookup("show").NoOptDefVal = predict.ShowDigits
	f.StringVar(&o.Annotate, "annotate", "", "write the picture with boxes and digits to this PNG `file`")
	f.IntVar(&o.Threads, "threads", 0, "threads (0: all cores)")
	return c
}

// checkPredict refuses values and combinations of flags that make no sense.
func checkPredict(o predict.Options) error {
	switch {
	case o.Top < 1:
		return fault.New(fault.Usage, "--top", "wanted at least 1, found %d", o.Top)
	case !(o.Reject >= 0 && o.Reject <= 1):
		return fault.New(fault.Usage, "--reject", "wanted a number from 0 to 1, found %v", o.Reject)
	case o.Show != "" && o.Show != predict.ShowDigits && o.Show != predict.ShowStages:
		return fault.New(fault.Usage, "--show", "wanted %s or %s, found %q", predict.ShowDigits, predict.ShowStages, o.Show).
			WithHint("--show alone is --show=%s", predict.ShowDigits)
	case o.Annotate != "" && !strings.EqualFold(filepath.Ext(o.Annotate), ".png"):
		return fault.New(fault.Usage, "--annotate", "wanted a name that ends in .png, found %q", o.Annotate)
	case o.Threads < 0:
		return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.Threads)
	case o.Raw && (o.Boxes || o.Annotate != "" || o.Show == predict.ShowStages):
		return fault.New(fault.Usage, "--raw", "takes a picture as one sample: does not go with --boxes, --annotate or "+
			"--show=%s, which are about digits that are found", predict.ShowStages)
	case o.JSON && (o.Show != "" || o.CSV == "-"):
		return fault.New(fault.Usage, "--json", "does not go with --show or --csv -: standard output is for JSON lines")
	case o.CSV == "-" && o.Show != "":
		return fault.New(fault.Usage, "--csv", "does not go with --show: standard output is for the table")
	case o.CSV != "" && o.Top > 1:
		return fault.New(fault.Usage, "--csv", "does not go with --top: the table has one class for each sample")
	}
	return nil
}
