// Package configs carries the experiment file that is built into the program. The other files beside it are examples.
package configs

import _ "embed"

//go:embed mlp.yaml
var mlp string

// MLP returns the text of mlp.yaml, what `dnn train` runs when it is given no file.
func MLP() string { return mlp }
