package cmd

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dnn/internal/convert"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/recipe"
)

func newImport(system *System, run func(context.Context, *System, convert.ImportOptions) error) *cobra.Command {
	o := convert.ImportOptions{Version: experiment.Version}
	var scale string
	c := &cobra.Command{
		Use:   "import file -o model.bin",
		Short: "Make a model file of another program's",
		Long: `Make a model file of a network that another program wrote: .keras and .h5 of Keras 3 and 2, .weights.h5 with
--config, .onnx, .safetensors, .npz, .pt and .pth of PyTorch (a state_dict), a folder of TensorFlow.js. Nothing in a file
is ever executed. dnn eval, summary, predict, export and compare take such files as they are, if they say all.

What a file does not say, the flags do: weights only have no activations, and few files have a scale or names.`,
		Example: `  dnn import model.keras -o model.bin
  dnn import net.pt --activations relu -o model.bin
  dnn import iris.onnx --like iris.yaml -o iris.bin
  dnn import model.weights.h5 --config config.json -o model.bin`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.File = args[0]; o.Output == "" {
				return fault.New(fault.Usage, "--output", "wanted the name of the file to write, found none").
					WithHint("for example %s %s -o model.bin", c.CommandPath(), args[0])
			}
			if o.Scale, err = parseScale(scale); err != nil {
				return err
			}
			if o.Like != "" {
				if o.Options.Like, err = recipe.LoadAsIs(system, o.Like); err != nil {
					return work(err)
				}
			}
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.Output, "output", "o", "", "the model `file` to write")
	f.StringSliceVar(&o.Activations, "activations", nil,
		"the `activation` of the hidden layers, or one for each, then the output's")
	f.StringVar(&o.Like, "like", "", "the experiment `file` of such a network, or one of dnn config list: its layers, data set and names")
	f.StringVar(&scale, "scale", "", "what an input is multiplied with: 1/255 for pixels that were divided by 255 (`number`)")
	f.StringSliceVar(&o.Classes, "classes", nil, "the `names` of the classes, in the order of the outputs")
	f.StringVar(&o.KerasConfig, "config", "", "the `file` that describes a .weights.h5: config.json, or a .keras file")
	return c
}

// parseScale reads a positive number, which may be a fraction such as 1/255; 0 for no text.
func parseScale(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	above, below, isFraction := strings.Cut(text, "/")
	scale, err := strconv.ParseFloat(above, 64)
	if isFraction && err == nil {
		var divisor float64
		divisor, err = strconv.ParseFloat(below, 64)
		scale /= divisor
	}
	as32 := float64(float32(scale)) // 0 for 1e-99
	if err != nil || !(as32 > 0) || math.IsInf(as32, 0) {
		return 0, fault.New(fault.Usage, "--scale", "wanted a number above 0, such as 1/255, found %q", text)
	}
	return scale, nil
}
