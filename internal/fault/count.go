package fault

import (
	"fmt"
	"strings"
)

// Count returns a number of things as people say it: "1 epoch", "10 epochs", "2 classes". The plural is regular.
func Count[N int | int64 | uint64 | byte](n N, thing string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(thing, "s"):
		thing += "es"
	default:
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
