package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"dnn/internal/convert"
	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/interop"
)

func newExport(system *System, run func(context.Context, *System, convert.ExportOptions) error) *cobra.Command {
	o := convert.ExportOptions{Program: "dnn " + experiment.Version}
	var formats []string
	for _, f := range interop.Formats() {
		formats = append(formats, f.Name)
	}
	c := &cobra.Command{
		Use:   "export model.bin -o file",
		Short: "Write a model for another program",
		Long: `Write a model in a format of another program, which the ending of the file tells:

  .keras .h5 .weights.h5      Keras 3 and 2; of a checkpoint, .keras holds the state of Adam, so that Keras trains on
  .onnx                       ONNX Runtime and others
  .safetensors .npz           weights only: PyTorch (--layout pytorch), NumPy
  folder/                     TensorFlow.js
  .go .c .h                   source that needs nothing else, with a function that predicts
  .html                       a page to draw on, which works without a network

The network takes what dnn takes: pixels from 0 to 255, or the values of a table's columns. The same model always gives
the same bytes. docs/interop.md shows how each file is loaded.`,
		Example: `  dnn export model.bin -o model.keras
  dnn export model.bin -o model.onnx --uint8
  dnn export model.bin -o model.safetensors --layout pytorch
  dnn export normalized.bin -o small.h --fold
  dnn export model.bin -o digit.html`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.Model = args[0]; o.Output == "" {
				return fault.New(fault.Usage, "--output", "wanted the name of the file to write, found none").
					WithHint("for example %s %s -o model.onnx", c.CommandPath(), args[0])
			}
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&o.Output, "output", "o", "", "the `file` or folder to write")
	f.StringVar(&o.Format, "format", "", "its `format`, if its ending does not tell: "+strings.Join(formats, ", "))
	f.BoolVar(&o.Fold, "fold", false, "leave dropout out, and put batch normalization into the layers beside it")
	f.StringVar(&o.Layout, "layout", "", "names and shapes in a .safetensors file: `keras` (default) or pytorch")
	f.BoolVar(&o.Bytes, "uint8", false, "let an ONNX model take bytes, not floats")
	return c
}
