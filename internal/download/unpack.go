package download

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/mnist"
)

// unpack decompresses f's .gz from r into the file at path, which is replaced only if size and SHA-256 are f's. It
// hashes and writes while another goroutine decompresses.
func unpack(f mnist.File, r io.Reader, path string) error {
	var content error // an error of r, as opposed to one of path
	err := atomicfile.Write(path, func(w io.Writer) error {
		pr, pw := io.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			content = decompress(pw, r, f.Bytes)
			_ = pw.CloseWithError(content) // never returns an error
		}()
		hash := sha256.New()
		n, err := io.Copy(io.MultiWriter(w, hash), pr)
		_ = pr.Close() // ends the decompression if writing failed
		<-done
		if errors.Is(content, io.ErrClosedPipe) {
			content = nil
		}
		if err != nil {
			return err
		}
		if n != f.Bytes {
			content = fmt.Errorf("wrong content: %s", sizeReason(f, n))
		} else if sum := hex.EncodeToString(hash.Sum(nil)); sum != f.SHA256 {
			content = fmt.Errorf("wrong content: SHA-256 %s, wanted %s", sum, f.SHA256)
		}
		return content
	})
	if content != nil {
		return content
	}
	if err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

// sizeReason describes how n, the number of decompressed bytes, differs from the size of f.
func sizeReason(f mnist.File, n int64) string {
	if n > f.Bytes {
		return fmt.Sprintf("more than %d bytes in the .gz", f.Bytes)
	}
	return fmt.Sprintf("%s in the .gz, wanted %d", fault.Count(n, "byte"), f.Bytes)
}

// decompress writes the content of a .gz to w, but at most limit+1 bytes: one more tells that it is too long.
func decompress(w io.Writer, r io.Reader, limit int64) error {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return mnist.GzipReason(err)
	}
	_, err = io.Copy(w, io.LimitReader(zr, limit+1))
	if err != nil {
		return mnist.GzipReason(err)
	}
	return nil
}
