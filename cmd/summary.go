package cmd

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/report"
)

type summaryOptions struct {
	model  string // a model file, or
	config string // an experiment file, or neither: the built-in experiment
	flags  []config.Flag
	json   bool
}

func newSummary(system *System, run func(context.Context, *System, summaryOptions) error) *cobra.Command {
	var o summaryOptions
	c := &cobra.Command{
		Use:   "summary [model.bin]",
		Short: "Show a network's layers and parameters",
		Example: `  dnn summary                      # of the built-in experiment
  dnn summary model.bin
  dnn summary --set layers=[8] --set input=4 --set output_layer.units=1 --set output_layer.activation=sigmoid`,
		Args: arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				if o.model = args[0]; o.model == "" { // of a variable that is not set, say; the default would mislead
					return fault.New(fault.Usage, "dnn summary", "wanted a model file, found an empty name")
				}
			}
			if o.model != "" && (o.config != "" || len(o.flags) > 0) {
				return fault.New(fault.Usage, "dnn summary", "wanted a model or a config, found both")
			}
			return work(tellJSON(system, o.json, run(c.Context(), system, o)))
		},
	}
	f := c.Flags()
	f.StringVar(&o.config, "config", "", "experiment `file`")
	addSet(f, &o.flags)
	f.BoolVar(&o.json, "json", false, "print JSON")
	return c
}

func runSummary(ctx context.Context, system *System, o summaryOptions) error {
	arch, err := await(ctx, func() (nn.Architecture, error) { return architecture(system, o) })
	if err != nil {
		return err
	}
	s := summary(arch)
	if o.json {
		return json.NewEncoder(system.Stdout).Encode(s.JSON())
	}
	return s.Write(system.Stdout)
}

// architecture returns the network of a model or of an experiment file.
func architecture(system *System, o summaryOptions) (nn.Architecture, error) {
	if o.model != "" {
		model, err := modelfile.Read(o.model)
		if err != nil {
			return nn.Architecture{}, err
		}
		return model.Architecture, nil
	}
	resolved, err := config.Load(config.Options{Path: o.config, Read: readFrom(system), Env: system.Env, Environ: system.Environ, Flags: o.flags})
	if err != nil {
		return nn.Architecture{}, err
	}
	notes(system, resolved)
	if resolved.Input != 0 { // the file says what the samples are like; no data set needs to agree
		return resolved.Architecture(0, 0)
	}
	src, err := newSource(resolved.Dataset, "dataset", nil)
	if err != nil {
		return nn.Architecture{}, err
	}
	return resolved.Architecture(src.features, len(src.classes))
}

// summary returns the table of a network's layers.
func summary(a nn.Architecture) report.Summary {
	s := report.Summary{Name: "sequential"}
	for _, l := range a.Summary() {
		s.Layers = append(s.Layers, report.SummaryLayer{
			Name: l.Name, Type: l.Class, OutputShape: []int{l.Units}, Params: l.Params, Trainable: l.Trainable,
		})
	}
	return s
}
