package experiment

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"dnn/internal/augment"
	"dnn/internal/await"
	"dnn/internal/dataset"
	"dnn/internal/fault"
	"dnn/internal/nn/step"
	"dnn/internal/picture"
	"dnn/internal/report"
	"dnn/internal/train"
)

// findRate runs a learning rate range test, draws its result to path, and suggests a rate.
func findRate(ctx context.Context, system *System, run *train.Run, path string, quiet bool) error {
	o := train.LRFindOptions{From: 1e-6, To: 10, Steps: 200, Beta: 0.9, Diverged: 4}
	end := func() {}
	if !quiet {
		o.StepEnd, end = report.RangeProgress(system.Stderr, system.Screen(system.Stderr), system.Now, o.Steps)
	}
	found, err := train.LRFind(ctx, run, o)
	end()
	if err != nil {
		return err
	}
	rate, ok := train.SuggestRate(found)
	err = writePicture(ctx, path, func(w io.Writer, format string) error {
		return picture.WriteRangeTest(w, format, found, rate)
	})
	if err != nil {
		return err
	}
	suggestion := fmt.Sprintf("%.2g (%s shows the loss over the rate)", rate, path)
	if !ok {
		suggestion = fmt.Sprintf("none, the loss falls at no rate (see %s)", path)
	}
	_, err = fmt.Fprintf(system.Stdout, "suggested learning rate: %s\n", suggestion)
	return err
}

// preview draws some training images, each followed by its augmented versions of the first epochs.
func (x *experiment) preview(
	ctx context.Context, system *System, engine *step.Engine, data *dataset.Data, path string,
) error {
	const images, epochs = 12, 9
	if x.Augment == nil {
		return fault.New(fault.Config, "--preview-augmentation", "wanted augment in the experiment, found none").
			WithHint("try --set augment.rotation=10")
	}
	set, err := system.Kernels()
	if err != nil {
		return err
	}
	a := augment.New(x.Augment, x.source.Height, x.source.Width, x.Seed, engine.Threads())
	lines := make([][][]uint8, min(images, data.Train.Count))
	for i := range lines {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		lines[i] = a.Epochs(set, data.Train.Pixels(i), i, epochs)
	}
	err = writePicture(ctx, path, func(w io.Writer, _ string) error {
		about := fmt.Sprintf("The first training images of %s, "+
			"and what augmentation makes of them in each epoch with the seed %d", x.Dataset, x.Seed)
		return picture.Preview{
			Rows: x.source.Height, Cols: x.source.Width, Lines: lines,
			About: []string{about, "augment: " + x.Augment.String()},
		}.Write(w)
	})
	if err == nil {
		report.Message(system.Stderr, "wrote %s: %s, each with what augmentation makes of it in %d epochs", path,
			fault.Count(len(lines), "image"), epochs)
	}
	return err
}

// writePicture writes a picture in the format of its extension.
func writePicture(ctx context.Context, path string, draw func(w io.Writer, format string) error) error {
	format := strings.TrimPrefix(filepath.Ext(path), ".")
	return await.Write(ctx, path, func(w io.Writer) error { return draw(w, format) })
}
