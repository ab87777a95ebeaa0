package dataset

import (
	"fmt"
	"strings"
)

// Notes returns what looks like a mistake in the data set, before its samples are parted.
func (s *Source) Notes() []string {
	if s.notes == nil {
		return nil
	}
	return s.notes()
}

// Untrained says which classes are tested or validated, but have no sample in d to learn them from; empty: none.
// stratified is how d was parted.
func (s *Source) Untrained(d *Data, stratified bool) string {
	classes := len(s.Classes)
	trained, others := d.Train.Counts(classes), d.Test.Counts(classes)
	validated := make([]int, classes)
	if d.Validation != nil {
		validated = d.Validation.Counts(classes)
	}
	var missing []string
	held := false
	for class, name := range s.Classes {
		if trained[class] == 0 && others[class]+validated[class] > 0 {
			missing = append(missing, name)
			held = held || validated[class] > 0
		}
	}
	if missing == nil {
		return ""
	}
	const shown = 8
	names := strings.Join(missing[:min(shown, len(missing))], ", ")
	if len(missing) > shown {
		names += ", …"
	}
	hint := ""
	if held && !stratified {
		hint = ": the last samples validate, and hold all that there are; " +
			"validation: stratified takes some of each class"
	}
	if len(missing) == 1 {
		return fmt.Sprintf("the class %s has no training sample%s", names, hint)
	}
	return fmt.Sprintf("%d classes (%s) have no training sample%s", len(missing), names, hint)
}
