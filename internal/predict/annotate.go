package predict

import (
	"context"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/photo"
	"dnn/internal/picture"
	"dnn/internal/world"
)

// annotation writes a picture with a box around each digit that was found in it, and what was read there. With the
// stages of finding them, it is a sheet with a picture for each.
type annotation struct {
	path   string
	system *world.System
	found  found
}

func (n *annotation) tell(f found) error {
	if len(f.answers) > 0 && f.image != nil {
		n.found = f
	}
	return nil
}

// end writes the picture, unless nothing was found.
func (n *annotation) end(ctx context.Context) error {
	if n.found.image == nil {
		return nil
	}
	drawn := picture.Reading{Image: n.found.image, Bounds: n.found.page.Bounds}
	for _, a := range n.found.answers {
		drawn.Marks = append(drawn.Marks, picture.Mark{Box: a.digit.Box, Text: a.class(), Unsure: a.unsure})
	}
	for _, s := range n.found.page.Stages {
		drawn.Stages = append(drawn.Stages, picture.Stage{Title: stageTitle(s), Image: s.Image})
	}
	if err := await.Write(ctx, n.path, drawn.Write); err != nil {
		return err
	}
	wrote(n.system, n.path, fault.Count(len(drawn.Marks), "digit"))
	return nil
}

// stageTitle returns a line about a stage.
func stageTitle(s photo.Stage) string {
	if s.Note == "" {
		return s.Name
	}
	return s.Name + ": " + s.Note
}
