package keyfile_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"dnn/internal/fault"
	"dnn/internal/keyfile"
)

// site is the target of these tests: the file of a made-up web server, which has nothing to do with experiments.
type site struct {
	Root   string
	Server struct {
		Scheme      string
		Port        int
		Timeout     time.Duration
		Certificate string
	}
	Log *siteLog
}

// siteLog is the group log. The field is nil if the server does not log.
type siteLog struct {
	File        string
	Level       string
	RotateDaily bool
}

// siteTable describes such a file.
func siteTable() keyfile.Table {
	levels := keyfile.Choice{Names: []string{"error", "info", "debug"},
		Foreign: map[string][]string{"debug": {"trace", "verbose"}}}
	return keyfile.Table{
		What: "a site file", Program: "site", Prefix: "SITE_", Missing: "`site new` writes one",
		OtherVariables: []string{"SITE_HOME"},
		Top:            "root", Dotted: "server.port",
		Foreign: map[keyfile.Foreign][]string{
			{Key: "server.port"}:                        {"listen", "listenport"},
			{Key: "log", Value: "{file: access.log}"}:   {"logging"},
			{Key: "root", Value: "the folder's name"}:   {"documentroot"},
			{Key: "server.certificate", Value: "a.pem"}: {"ssl"},
		},
		Keys: []keyfile.Key{
			{Name: "root", Default: "public", Example: "www", Kind: keyfile.Path{Folder: true},
				Doc: "Folder of the pages.", Advice: "public."},
			{Name: "server",
				Doc: "Where pages are served."},
			{Name: "server.scheme", Default: "http", Example: "https",
				Kind: keyfile.Choice{Names: []string{"http", "https"}},
				Doc:  "How browsers ask.", Advice: "https but for a trial."},
			{Name: "server.port", By: "server.scheme", Example: "80", Flag: "--port",
				Kind:     keyfile.Whole{Min: 1, Max: 65535},
				Variants: []keyfile.Variant{{Of: "http", Default: "8080"}, {Of: "https", Default: "8443"}},
				Doc:      "Port to listen at.", Advice: "80 or 443 with the right to."},
			{Name: "server.timeout", Default: "30s", Example: "1m", Kind: duration{},
				Doc: "Time for an answer.", Advice: "30s."},
			{Name: "server.certificate", By: "server.scheme", Example: "a.pem", Kind: keyfile.Path{},
				Variants: []keyfile.Variant{{Of: "https", Default: "site.pem"}},
				Doc:      "File of the certificate.", Advice: "what an authority has signed."},
			{Name: "limits", Optional: true, NoField: true,
				Doc: "How much is served."},
			{Name: "limits.connections", Default: "100", Example: "10", Kind: keyfile.Whole{Max: 10_000},
				Doc: "Connections at once.", Advice: "100."},
			{Name: "limits.rate", Default: "0.5", Example: "2.5", Kind: keyfile.Number{Max: 1000},
				Doc: "Requests a second of one visitor.", Advice: "0.5."},
			{Name: "log", Optional: true, Main: "file",
				Doc: "Writes down who asks for what."},
			{Name: "log.file", Required: true, Example: "access.log", Kind: keyfile.Path{},
				Doc: "File to write to.", Advice: "a file that is rotated."},
			{Name: "log.level", Default: "info", Example: "debug", Kind: levels,
				Doc: "How much of it.", Advice: "info."},
			{Name: "log.rotate_daily", Default: "false", Example: "true", Flag: "--rotate-log", Kind: keyfile.Boolean{},
				Doc: "Whether each day has a file.", Advice: "true on a server."},
		},
	}
}

// duration is a kind that the package does not have: 30s, 1m. Its values are time.Duration.
type duration struct{}

func (k duration) Want() string                { return "a duration such as 30s" }
func (k duration) Node(text string) *yaml.Node { return keyfile.PlainNode(text) }
func (k duration) Show(value any) string       { return fmt.Sprint(value) }

func (k duration) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind != yaml.ScalarNode {
		return nil, keyfile.Unwanted(k, n)
	}
	d, err := time.ParseDuration(n.Value)
	if err != nil || d <= 0 {
		p := keyfile.Unwanted(k, n)
		if keyfile.IsPlain(n) && keyfile.IsWhole(n.Value) {
			p.Hint = "write " + n.Value + "s"
		}
		return nil, p
	}
	return d, nil
}

// load loads text as the file site.yaml, with the other sources of opts.
func load(text string, opts keyfile.Options) (site, *keyfile.Values, error) {
	var s site
	opts.Path, opts.Read = "site.yaml", func(string) ([]byte, error) { return []byte(text), nil }
	values, err := keyfile.Load(siteTable(), opts, &s)
	return s, values, err
}

func mustLoad(t *testing.T, text string, opts keyfile.Options) (site, *keyfile.Values) {
	t.Helper()
	s, values, err := load(text, opts)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s, values
}

// set returns the flag --set key=value.
func set(key, value string) keyfile.Options {
	return keyfile.Options{Flags: []keyfile.Flag{{Name: "--set", Key: key, Value: value}}}
}

// environment holds variables, NAME=value.
func environment(variables ...string) keyfile.Options {
	return keyfile.Options{
		Env: func(name string) (string, bool) {
			for _, v := range variables {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value, true
				}
			}
			return "", false
		},
		Environ: func() []string { return variables },
	}
}

// lines returns each mistake as users see it, with its hint.
func lines(t *testing.T, err error) []string {
	t.Helper()
	var all []string
	if err == nil {
		return nil
	}
	for _, one := range fault.Each(err) {
		e, ok := errors.AsType[*fault.Error](one)
		if !ok || e.Kind != fault.Config {
			t.Fatalf("got %T %v, wanted a *fault.Error of kind Config", one, one)
		}
		line := e.Error()
		if e.Hint != "" {
			line += " (" + e.Hint + ")"
		}
		all = append(all, line)
	}
	return all
}

// A group that is NoField has no field in the target. Values.Group has its values.
func TestGroupWithoutField(t *testing.T) {
	for _, tt := range []struct {
		text string
		on   bool
		want map[string]any
	}{
		{"root: www", false, map[string]any{}},
		{"limits: {}", true, map[string]any{"connections": uint64(100), "rate": 0.5}},
		{"limits: {rate: 7}", true, map[string]any{"connections": uint64(100), "rate": 7.0}},
	} {
		v, err := keyfile.Load(siteTable(), keyfile.Options{Path: "site.yaml",
			Read: func(string) ([]byte, error) { return []byte(tt.text), nil }}, &site{})
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got, on := v.Group("limits"); on != tt.on || !maps.Equal(got, tt.want) {
			t.Errorf("%s: wanted %v, %v, found %v, %v", tt.text, tt.want, tt.on, got, on)
		}
	}
	v, err := keyfile.Load(siteTable(), keyfile.Options{Path: "site.yaml",
		Read: func(string) ([]byte, error) { return []byte("limits: {rate: 1001}"), nil }}, &site{})
	if err == nil {
		t.Errorf("wanted an error about a rate out of its bounds, found %v", v)
	}
}
