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

// mirror is a place that has the .gz files of a set.
type mirror interface {
	// name is what a person calls the mirror, without credentials.
	name() string
	// open returns the .gz of f, with size and content verified. An error that is a *fault.Error ends the download, an
	// unreachableError ends this mirror, any other lets it be asked for the next file.
	open(ctx context.Context, f mnist.File) (io.ReadCloser, error)
	// close releases what the mirror holds open.
	close()
}

// unreachableError is the reason why asking a mirror for another file makes no sense.
type unreachableError struct{ error }

func (e unreachableError) Unwrap() error { return e.error }

// newMirror returns the mirror at an http, https or file URL. folder is where its transfers go.
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

// filePath returns the path that a file URL names.
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
	folder   string // of the .part files
	transfer *transfer
}

func (m *urlMirror) name() string { return m.base.Host }

func (m *urlMirror) close() {}

func (m *urlMirror) open(ctx context.Context, f mnist.File) (io.ReadCloser, error) {
	part := gzipPart(m.folder, f)
	r := remote{url: m.base.JoinPath(f.Name + ".gz"), label: f.Name + ".gz", part: part, size: f.GzipBytes}
	if err := m.transfer.fetchVerified(ctx, r, func(path string) error { return checkGzip(f, path) }); err != nil {
		return nil, err
	}
	return os.Open(part)
}

// gzipPart returns the path to which the .gz of f is transferred.
func gzipPart(folder string, f mnist.File) string { return filepath.Join(folder, f.Name+".gz.part") }

// folderMirror is a folder on this machine. What counts there is what is inside a .gz, not how it was compressed.
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
	if err := checkGzip(f, path); err != nil && !isIn(f, path) {
		return nil, fault.Pathless(err)
	}
	m.transfer.received += f.GzipBytes
	m.transfer.progress.bytes(f.Name+".gz", f.GzipBytes, f.GzipBytes)
	return os.Open(path)
}

// isIn tells whether the file at path is a .gz of f that someone else compressed, as Debian's packages are.
func isIn(f mnist.File, path string) bool {
	file, err := atomicfile.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	return decompress(hash, file, f.Bytes) == nil && hex.EncodeToString(hash.Sum(nil)) == f.SHA256
}

// checkGzip compares size and MD5 of the file at path with those of f's .gz.
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
