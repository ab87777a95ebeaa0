package download

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/mnist/mnisttest"
)

// tinyModule makes a module's zip of the set's .gz files, describes it in the set, and takes all other mirrors away.
func tinyModule(t *testing.T, s *tiny) []byte {
	t.Helper()
	s.Mirrors = nil
	s.Module = mnist.Module{Path: "example.org/Go/Tiny", Version: "v1.0.0-RC", Folder: "data"}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	add := func(name string, data []byte) {
		f, err := w.Create(modulePrefix(s.Module) + "/" + name)
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("tiny.go", []byte("package tiny\n"))
	for name, gz := range s.GZ {
		add("data/"+name, gz)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if s.Module.Sum, err = hashZip(z, maxUnknown); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func goproxy(list string) func(string) (string, bool) {
	return func(key string) (string, bool) { return list, key == "GOPROXY" }
}

func TestModule(t *testing.T) {
	s := newTiny(t)
	zipped := tinyModule(t, s)
	const name = "v1.0.0-!r!c.zip"
	gone := serve(t, nil, nil)
	good := serve(t, map[string][]byte{name: zipped}, func(_ http.ResponseWriter, r *http.Request, _ string) bool {
		if want := "/cache/example.org/!go/!tiny/@v/" + name; r.URL.Path != want {
			t.Errorf("asked for %s, wanted %s", r.URL.Path, want)
		}
		return false
	})
	folder := t.TempDir()
	env := goproxy("off," + gone.URL + "|" + strings.Replace(good.URL, "://", "://user:secret@", 1) + "/cache/,direct")
	var done int64
	r, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: env,
		Progress: Progress{Bytes: func(file string, n, total int64) {
			if file != "Tiny.zip" || total != int64(len(zipped)) {
				t.Errorf("progress of %s: %d of %d", file, n, total)
			}
			done = n
		}}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Downloaded, tinyNames) || r.Mirror != host(good) || r.Bytes != int64(len(zipped)) ||
		done != r.Bytes {
		t.Errorf("result %+v, progress %d", r, done)
	}
	if good.count("") != 1 || gone.count("") != 1 {
		t.Errorf("asked for %q, %q", gone.requests, good.requests)
	}
	s.checkInstalled(t, folder)
}

// TestModuleResume breaks the transfer of the zip, whose size nobody knows beforehand, or leaves one of an earlier run.
func TestModuleResume(t *testing.T) {
	for _, c := range []struct {
		name     string
		part     func(zipped []byte) []byte
		requests []string // ranges
	}{
		{"cut", nil, []string{"", "bytes=100-"}},
		{"left over", func(z []byte) []byte { return z[:50] }, []string{"bytes=50-"}},
		{"left over whole", func(z []byte) []byte { return z }, []string{"bytes=%d-"}},
		{"left over wrong", func([]byte) []byte { return make([]byte, 50) }, []string{"bytes=50-", "", "bytes=100-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			zipped := tinyModule(t, s)
			srv := serve(t, map[string][]byte{"v1.0.0-!r!c.zip": zipped},
				func(w http.ResponseWriter, r *http.Request, _ string) bool {
					if r.Header.Get("Range") == "" {
						breakAfter(w, zipped, 100)
					}
					return false
				})
			folder := t.TempDir()
			if c.part != nil {
				mnisttest.WriteFile(t, modulePart(folder), c.part(zipped))
			}
			if _, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: goproxy(srv.URL),
				StallTimeout: time.Minute}); err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, r := range c.requests {
				ranges := strings.Replace(r, "%d", fmt.Sprint(len(zipped)), 1)
				want = append(want, strings.TrimSpace("v1.0.0-!r!c.zip "+ranges))
			}
			if !slices.Equal(srv.requests, want) {
				t.Errorf("requests %q, wanted %q", srv.requests, want)
			}
			s.checkInstalled(t, folder)
		})
	}
}

func TestModuleErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(s *tiny, zipped []byte) []byte
		want  string
	}{
		{"hash", func(s *tiny, z []byte) []byte { s.Module.Sum = "h1:AAAA="; return z }, "wrong content: hash h1:"},
		{"no zip", func(_ *tiny, _ []byte) []byte { return []byte("log in") },
			"wrong content: zip: not a valid zip file"},
		{"truncated", func(_ *tiny, z []byte) []byte { return z[:len(z)-10] },
			"wrong content: zip: not a valid zip file"},
		{"another folder", func(s *tiny, z []byte) []byte { s.Module.Folder = "files"; return z },
			"example.org/Go/Tiny@v1.0.0-RC/files/train-images.gz is not in the module"},
		{"too large", func(_ *tiny, _ []byte) []byte { return make([]byte, maxUnknown+1) },
			"wrong size: 67108865 bytes, wanted at most 67108864"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			zipped := c.spoil(s, tinyModule(t, s))
			srv := serve(t, map[string][]byte{"v1.0.0-!r!c.zip": zipped}, nil)
			folder := t.TempDir()
			_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: goproxy(srv.URL)})
			wantFault(t, err, fault.Network, "no mirror gave train-images.gz (", host(srv), c.want)
			for _, name := range mnisttest.List(t, folder) {
				if name != filepath.Base(modulePart("")) {
					t.Errorf("a failed download left %s", name)
				}
			}
		})
	}
}

// TestModuleFromFolder has GOPROXY name a folder, as machines without network have it.
func TestModuleFromFolder(t *testing.T) {
	s := newTiny(t)
	zipped := tinyModule(t, s)
	proxy := t.TempDir()
	mnisttest.WriteFile(t, filepath.Join(proxy, "example.org", "!go", "!tiny", "@v", "v1.0.0-!r!c.zip"), zipped)
	folder := t.TempDir()
	if _, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: goproxy("file://" + proxy),
		Client: offline()}); err != nil {
		t.Fatal(err)
	}
	s.checkInstalled(t, folder)
	_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: goproxy("file:///no/proxy"),
		Client: offline(), Force: true})
	wantFault(t, err, fault.Network, "no such file or directory")
}

// TestProxyListOfGoTool asks a go tool that is a script, and then none.
func TestProxyListOfGoTool(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell scripts here")
	}
	bin := t.TempDir()
	script := []byte("#!/bin/sh\necho \"https://$1.$2/,direct\"\n")
	if err := os.WriteFile(filepath.Join(bin, "go"), script, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	m := &moduleMirror{env: func(string) (string, bool) { return "", false }}
	if got := m.proxyList(t.Context()); got != "https://env.GOPROXY/,direct" {
		t.Errorf("go env gave %q", got)
	}
	t.Setenv("PATH", t.TempDir())
	if got := m.proxyList(t.Context()); got != "" {
		t.Errorf("no go tool gave %q", got)
	}
}

func TestParseProxies(t *testing.T) {
	for list, want := range map[string]string{
		"":                                    "",
		"off":                                 "",
		"direct":                              "",
		"https://a.test,direct":               "https://a.test",
		"https://a.test|http://b.test/x, off": "https://a.test http://b.test/x",
		"file:///srv/proxy,https://b.test":    "file:///srv/proxy https://b.test",
		"ftp://a.test,%zz,,https://b.test/,x": "https://b.test/",
	} {
		var got []string
		for _, u := range parseProxies(list) {
			got = append(got, u.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, wanted %q", list, got, want)
		}
	}
}

// TestHashZip compares with a hash that sha256sum and base64 made. (That it is the go tool's is shown by the sum of the
// module that set.go names: it is the go tool's own.)
func TestHashZip(t *testing.T) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range []string{"m@v1/b", "m@v1/a"} { // hashed in the order of names
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(name[5:]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	const want = "h1:6AkOJa5qChC3PETiEMHCqlj4+4BpZFmOZO5HYPoDuHk="
	if got, err := hashZip(z, 2); err != nil || got != want {
		t.Errorf("hash %s, %v, wanted %s", got, err, want)
	}
	if _, err := hashZip(z, 1); err == nil {
		t.Error("no error for more content than the limit")
	}
}
