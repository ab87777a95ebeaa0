package dataset

import (
	"fmt"
	"strings"
)

// Notes returns warnings about what looks like a mistake in the data set. They need no split.
func (s *Source) Notes() []string {
	if s.notes == nil {
		return nil
	}
	return s.notes()
}

// Untrained returns a warning that names the classes that have test or validation samples in d, but no training sample.
// It is empty if there are none. stratified tells whether the validation split of d is stratified.
func (s *Source) Untrained(d *Data, stratified bool) string {
	classes := len(s.Classes)
	trained, tested := d.Train.Counts(classes), d.Test.Counts(classes)
	validated := make([]int, classes)
	if d.Validation != nil {
		validated = d.Validation.Counts(classes)
	}
	var missing []string
	heldOut := false // whether the validation split has samples of a missing class
	for class, name := range s.Classes {
		if trained[class] == 0 && tested[class]+validated[class] > 0 {
			missing = append(missing, name)
			heldOut = heldOut || validated[class] > 0
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
	if heldOut && !stratified {
		hint = ": the last samples validate, and the others have none; " +
			"validation: stratified takes some of each class"
	}
	if len(missing) == 1 {
		return fmt.Sprintf("the class %s has no training sample%s", names, hint)
	}
	return fmt.Sprintf("%d classes (%s) have no training sample%s", len(missing), names, hint)
}
