package space

import (
	"encoding/json"
	"errors"

	"dnn/internal/fault"
)

// MaxChecked is the number of settings that Load resolves to check them.
const MaxChecked = 256

// check resolves settings, and refuses those that contradict themselves or are the same experiment as another.
func (s *Sweep) check() error {
	var found []error
	first := map[string]Point{}
	settings := min(s.Settings, MaxChecked)
	if s.Method == Bayes {
		settings = min(settings, startup)
	}
	const most = 10 // more mistakes of points have one cause
	for setting := 0; setting < settings && len(found) < most; setting++ {
		p := s.PointOf(setting*s.Seeds, s.values(setting))
		r, err := s.Resolve(p)
		if err != nil {
			found = append(found, err)
			continue
		}
		reduced := r.Reproducible()
		if setting == 0 {
			if err := s.checkDecides(p, reduced.Group); err != nil {
				return err
			}
		}
		text, err := json.Marshal(reduced)
		if err != nil {
			return err
		}
		if before, ok := first[string(text)]; ok {
			found = append(found, fault.New(fault.Config, s.Path,
				"wanted different settings, found the same experiment twice: %s and %s", before, p))
			continue
		}
		first[string(text)] = p
	}
	return errors.Join(found...)
}

// checkDecides refuses parameters that change nothing that is learned.
func (s *Sweep) checkDecides(p Point, group func(name string) (map[string]any, bool)) error {
	for _, v := range p.Values {
		k := experimentKeys()[v.Key]
		outer, leaf := k.Parent()
		values, _ := group(outer)
		if _, there := values[leaf]; there || k.Group() {
			continue
		}
		where := s.Path
		if at := s.at[v.Key]; at != "" {
			where = at
		}
		const message = "%s: wanted a key that changes what is learned, found one that does not"
		return fault.New(fault.Config, where, message, v.Key).WithHint("set it in the base experiment")
	}
	return nil
}
