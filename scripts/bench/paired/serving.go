package paired

import "bytes"

// ServingSection begins the last section of docs/benchmarks.md, which scripts/serve/bench writes. scripts/bench writes the
// others.
const ServingSection = "## Serving\n\n<!-- Written by scripts/serve/bench; edit that instead. -->"

// CutServing returns the page without its section about serving, and that section, which is empty if there is none. Each
// ends with one line feed.
func CutServing(page []byte) (others, serving []byte) {
	at := bytes.Index(page, []byte(ServingSection))
	if at < 0 {
		return page, nil
	}
	return append(bytes.TrimRight(page[:at:at], "\n"), '\n'), page[at:]
}
