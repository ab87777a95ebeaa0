package space

import (
	"os"
	"strings"
	"testing"
)

// The sweep files that the documentation shows are right.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/sweeps.md")
	if err != nil {
		t.Fatal(err)
	}
	var block strings.Builder
	found := 0
	for line := range strings.Lines(string(text) + "\nend\n") {
		if code, ok := strings.CutPrefix(line, "    "); ok {
			block.WriteString(code)
			continue
		}
		if file := block.String(); strings.Contains("\n"+file, "\nmethod: ") {
			load(t, file, "mlp.yaml", "epochs: 10\n")
			found++
		}
		block.Reset()
	}
	if found < 3 {
		t.Errorf("found %d sweep files", found)
	}
}
