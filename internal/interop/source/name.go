package source

import (
	"go/token"
	"path/filepath"
	"strings"
)

// Identifier returns a name for Go and C that follows a file's name without its folder and its extension: small letters,
// digits and single underscores, beginning with a letter. It is no keyword of Go, nor the name of a package that Go treats in
// its own way; C gets it as a prefix only.
func Identifier(path string) string {
	base := filepath.Base(path)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	parts := strings.FieldsFunc(strings.ToLower(base), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(parts, "_")
	switch {
	case name == "":
		return "model"
	case name[0] >= '0' && name[0] <= '9':
		return "model_" + name
	case token.IsKeyword(name) || name == "main" || name == "documentation":
		return name + "_model"
	}
	return name
}
