package collect

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/picture"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/label"
)

// boxes is how many of the best settings are drawn with their seeds.
const boxes = 12

// pictureNames returns the names, without extensions, of the pictures that the sweep has.
func (s *sweep) pictureNames() []string {
	names := []string{}
	if len(s.parameters) > 0 {
		names = append(names, "parameters", "parallel")
	}
	if s.Seeds > 1 {
		names = append(names, "boxes")
	}
	return names
}

// writePictures draws the sweep into a folder, each picture as PNG and SVG.
func (s *sweep) writePictures(ctx context.Context, path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fault.CannotWrite(path, err)
	}
	drawn, settings := s.drawn(), s.drawnSettings()
	for _, name := range s.pictureNames() {
		for _, format := range []string{"png", "svg"} {
			draw := func(w io.Writer) error {
				switch name {
				case "parameters":
					return picture.WriteSweepParameters(w, format, drawn)
				case "parallel":
					return picture.WriteSweepParallel(w, format, drawn)
				}
				return picture.WriteSweepSeeds(w, format, s.metric.Name, settings)
			}
			if err := await.Write(ctx, filepath.Join(path, name+"."+format), draw); err != nil {
				return err
			}
		}
	}
	return nil
}

// varying returns the indices of the parameters that have several values; if none has, of all.
func (s *sweep) varying() []int {
	var some, all []int
	for i, p := range s.parameters {
		all = append(all, i)
		if p.occur > 1 {
			some = append(some, i)
		}
	}
	if some == nil {
		return all
	}
	return some
}

// drawn returns the points as numbers. A parameter that never changes says nothing, and is not drawn.
func (s *sweep) drawn() picture.Sweep {
	drawn := picture.Sweep{Metric: s.metric.Name, Maximize: s.metric.Maximize}
	varying := s.varying()
	for _, i := range varying {
		p := s.parameters[i]
		axis := picture.SweepAxis{Key: p.key}
		if p.kind != number {
			for _, c := range p.choices {
				axis.Categories = append(axis.Categories, c.text)
			}
		}
		drawn.Axes = append(drawn.Axes, axis)
	}
	for _, one := range s.points {
		d := picture.SweepPoint{Metric: one.metric, Early: one.Status == folder.Stopped || one.Status == folder.Paused}
		for _, i := range varying {
			at := one.values[i].number
			switch {
			case one.values[i].kind == none:
				at = math.NaN()
			case s.parameters[i].kind != number:
				at = float64(s.parameters[i].places[one.values[i].text])
			}
			d.Values = append(d.Values, at)
		}
		drawn.Points = append(drawn.Points, d)
	}
	return drawn
}

// drawnSettings returns the best settings with the metrics of their seeds.
func (s *sweep) drawnSettings() []picture.SweepSetting {
	var all []picture.SweepSetting
	names := label.Keys(s.Keys)
	for _, one := range s.settings[:min(boxes, len(s.settings))] {
		d := picture.SweepSetting{Name: fmt.Sprintf("setting %d", one.number)}
		if status := s.status(one); status != "" {
			d.Name += ", " + status
		}
		var values []string
		for i, v := range one.points[0].values {
			if v.kind != none {
				values = append(values, names[i]+" "+v.short())
			}
		}
		d.Values = strings.Join(values, ", ")
		for _, p := range one.points {
			if !math.IsNaN(p.metric) {
				d.Runs = append(d.Runs, p.metric)
			}
		}
		all = append(all, d)
	}
	return all
}
