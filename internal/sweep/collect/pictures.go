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

// drawn returns the points as numbers. A paused or stopped point has the metric of its last epoch.
func (s *sweep) drawn() picture.Sweep {
	p := picture.Sweep{Metric: s.metric.Name, Maximize: s.metric.Maximize}
	for _, one := range s.parameters {
		axis := picture.SweepAxis{Key: one.key}
		if one.kind != number {
			for _, c := range one.choices {
				axis.Categories = append(axis.Categories, c.text)
			}
		}
		p.Axes = append(p.Axes, axis)
	}
	for _, one := range s.points {
		d := picture.SweepPoint{Metric: one.metric, Early: one.Status == folder.Stopped || one.Status == folder.Paused}
		for i, v := range one.values {
			at := v.number
			switch {
			case v.kind == none:
				at = math.NaN()
			case s.parameters[i].kind != number:
				at = float64(s.parameters[i].places[v.text])
			}
			d.Values = append(d.Values, at)
		}
		p.Points = append(p.Points, d)
	}
	return p
}

// drawnSettings returns the best settings with the metrics of their seeds.
func (s *sweep) drawnSettings() []picture.SweepSetting {
	var all []picture.SweepSetting
	names := shortKeys(s.Keys)
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
