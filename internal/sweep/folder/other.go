package folder

import (
	"fmt"
	"slices"
	"strings"

	"dnn/internal/fault"
)

// otherSweep is the error about a folder of another sweep than id.
func otherSweep(path string, id, found Identity) error {
	return fault.New(fault.Data, path, "wanted the folder of the sweep %s, found that of %s", id.title(), found.title()).
		WithHint("%s makes it another sweep: write it to another folder with -o", difference(id, found))
}

// title names a sweep in messages.
func (id Identity) title() string {
	const digits = 12
	hash := id.Hash[:min(len(id.Hash), digits)]
	if id.Name == "" {
		return hash
	}
	return fmt.Sprintf("%q (%s)", id.Name, hash)
}

// difference names one thing in which a sweep differs from the one that was found.
func difference(id, found Identity) string {
	const change = "%s in place of %s"
	switch {
	case id.Method != found.Method:
		return fmt.Sprintf("method: "+change, id.Method, found.Method)
	case !slices.Equal(id.Keys, found.Keys):
		return "a change of the parameters"
	case id.Seeds != found.Seeds:
		return fmt.Sprintf("seeds: %d in place of %d", id.Seeds, found.Seeds)
	case id.Metric != found.Metric || id.Maximize != found.Maximize:
		return "another metric"
	}
	before := slices.Collect(strings.Lines(found.Base))
	for i, line := range slices.Collect(strings.Lines(id.Base)) {
		if strings.HasPrefix(line, "threads:") || strings.HasPrefix(line, "output:") || i < len(before) && line == before[i] {
			continue
		}
		text := "in the base, " + strings.TrimSpace(line)
		if i < len(before) && keyOf(line) == keyOf(before[i]) {
			_, value, _ := strings.Cut(before[i], ":")
			text = fmt.Sprintf(change, text, strings.TrimSpace(value))
		}
		return text
	}
	if !slices.Equal(id.Rungs, found.Rungs) {
		return "another early_terminate"
	}
	return "a change of the parameters or of the base"
}

// keyOf returns what stands before the colon.
func keyOf(line string) string {
	key, _, _ := strings.Cut(line, ":")
	return key
}
