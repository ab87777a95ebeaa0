// Package convert is what dnn export and dnn import do: it goes between model files and the formats of package interop,
// and tells the user what it did.
package convert

import (
	"context"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/interop"
	"dnn/internal/interop/chain"
	"dnn/internal/modelfile"
	"dnn/internal/report"
	"dnn/internal/world"
)

// ExportOptions say which network to write, and how.
type ExportOptions struct {
	Model   string // a model file, a checkpoint, or a file of another program
	Output  string // the file to write, or the folder of a TensorFlow.js model
	Format  string // one of interop.Formats; empty: the one whose ending Output has
	Fold    bool   // without Dropout, and with BatchNormalization in the weights of the layers beside it
	Program string // that writes it, with its version

	interop.Writing
}

// Export writes a network in the format of another program.
func Export(ctx context.Context, system *world.System, o ExportOptions) error {
	format, err := interop.FormatOf(o.Output, o.Format)
	if err != nil {
		return err
	}
	o.Beside = o.Format != "" // not only because a folder of that name happens to be there
	if err := format.Check(o.Writing); err != nil {
		return err
	}
	outputs := []world.File{{Role: "the export", Path: o.Output}}
	if err := world.CheckDistinct(outputs, world.Files("the model", interop.Files(o.Model)...)); err != nil {
		return err
	}
	c, err := await.Do(ctx, func() (*chain.Chain, error) {
		c, notes, err := interop.ReadChain(o.Model, o.Program)
		if err == nil {
			tell(system, o.Model, notes)
		}
		return c, err
	})
	if err != nil {
		return err
	}
	if o.Bytes && c.Columns != nil {
		return fault.New(fault.Data, o.Model, "wanted a network of images for --uint8, found one of a table: "+
			"its numbers would be cut to whole ones from 0 to 255")
	}
	if c.Optimizer != nil && (o.Fold || !format.HoldsState()) {
		report.Note(system.Stderr, o.Model+": the state of the optimizer is left out; a .keras file without --fold takes it")
	}
	if o.Fold {
		if c, err = c.Folded(); err != nil {
			return fault.New(fault.Data, o.Model, "%w", err)
		}
	}
	if err := format.Write(ctx, o.Output, c, o.Writing, o.Model); err != nil {
		return err
	}
	report.Message(system.Stderr, "wrote %s: %s", o.Output, format.Title)
	return nil
}

// tell prints notes about the file at path.
func tell(system *world.System, path string, notes []string) {
	for _, note := range notes {
		report.Note(system.Stderr, path+": "+note)
	}
}

// ImportOptions say which file to import, and what it cannot say itself.
type ImportOptions struct {
	File   string
	Output string // the model file to write
	Like   string // the file of Options.Like; empty: none

	interop.Options
	Version string // of this program
}

// Import writes a model file of a network in the format of another program.
func Import(ctx context.Context, system *world.System, o ImportOptions) error {
	if err := modelfile.CheckName("--output", o.Output); err != nil {
		return err
	}
	type read struct {
		model *modelfile.Model
		notes []string
	}
	in, err := await.Do(ctx, func() (r read, err error) {
		r.model, r.notes, err = interop.Read(o.File, o.Options)
		return r, err
	})
	if err != nil {
		return err
	}
	if interop.IsOwn(o.File) {
		return fault.New(fault.Usage, o.File, "is a model file of dnn already: wanted one of another program").
			WithHint("dnn summary, eval, predict and export take it as it is")
	}
	inputs := append(world.Files("the imported file", interop.Files(o.File)...), world.File{Role: "the experiment file", Path: o.Like},
		world.File{Role: "the file of --config", Path: o.KerasConfig})
	if err := world.CheckDistinct([]world.File{{Role: "the model", Path: o.Output}}, inputs); err != nil {
		return err
	}
	unlock, warning, err := modelfile.Lock(o.Output)
	if err != nil {
		return err
	}
	defer unlock()
	if warning != "" {
		report.Note(system.Stderr, warning)
	}
	tell(system, o.File, in.notes)
	in.model.Version = o.Version
	write := func() (string, error) { return modelfile.Write(o.Output, in.model) }
	if _, err := await.Pass(ctx, o.Output, write); err != nil {
		return err
	}
	report.Message(system.Stderr, "wrote %s: %s", o.Output, in.model.Structure())
	return nil
}
