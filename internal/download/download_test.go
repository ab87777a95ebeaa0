package download

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/mnist/mnisttest"
)

var tinyNames = []string{"train-images", "train-labels", "test-images", "test-labels"}

func TestDownload(t *testing.T) {
	s := newTiny(t)
	srv := serve(t, s.GZ, nil)
	s.Mirrors = []string{srv.URL + "/sets"}
	folder := filepath.Join(t.TempDir(), "a", "b")
	var l log
	last := map[string]int64{}
	p := l.progress()
	p.Bytes = func(file string, done, total int64) {
		if done < last[file] || total != int64(len(s.GZ[file])) {
			t.Errorf("%s: %d of %d after %d", file, done, total, last[file])
		}
		last[file] = done
	}
	r, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv, Progress: p})
	if err != nil {
		t.Fatal(err)
	}
	var bytes int64
	for name, gz := range s.GZ {
		bytes += int64(len(gz))
		if last[name] != int64(len(gz)) {
			t.Errorf("%s: progress ended at %d of %d", name, last[name], len(gz))
		}
	}
	if !slices.Equal(r.Downloaded, tinyNames) || r.Present != nil || r.Bytes != bytes || "http://"+r.Mirror != srv.URL {
		t.Errorf("result %+v, wanted %d bytes", r, bytes)
	}
	if l.text() != "" {
		t.Errorf("messages %q", l.text())
	}
	s.checkInstalled(t, folder)

	// A second call sends no requests.
	r, err = Files(t.Context(), Options{Set: s.Set, Folder: folder, Client: offline(), Env: noEnv})
	if err != nil || r.Downloaded != nil || !slices.Equal(r.Present, tinyNames) || r.Bytes != 0 || r.Mirror != "" {
		t.Errorf("second call: %+v, %v", r, err)
	}
	if n := srv.count(""); n != 4 {
		t.Errorf("%d requests, wanted 4", n)
	}

	// With Force it requests all files.
	r, err = Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv, Force: true})
	if err != nil || !slices.Equal(r.Downloaded, tinyNames) || srv.count("") != 8 {
		t.Errorf("with Force: %+v, %v, %d requests", r, err, srv.count(""))
	}
}

// TestDownloadOnlyWhatLacks repairs a folder with missing and damaged files.
func TestDownloadOnlyWhatLacks(t *testing.T) {
	s := newTiny(t)
	srv := serve(t, s.GZ, nil)
	s.Mirrors = []string{srv.URL}
	folder := s.Install(t)
	mnisttest.WriteFile(t, filepath.Join(folder, "train-labels"), mnisttest.IDX([]byte{0, 0, 0, 0, 0}, 5))
	if err := os.Remove(filepath.Join(folder, "test-images")); err != nil {
		t.Fatal(err)
	}
	var l log
	r, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv, Progress: l.progress()})
	if err != nil || !slices.Equal(r.Downloaded, []string{"train-labels", "test-images"}) ||
		!slices.Equal(r.Present, []string{"train-images", "test-labels"}) {
		t.Errorf("result %+v, %v", r, err)
	}
	if l.text() != "train-labels is damaged, fetching it again" {
		t.Errorf("messages %q", l.text())
	}
	s.checkInstalled(t, folder)
}

// TestDownloadBadMirror has a first mirror with one fault and a second without.
func TestDownloadBadMirror(t *testing.T) {
	good := newTiny(t).GZ[victim]
	truncated := good[:len(good)-9]
	padded := append(bytes.Clone(good), 0)
	garbled := bytes.Clone(good)
	garbled[12] ^= 0x55
	serveBytes := func(data []byte) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { _, _ = w.Write(data) }
	}
	for _, c := range []struct {
		name    string
		respond func(w http.ResponseWriter)
		want    string
	}{
		{"404", func(w http.ResponseWriter) { w.WriteHeader(404) }, "HTTP 404 Not Found"},
		{"503", func(w http.ResponseWriter) { w.WriteHeader(503) }, "HTTP 503 Service Unavailable"},
		{"short", serveBytes(truncated), fmt.Sprintf("wrong size: %d bytes, wanted %d", len(truncated), len(good))},
		{"long", serveBytes(padded), fmt.Sprintf("wrong size: %d bytes, wanted %d", len(padded), len(good))},
		{"content", serveBytes(garbled), "wrong content: MD5 "},
		{"page", serveBytes([]byte("<html>log in</html>")), "wrong size: 19 bytes"},
		{"page without length", func(w http.ResponseWriter) {
			_, _ = w.Write([]byte("<html>"))
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write([]byte("log in</html>"))
		}, fmt.Sprintf("wrong size: 19 bytes, wanted %d", len(good))},
		{"long without length", func(w http.ResponseWriter) {
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(padded)
		}, fmt.Sprintf("wrong size: more than %d bytes", len(good))},
		{"compressed twice", func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(mnisttest.Gzip(good))
		}, "wrong size"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			bad := serve(t, s.GZ, func(w http.ResponseWriter, _ *http.Request, name string) bool {
				if name == victim {
					c.respond(w)
				}
				return name == victim
			})
			fine := serve(t, s.GZ, nil)
			s.Mirrors = []string{bad.URL, fine.URL}
			folder := t.TempDir()
			var l log
			_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv, Progress: l.progress()})
			if err != nil {
				t.Fatal(err)
			}
			s.checkInstalled(t, folder)
			for _, part := range []string{victim, host(bad), c.want, ", trying " + host(fine)} {
				if !strings.Contains(l.text(), part) {
					t.Errorf("messages %q do not contain %q", l.text(), part)
				}
			}
			if bad.count("") != 4 || fine.count("") != 1 {
				t.Errorf("asked for %q, then %q", bad.requests, fine.requests)
			}
		})
	}
}

func host(s *server) string { return strings.TrimPrefix(s.URL, "http://") }

// TestDownloadBadGzip has .gz files whose size and MD5 are the set's but whose content is not.
func TestDownloadBadGzip(t *testing.T) {
	idx := newTiny(t).IDX["train-images"]
	other := bytes.Clone(idx)
	other[20] ^= 1
	for _, c := range []struct {
		name string
		gz   []byte
		want string
	}{
		{"truncated", mnisttest.Gzip(idx)[:30], "is cut short: its gzip stream does not end"},
		{"not gzip", []byte("<html><body>hello</body></html>"), "is not a gzip file"},
		{"short", mnisttest.Gzip(idx[:40]), "wrong content: 40 bytes in the .gz, wanted 46"},
		{"long", mnisttest.Gzip(append(bytes.Clone(idx), 0, 0)), "wrong content: more than 46 bytes in the .gz"},
		{"content", mnisttest.Gzip(other), "wrong content: SHA-256 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			s.GZ["train-images.gz"] = c.gz
			s.Train.Images = describe("train-images", idx, c.gz)
			folder := t.TempDir()
			old := []byte("what was there")
			mnisttest.WriteFile(t, filepath.Join(folder, "train-images"), old)
			_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv,
				Mirror: "file://" + s.InstallGZ(t)})
			wantFault(t, err, fault.Network, "no mirror gave train-images.gz", c.want)
			if now, err := os.ReadFile(filepath.Join(folder, "train-images")); err != nil || !bytes.Equal(now, old) {
				t.Errorf("a failed download left %q, %v", now, err)
			}
			if got := mnisttest.List(t, folder); !slices.Equal(got, []string{"train-images"}) {
				t.Errorf("a failed download left %q", got)
			}
		})
	}
}

// TestDownloadOffline checks the error, and that dead mirrors are asked once and not for each file.
func TestDownloadOffline(t *testing.T) {
	s := newTiny(t)
	s.Mirrors = []string{"http://one.invalid/", "https://two.invalid/mnist"}
	s.Module = mnist.Module{Path: "example.org/tiny", Version: "v1.0.0", Sum: "h1:x"}
	var l log
	folder := t.TempDir()
	_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Mirror: "https://user:secret@zero.invalid",
		Client: offline(), Env: noEnv, Progress: l.progress()})
	wantFault(t, err, fault.Network, "tiny: no mirror gave train-images.gz (zero.invalid: no such host; "+
		"one.invalid: no such host; "+
		"two.invalid: no such host; the Go module proxy: GOPROXY names none)")
	if e, _ := errors.AsType[*fault.Error](err); !strings.Contains(e.Hint, "--mirror") ||
		strings.Contains(e.Error(), "\n") {
		t.Errorf("hint %q", e.Hint)
	}
	if got := mnisttest.List(t, folder); len(got) != 0 {
		t.Errorf("left over: %q", got)
	}
	if strings.Contains(l.text(), "secret") {
		t.Errorf("password in %q", l.text())
	}

	// One file from a good mirror, the others only from a bad one: the dead mirror is named but not asked again.
	dials := 0
	dead := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "one.invalid" {
			dials++
			return nil, errors.New("no route")
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
	delete(s.GZ, "test-labels.gz")
	fine := serve(t, s.GZ, nil)
	s.Mirrors = []string{"http://one.invalid/", fine.URL}
	r, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Client: dead, Env: noEnv})
	wantFault(t, err, fault.Network,
		"no mirror gave test-labels.gz (one.invalid: no route; "+host(fine)+": HTTP 404 Not Found")
	if dials != 1 {
		t.Errorf("a dead mirror was asked %d times", dials)
	}
	if !slices.Equal(r.Downloaded, tinyNames[:3]) {
		t.Errorf("result %+v", r)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestDownloadBadMirrorURL(t *testing.T) {
	s := newTiny(t)
	for _, u := range []string{"/srv/mnist", "ftp://example.org/", "http://", "file://server/share", "file:mnist",
		"http://a b/"} {
		_, err := Files(t.Context(), Options{Set: s.Set, Folder: t.TempDir(), Mirror: u, Env: noEnv})
		wantFault(t, err, fault.Usage, "--mirror: ")
	}
	_, err := Files(t.Context(), Options{Set: s.Set, Folder: t.TempDir(), Mirror: "file:///no/such/folder", Env: noEnv})
	wantFault(t, err, fault.Network, "/no/such/folder: no such file or directory")
}

func TestDownloadCannotWrite(t *testing.T) {
	s := newTiny(t)
	srv := serve(t, s.GZ, nil)
	s.Mirrors = []string{srv.URL}
	for _, c := range []struct {
		name    string
		prepare func(folder string) string // returns the folder to use
		want    string
	}{
		{"under a file", func(f string) string { mnisttest.WriteFile(t, f+"/file", nil); return f + "/file/data" },
			"not a directory"},
		{"a file", func(f string) string { mnisttest.WriteFile(t, f+"/file", nil); return f + "/file" }, "not a directory"},
		{"part", func(f string) string { mnisttest.WriteFile(t, f+"/train-images.gz.part/x", nil); return f },
			"train-images.gz.part: cannot write: is a directory"},
		{"file", func(f string) string { mnisttest.WriteFile(t, f+"/train-images/x", nil); return f }, "train-images: "},
		{"lock", func(f string) string { mnisttest.WriteFile(t, f+"/.lock/x", nil); return f },
			".lock: cannot write: is a directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Files(t.Context(), Options{Set: s.Set, Folder: c.prepare(t.TempDir()), Env: noEnv})
			wantFault(t, err, fault.Write, c.want)
		})
	}
}

// TestDownloadStopped stops a download in the middle, as a signal does; the next one goes on.
func TestDownloadStopped(t *testing.T) {
	s := newTiny(t)
	gz := s.GZ["train-images.gz"]
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	first := true
	srv := serve(t, s.GZ, func(w http.ResponseWriter, r *http.Request, name string) bool {
		if name != "train-images.gz" || !first {
			return false
		}
		first = false
		w.Header().Set("Content-Length", fmt.Sprint(len(gz)))
		_, _ = w.Write(gz[:20])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return true
	})
	s.Mirrors = []string{srv.URL}
	folder := t.TempDir()
	terminated := fault.New(fault.Terminated, "", "stopped by SIGTERM")
	_, err := Files(ctx, Options{Set: s.Set, Folder: folder, Env: noEnv, StallTimeout: time.Minute,
		Progress: Progress{Bytes: func(_ string, done, _ int64) {
			if done == 20 {
				cancel(terminated)
			}
		}}})
	if !errors.Is(err, terminated) {
		t.Fatalf("error %v", err)
	}
	if n := partSize(gzipPart(folder, s.Train.Images)); n != 20 {
		t.Errorf("%d bytes kept, wanted 20", n)
	}
	if _, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv}); err != nil {
		t.Fatal(err)
	}
	if srv.count("train-images.gz bytes=20-") != 1 {
		t.Errorf("asked for %q", srv.requests)
	}
	s.checkInstalled(t, folder)
}
