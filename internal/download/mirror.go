package download

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/mnist"
)

// mirror is a place to get the .gz files of a set from.
type mirror interface {
	// name identifies the mirror in messages, without credentials.
	name() string
	// open returns the .gz of f, verified. After a *fault.Error the download ends; after an unreachableError the mirror
	// is not asked again; after any other error it is asked for the other files.
	open(ctx context.Context, f mnist.File) (io.ReadCloser, error)
	// close closes the files that the mirror holds open.
	close()
}

// unreachableError is an error of a mirror that will not give other files either.
type unreachableError struct{ error }

func (e unreachableError) Unwrap() error { return e.error }

// newMirror returns the mirror at an http, https or file URL. Its transfers are written to folder.
func newMirror(rawURL, folder string, t *transfer) (mirror, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("%q is not a URL", rawURL)
	}
	switch {
	case u.Scheme == "file":
		path, err := filePath(u)
		return &folderMirror{folder: path, transfer: t}, err
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return &urlMirror{base: u, folder: folder, transfer: t}, nil
	}
	return nil, fmt.Errorf("%q is not a URL that begins with http://, https:// or file://", rawURL)
}

// filePath returns the path of a file URL.
func filePath(u *url.URL) (string, error) {
	if (u.Host != "" && u.Host != "localhost") || !strings.HasPrefix(u.Path, "/") {
		return "", fmt.Errorf("%q names no local folder, wanted file:///FOLDER", u.Redacted())
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/") // file:///C:/data
	}
	return filepath.FromSlash(path), nil
}

// urlMirror is a folder on a web server.
type urlMirror struct {
	base     *url.URL
	folder   string // for the .part files
	transfer *transfer
}

func (m *urlMirror) name() string { return m.base.Host }

func (m *urlMirror) close() {}

func (m *urlMirror) open(ctx context.Context, f mnist.File) (io.ReadCloser, error) {
	part := gzipPart(m.folder, f)
	r := remote{url: m.base.JoinPath(f.Name + ".gz"), label: f.Name + ".gz", part: part, size: f.GzipBytes, magic: "\x1f\x8b"}
	if err := m.transfer.fetchVerified(ctx, r, func(path string) error { return checkGzip(f, path) }); err != nil {
		return nil, err
	}
	return os.Open(part)
}

// gzipPart returns the path of the unfinished .gz of f.
func gzipPart(folder string, f mnist.File) string { return filepath.Join(folder, f.Name+".gz.part") }

// folderMirror is a folder on this machine. Its .gz files may have been compressed differently from the set's, as long
// as their content is right.
type folderMirror struct {
	folder   string
	transfer *transfer
}

func (m *folderMirror) name() string { return m.folder }

func (m *folderMirror) close() {}

func (m *folderMirror) open(_ context.Context, f mnist.File) (io.ReadCloser, error) {
	path := filepath.Join(m.folder, f.Name+".gz")
	if _, err := os.Stat(m.folder); err != nil {
		return nil, unreachableError{fault.Pathless(err)}
	}
	if err := checkGzip(f, path); err != nil && !contains(path, f) {
		return nil, fault.Pathless(err)
	}
	m.transfer.received += f.GzipBytes
	m.transfer.progress.bytes(f.Name+".gz", f.GzipBytes, f.GzipBytes)
	return os.Open(path)
}

// contains reports whether the .gz at path decompresses to f, whatever its own hash: Debian compresses files anew, for
// example.
func contains(path string, f mnist.File) bool {
	file, err := atomicfile.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	return decompress(hash, file, f.Bytes) == nil && hex.EncodeToString(hash.Sum(nil)) == f.SHA256
}

// checkGzip checks size and MD5 of the .gz of f at path.
func checkGzip(f mnist.File, path string) error {
	file, err := atomicfile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("not there")
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	hash := md5.New()
	n, err := io.Copy(hash, io.LimitReader(file, f.GzipBytes+1))
	if err != nil {
		return err
	}
	if n != f.GzipBytes {
		if info, err := file.Stat(); err == nil {
			n = info.Size()
		}
		return fmt.Errorf("wrong size: %s, wanted %d", fault.Count(n, "byte"), f.GzipBytes)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != f.GzipMD5 {
		return fmt.Errorf("wrong content: MD5 %s, wanted %s", sum, f.GzipMD5)
	}
	return nil
}
