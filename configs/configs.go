// Package configs carries the experiment files: mlp.yaml, which is built into the program as its default, and the examples
// beside it.
package configs

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed mlp.yaml
var mlp string

//go:embed *.yaml
var files embed.FS

// MLP returns the text of mlp.yaml, what `dnn train` runs when it is given no file.
func MLP() string { return mlp }

// Names returns the names of all files, in order.
func Names() []string {
	names, _ := fs.Glob(files, "*.yaml") // the pattern is right
	return names
}

// Text returns the text of a file that Names names, and nothing for another.
func Text(name string) string {
	text, _ := files.ReadFile(name)
	return string(text)
}

// About returns the first sentence of the comment that a file begins with.
func About(name string) string {
	var comment []string
	for line := range strings.Lines(Text(name)) {
		text, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		comment = append(comment, strings.TrimSpace(text))
	}
	sentence, _, _ := strings.Cut(strings.Join(comment, " "), ". ")
	return strings.TrimSuffix(sentence, ".")
}
