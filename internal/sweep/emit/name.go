package emit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"dnn/internal/sweep/space"
)

// identifier returns the name of a job: the sweep's, or its file's, as a DNS label (RFC 1123) of at most 40 characters.
// Kubernetes adds an index and five characters for a pod. A name that loses letters, or its end, gets six digits of its
// hash, so that two sweeps keep two names.
func identifier(s *space.Sweep) string {
	const longest, hashed = 40, 7 // with a hyphen
	whole := cmp.Or(s.Name, strings.TrimSuffix(filepath.Base(s.Path), filepath.Ext(s.Path)))
	lost := false
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case unicode.Is(unicode.Mn, r): // the accent of the letter before it
			return -1
		}
		lost = lost || unicode.IsLetter(r) || unicode.IsNumber(r)
		return '-'
	}, norm.NFKD.String(strings.ToLower(whole)))
	name = strings.Trim(name, "-")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = strings.TrimSuffix("sweep-"+name, "-")
	}
	if !lost && len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(whole))
	return strings.TrimRight(name[:min(len(name), longest-hashed)], "-") + "-" + hex.EncodeToString(sum[:3])
}
