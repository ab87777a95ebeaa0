package collect

import (
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/space"
)

// experiment returns the experiment of a point as a file for dnn train --config: complete, with comments that say where
// it is from. It gives the same bytes as the point.
func (s *sweep) experiment(p point) (string, error) {
	base := s.folder.Path() + ": the base experiment of the sweep"
	var values space.Point
	for _, v := range p.Parameters {
		values.Values = append(values.Values, space.Value{Key: v.Key, Text: v.Value})
	}
	flags := append(values.Flags(), config.Flag{Name: base, Key: "seed", Value: strconv.FormatUint(p.Seed, 10)},
		config.Flag{Name: base, Key: "seeds", Value: "1"})
	read := func(string) ([]byte, error) { return []byte(s.Base), nil }
	r, err := config.Load(config.Options{Path: base, Read: read, Flags: flags})
	if err != nil {
		return "", fault.New(fault.Data, s.folder.PointPath(p.Point), "its experiment cannot be read: %w", err)
	}
	origins := map[string]string{"seed": "the best of the seeds of its setting"}
	if s.Seeds == 1 {
		origins = map[string]string{}
	}
	for _, v := range p.Parameters {
		origins[v.Key] = "a parameter of the sweep"
	}
	r.Origins = origins
	return s.origin(p) + strings.TrimRight(r.YAML(), "\n") + "\n", nil
}

// origin returns comments that say where the best point is from.
func (s *sweep) origin(p point) string {
	name := s.Hash[:min(12, len(s.Hash))]
	if s.Name != "" {
		name = s.Name + " (" + name + ")"
	}
	lines := []string{fmt.Sprintf("The best of %s of the sweep %s, by %s: %s.", fault.Count(len(s.points), "point"), name,
		s.metric.Name, report.FormatFloat32(float32(p.metric)))}
	if missing := s.missing(); missing > 0 {
		lines[0] += fmt.Sprintf(" %d have no result yet.", missing)
	}
	where := fmt.Sprintf("It is point %d", p.Point)
	if s.Seeds > 1 {
		i := s.settings[0].interval
		lines = append(lines, fmt.Sprintf("Its setting, %d, has the best mean of %s: %s (95 %%).", p.Setting,
			fault.Count(i.Count, "seed"), report.PlusMinus(i.Mean, i.Half)))
		where += fmt.Sprintf(", the best of them, with seed %d", p.Seed)
	}
	if p.Model != "" {
		where += "; the SHA-256 that seals its model is\n# " + p.Model
	}
	lines = append(lines, where+".")
	return "# " + report.OneLine(lines[0]) + "\n# " + strings.Join(lines[1:], "\n# ") + "\n"
}
