package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"dnn/internal/fault"
)

// getUnix asks the server at a Unix socket for its health. The Host says nothing there.
func getUnix(t *testing.T, path string) (int, error) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DialContext: dialUnix(path)}}
	defer client.CloseIdleConnections()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://anything.example/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(q)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode, response.Body.Close()
}

// TestUnixSocket serves at a Unix socket, where a killed server left one. Others than the owner and its group cannot
// connect. It is gone at the end.
func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	leave(t, path)
	if _, err := os.Lstat(path); err != nil {
		t.Fatal(err)
	}
	r := start(t, func(o *Options) { o.Addr = "unix:" + path })
	if r.url != "unix:"+path {
		t.Errorf("found %s", r.url)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && (info.Mode()&fs.ModeSocket == 0 || info.Mode().Perm()&0o007 != 0 || info.Mode().Perm()&0o200 == 0) {
		t.Errorf("found %v", info.Mode())
	}
	if status, err := getUnix(t, path); status != http.StatusOK || err != nil {
		t.Errorf("found %d, %v", status, err)
	}

	second := Run(t.Context(), r.system, Options{Models: []string{r.model}, Addr: "unix:" + path})
	if fault.KindOf(second) != fault.Write || !strings.Contains(fmt.Sprint(second), path+": another server listens there") {
		t.Errorf("a second server: found %v", second)
	}
	if status, err := getUnix(t, path); status != http.StatusOK || err != nil {
		t.Errorf("after a second server: found %d, %v", status, err)
	}

	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	r.ended <- nil
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// TestUnixRemote has clients whose own sockets have names, which nothing in the log looks like a line of, or none.
func TestUnixRemote(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its file names have no line breaks")
	}
	here := t.TempDir()
	path := filepath.Join(here, "s")
	for _, form := range []string{LogText, LogJSON} {
		r := start(t, func(o *Options) { o.Addr, o.Log = "unix:"+path, form })
		for i, name := range []string{"", "a b", "\nc\x1b[2J"} {
			d := net.Dialer{}
			if name != "" {
				d.LocalAddr = &net.UnixAddr{Net: "unix", Name: filepath.Join(here, form+name)}
			}
			c, err := d.DialContext(t.Context(), "unix", path)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(c, "GET /healthz HTTP/1.0\r\n\r\n")
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
			line := r.lines(i + 1)[i]
			if strings.ContainsFunc(line, unicode.IsControl) {
				t.Errorf("found %q", line)
			}
			remote := form + name
			if name == "" {
				remote = "" // or @, of Linux
			}
			if form == LogJSON {
				var a accessLine
				if err := json.Unmarshal([]byte(line), &a); err != nil || !strings.HasSuffix(a.Remote, remote) {
					t.Errorf("wanted %q, found %+v, %v", remote, a, err)
				}
				continue
			}
			if !regexp.MustCompile(`^\S+Z (-|@|"(\\.|[^"\\])+") GET "/healthz" 200 3 \d+\.\d{6}$`).MatchString(line) {
				t.Errorf("found %q", line)
			}
		}
		r.stop()
		r.ended <- <-r.ended
	}
}

// TestUnixTogether has several servers begin at once where a killed one has left its socket: one has it, and no other takes
// it away.
func TestUnixTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	for range 100 {
		leave(t, path)
		const servers = 8
		all := make([]*listener, servers)
		var begun sync.WaitGroup
		for i := range all {
			begun.Go(func() {
				l, err := listen(t.Context(), "unix:"+path, 10, patience{})
				if all[i] = l; err != nil && fault.KindOf(err) != fault.Write {
					t.Error(err)
				}
			})
		}
		begun.Wait()
		all = slices.DeleteFunc(all, func(l *listener) bool { return l == nil })
		if len(all) != 1 {
			t.Fatalf("wanted one server, found %d", len(all))
		}
		if now, err := os.Lstat(path); err != nil || !os.SameFile(now, all[0].file) {
			t.Errorf("wanted the socket of that server, found %v, %v", now, err)
		}
		_ = all[0].Close()
		_ = os.Remove(path)
	}
}

// TestUnixReplaced has a second server at the path of the first, whose socket somebody removed: it stays when the first
// one ends.
func TestUnixReplaced(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files in use cannot be removed there")
	}
	path := filepath.Join(t.TempDir(), "s")
	first := start(t, func(o *Options) { o.Addr = "unix:" + path })
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	start(t, func(o *Options) { o.Addr = "unix:" + path })
	first.stop()
	first.ended <- <-first.ended
	if status, err := getUnix(t, path); status != http.StatusOK || err != nil {
		t.Errorf("the second server: found %d, %v", status, err)
	}
}

// TestUnixOthers leaves a socket alone that is of another kind, since nobody knows whether it is in use.
func TestUnixOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has one kind of Unix sockets")
	}
	path := filepath.Join(t.TempDir(), "s")
	other, err := new(net.ListenConfig).ListenPacket(t.Context(), "unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if err := removeStale(t.Context(), path); fault.KindOf(err) != fault.Write || !strings.Contains(err.Error(), "may be in use: ") {
		t.Errorf("found %v", err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}

// leave leaves a socket that nobody listens on.
func leave(t *testing.T, path string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestUnixRefused tests what is said where no socket can be.
func TestUnixRefused(t *testing.T) {
	here := t.TempDir()
	file := filepath.Join(here, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(here, "none")
	for path, c := range map[string]struct {
		want, hint string
		kind       fault.Kind
	}{
		file:                                {file + ": wanted a socket or nothing, found a file", "", fault.Write},
		here:                                {here + ": wanted a socket or nothing, found a file", "", fault.Write},
		filepath.Join(none, "s"):            {"cannot listen: there is no folder " + none, "mkdir -p " + none, fault.Write},
		"":                                  {"--addr: wanted host:port or unix:/path, found \"unix:\"", "--addr 127.0.0.1:8080", fault.Usage},
		here + strings.Repeat("/long", 100): {"cannot listen: ", "about 100 bytes", fault.Write},
	} {
		_, err := listen(t.Context(), "unix:"+path, 1, Options{}.waits())
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || !strings.Contains(err.Error(), c.want) || !strings.Contains(e.Hint, c.hint) || e.Kind != c.kind {
			t.Errorf("%q: wanted %q (%s, status %d), found %v (%+v)", path, c.want, c.hint, c.kind, err, e)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "precious" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}
