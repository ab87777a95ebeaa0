package keyfile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/fault"
	"dnn/internal/keyfile"
)

// defaults is the site of an empty file.
func defaults() site {
	var s site
	s.Root = "public"
	s.Server.Scheme, s.Server.Port, s.Server.Timeout = "http", 8080, 30*time.Second
	return s
}

func TestDefaults(t *testing.T) {
	var none site
	if _, err := keyfile.Load(siteTable(), keyfile.Options{}, &none); err != nil {
		t.Fatal(err)
	}
	empty, values := mustLoad(t, "", keyfile.Options{})
	for _, got := range []site{none, empty} {
		if diff := cmp.Diff(defaults(), got); diff != "" {
			t.Error(diff)
		}
	}
	for key, origin := range values.Origins {
		if origin != "default" || values.Given(key) {
			t.Errorf("%s comes from %s", key, origin)
		}
	}
}

// The default of a key, and whether it exists, may depend on another key.
func TestDependentDefaults(t *testing.T) {
	s, _ := mustLoad(t, "server: {scheme: https}", keyfile.Options{})
	if s.Server.Port != 8443 || s.Server.Certificate != "site.pem" {
		t.Errorf("got %+v", s.Server)
	}
	// The port in the file was meant for the scheme in the file.
	s, _ = mustLoad(t, "server: {port: 80}", set("server.scheme", "https"))
	if s.Server.Port != 8443 {
		t.Errorf("got %+v", s.Server)
	}
	_, _, err := load("server: {certificate: a.pem}", keyfile.Options{})
	want := []string{"site.yaml:1:23: server.certificate: there is no such key where server.scheme is http " +
		"(take it out, or choose https)"}
	if diff := cmp.Diff(want, lines(t, err)); diff != "" {
		t.Error(diff)
	}
}

// Flags beat variables, which beat the file; each value says where it came from.
func TestPrecedence(t *testing.T) {
	const text = "root: www\nserver:\n  port: 1\n  timeout: 5s\n"
	opts := environment("SITE_PORT=2", "SITE_SERVER_TIMEOUT=1m", "SITE_ROOT=")
	opts.Flags = []keyfile.Flag{{Name: "-p", Key: "server.port", Value: "3"},
		{Name: "--port", Key: "server.port", Value: "4"}}
	got, values := mustLoad(t, text, opts)
	want := defaults()
	want.Root, want.Server.Port, want.Server.Timeout = "www", 4, time.Minute
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	origins := map[string]string{
		"root": "site.yaml:1", "server.scheme": "default", "server.port": "--port",
		"server.timeout": "SITE_SERVER_TIMEOUT",
	}
	if diff := cmp.Diff(origins, values.Origins); diff != "" {
		t.Error(diff)
	}
}

func TestOptionalGroup(t *testing.T) {
	full := &siteLog{File: "a.log", Level: "debug"}
	short := &siteLog{File: "b.log", Level: "info"}
	both := set("log", "off")
	both.Flags = append(both.Flags, set("log.file", "b.log").Flags...)
	for _, tt := range []struct {
		name, text string
		opts       keyfile.Options
		want       *siteLog
	}{
		{"off", "", keyfile.Options{}, nil},
		{"on by the file", "log: {file: a.log, level: debug}", keyfile.Options{}, full},
		{"off by a flag", "log: {file: a.log}", set("log", "off"), nil},
		{"off by a variable", "log: {file: a.log}", environment("SITE_LOG=off"), nil},
		{"on by one of its keys", "", set("log.file", "b.log"), short},
		{"off and on again", "log: {file: a.log, level: debug}", both, short},
	} {
		if got, _ := mustLoad(t, tt.text, tt.opts); !cmp.Equal(got.Log, tt.want) {
			t.Errorf("%s: got %+v, wanted %+v", tt.name, got.Log, tt.want)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, _, err := load("rot: www\nserver: {port: 99999, timeout: 5, scheme: htps}\nlog:\n  file: 3\n  level: Verbose\n",
		keyfile.Options{})
	want := []string{
		`site.yaml:1:1: unknown key "rot" (did you mean root?)`,
		"site.yaml:2:16: server.port: wanted a whole number from 1 to 65535, found 99999",
		"site.yaml:2:32: server.timeout: wanted a duration such as 30s, found 5 (write 5s)",
		`site.yaml:2:43: server.scheme: wanted http or https, found "htps" (did you mean https?)`,
		"site.yaml:4:9: log.file: wanted a file name, found 3 (put it in quotes)",
		`site.yaml:5:10: log.level: wanted one of error, info, debug, found "Verbose" (did you mean debug?)`,
	}
	if diff := cmp.Diff(want, lines(t, err)); diff != "" {
		t.Error(diff)
	}
}

// TestManyMistakes: none of very many is lost, in the order of the file; a file of another kind has one in each line. Their
// number may be large: each costs the same.
func TestManyMistakes(t *testing.T) {
	const n = 20_000
	_, _, err := load(strings.Repeat("server: {port: 0, rot: 1}\n", n), keyfile.Options{})
	got := lines(t, err)
	if len(got) != n+1 {
		t.Fatalf("found %d mistakes, wanted %d", len(got), n+1)
	}
	for i, line := range got[2:] {
		if want := fmt.Sprintf("site.yaml:%d:1: the key server is given twice, first at site.yaml:1:1", i+2); line != want {
			t.Fatalf("found %q, wanted %q", line, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		text string
		opts keyfile.Options
		want string
	}{
		{"5", keyfile.Options{}, "site.yaml:1:1: wanted keys such as root: public, found 5"},
		{"zzzzzz: 1", keyfile.Options{}, `site.yaml:1:1: unknown key "zzzzzz" (the keys here are root, server, limits, log)`},
		{"port: 80", keyfile.Options{}, `site.yaml:1:1: unknown key "port" (it belongs in server: {port: …})`},
		{"listen_port: 80", keyfile.Options{}, `site.yaml:1:1: unknown key "listen_port" (it belongs in server: {port: …})`},
		{"server: {listen: 80}", keyfile.Options{},
			`site.yaml:1:10: unknown key "listen" in server (did you mean port?)`},
		{"logging: on", keyfile.Options{}, `site.yaml:1:1: unknown key "logging" (write log: {file: access.log})`},
		{"log: true", keyfile.Options{}, "site.yaml:1:6: log: wanted keys such as file: access.log, found true (write log: {file: access.log})"},
		{"log: false", keyfile.Options{}, "site.yaml:1:6: log: wanted keys such as file: access.log, found false (leave log out to do without)"},
		{"log: {level: info}", keyfile.Options{}, "site.yaml:1:6: log: wanted file, a file name, found none (for example log: {file: access.log})"},
		{"root: a\nroot: b", keyfile.Options{}, "site.yaml:2:1: the key root is given twice, first at site.yaml:1:1"},
		{"root: !!str a", keyfile.Options{}, "site.yaml:1:7: tags (!name) are not supported"},
		{"root: a\n\tb: 1", keyfile.Options{}, "site.yaml:2: wanted spaces at the start of the line, found a tab"},
		{"", set("server.prot", "80"), `--set: unknown key "server.prot" (did you mean server.port?)`},
		{"", set("port", "80"), `--set: unknown key "port" (did you mean server.port?)`},
		{"", set("zzzzzzzz", "80"), `--set: unknown key "zzzzzzzz" (the keys are root, server, limits, log; those of a group have a dot (server.port))`},
		{"", set("server", "80"), "--set: server is a group of keys (set one of them: server.scheme, server.port, server.timeout, server.certificate)"},
		{"", set("server.port", "x"), `--set server.port: wanted a whole number from 1 to 65535, found "x"`},
		{"", set("log", "yes"), "--set log: wanted on or off, found yes (its keys are set one by one: log.KEY=VALUE)"},
		{"", set("logging", "1"), `--set: unknown key "logging" (write --set log.file=access.log)`},
		{"", environment("SITE_SERVER_TIMEOUT=soon"),
			`SITE_SERVER_TIMEOUT: wanted a duration such as 30s, found "soon"`},
		{"", environment("SITE_PORT=1", "SITE_SERVER_PORT=2"),
			"SITE_PORT: wanted one variable for server.port, found SITE_SERVER_PORT too (unset one of them)"},
		{"", environment("SITE_ROOTS=1"), "SITE_ROOTS: wanted the variable of a key, found none of that name (did you mean SITE_ROOT?)"},
		{"", environment("SITE_SERVER=1"), "SITE_SERVER: server is a group of keys (did you mean SITE_SERVER_SCHEME?)"},
		{"", environment("SITE_LISTEN=1"), "SITE_LISTEN: wanted the variable of a key, found none of that name (did you mean SITE_SERVER_PORT?)"},
	} {
		_, _, err := load(tt.text, tt.opts)
		if diff := cmp.Diff([]string{tt.want}, lines(t, err)); diff != "" {
			t.Errorf("%q: %s", tt.text, diff)
		}
	}
}

// A variable that is not close to a known one may belong to another program.
func TestNotes(t *testing.T) {
	_, values := mustLoad(t, "", environment("SITE_HOSPITAL=1", "SITE_HOME=/", "DNN_EPOCHS=3", "PATH=/bin"))
	if diff := cmp.Diff([]string{"site does not read the variable SITE_HOSPITAL"}, values.Notes); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadableFiles(t *testing.T) {
	folder := t.TempDir()
	missing := filepath.Join(folder, "missing.yaml")
	large := filepath.Join(folder, "large.yaml")
	if err := os.WriteFile(large, make([]byte, keyfile.MaxSize+2), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		missing: missing + ": no such file (`site new` writes one)",
		folder:  folder + ": wanted a site file, found a folder",
		large:   large + ": wanted a site file of at most 1048576 bytes, found more",
	} {
		_, err := keyfile.Load(siteTable(), keyfile.Options{Path: path}, &site{})
		if diff := cmp.Diff([]string{want}, lines(t, err)); diff != "" {
			t.Error(diff)
		}
		if path == missing && !errors.Is(err, fs.ErrNotExist) {
			t.Error("the cause is lost")
		}
	}
}

// The YAML and the JSON of the values are files with the same values.
func TestRoundTrip(t *testing.T) {
	want, values := mustLoad(t, "server: {timeout: 90s}\nlog: {file: \"1.5\", rotate_daily: true}",
		set("root", "my pages"))
	const shown = `root: "my pages"      # --set root
server:
  scheme: http        # default
  port: 8080          # default
  timeout: 1m30s      # site.yaml:1
log:
  file: "1.5"         # site.yaml:2
  level: info         # default
  rotate_daily: true  # site.yaml:2
`
	if diff := cmp.Diff(shown, values.YAML()); diff != "" {
		t.Error(diff)
	}
	if !want.Log.RotateDaily {
		t.Error("wanted the field of rotate_daily to be set")
	}
	for _, text := range []string{values.YAML(), values.Settings()} {
		if got, _ := mustLoad(t, text, keyfile.Options{}); !cmp.Equal(got, want) {
			t.Errorf("got %+v, wanted %+v from\n%s", got, want, text)
		}
	}
	stored, err := json.Marshal(values.Without("log", "server"))
	if err != nil || string(stored) != `{"root":"my pages"}` {
		t.Errorf("got %s, %v", stored, err)
	}
	if got, err := json.Marshal(values); err != nil ||
		!strings.Contains(string(got), `"log":{"file":"1.5","level":"info","rotate_daily":true}`) {
		t.Errorf("got %s, %v", got, err)
	}
}

// The caller finds out what does not go together; Values knows the place.
func TestFault(t *testing.T) {
	_, values := mustLoad(t, "log:\n  file: a.log", set("root", "www"))
	for key, want := range map[string]string{
		"root":        "--set root: wanted another, found 1",
		"server.port": "server.port: wanted another, found 1",
		"log.file":    "site.yaml:2:9: log.file: wanted another, found 1",
		"log.level":   "site.yaml:2:3: log.level: wanted another, found 1",
	} {
		if got := values.Fault(key, "wanted another, found %d", 1); got.Error() != want || got.Kind != fault.Config {
			t.Errorf("got %v, wanted %s", got, want)
		}
	}
	if !values.Given("log") || !values.Given("log.file") || values.Given("log.level") {
		t.Error("wanted log and log.file as given, and log.level not")
	}
}

func TestSetFlag(t *testing.T) {
	got, err := keyfile.SetFlag(" server.port = 80", "server.port=80")
	if want := (keyfile.Flag{Name: "--set", Key: "server.port", Value: " 80"}); err != nil || got != want {
		t.Errorf("got %+v, %v, wanted %+v", got, err, want)
	}
	_, err = keyfile.SetFlag("80", "server.port=80")
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Usage ||
		e.Hint != "for example --set server.port=80" {
		t.Errorf("got %v", err)
	}
}

func TestForeignFlag(t *testing.T) {
	for name, want := range map[string]string{"Listen": "port", "logging": "", "port": ""} {
		if got, ok := siteTable().ForeignFlag(name); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, wanted %q", name, got, want)
		}
	}
}

// A target without a field for a key of the table is a bug, which must not go unnoticed.
func TestTargetWithoutAKey(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a key without a field went unseen")
		}
	}()
	var s struct {
		Root string
	}
	_, _ = keyfile.Load(siteTable(), keyfile.Options{}, &s)
}
