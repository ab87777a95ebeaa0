package download

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
)

// hashZip returns the hash of a module's zip, as in go.sum: "h1:" and the base64 SHA-256 of the lines
// "<sha256 in hex>  <name>\n" of all files, sorted by name. More than limit bytes of content are an error.
// Source: https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1.
func hashZip(z *zip.Reader, limit int64) (string, error) {
	byName := func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) }
	files := slices.SortedFunc(slices.Values(z.File), byName)
	lines := sha256.New()
	left := limit
	for _, f := range files {
		sum, n, err := hashEntry(f, left)
		if err != nil {
			return "", err
		}
		if left -= n; left < 0 {
			return "", fmt.Errorf("unpacks to more than %d bytes", limit)
		}
		_, _ = fmt.Fprintf(lines, "%s  %s\n", sum, f.Name) // a hash never returns an error
	}
	return "h1:" + base64.StdEncoding.EncodeToString(lines.Sum(nil)), nil
}

// hashEntry returns the SHA-256 of an entry in hex, and its size. It reads at most limit+1 bytes.
func hashEntry(f *zip.File, limit int64) (sum string, n int64, err error) {
	r, err := f.Open()
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = r.Close() }()
	hash := sha256.New()
	n, err = io.Copy(hash, io.LimitReader(r, limit+1))
	return hex.EncodeToString(hash.Sum(nil)), n, err
}
