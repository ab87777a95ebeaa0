package emit

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

var update = flag.Bool("update", false, "write the golden files")

func options() Options {
	return Options{
		Sweep:  &space.Sweep{Path: "rates.yaml", Base: "mlp.yaml", Method: space.Grid, Seeds: 4, Settings: 500},
		Folder: "rates.sweep", Flags: []string{"--no-models"},
		PointSeconds: 1.25, Task: 5 * time.Minute, AtOnce: 4, Threads: 2, Memory: 300e6,
		Image: "registry.example/dnn:0.1.0", Claim: "sweeps",
		SweepText: []byte("base: mlp.yaml\nmethod: grid\nseeds: 4\n"), BaseText: []byte("epochs: 5\n\n"),
	}
}

func write(t *testing.T, target Target, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, target, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden compares what each scheduler gets with files that were submitted to real ones (scripts/engines).
func TestGolden(t *testing.T) {
	rungs := options()
	rungs.Sweep.Early = &space.Halving{Rungs: []int{1, 3}, Eta: 3}
	for name, text := range map[string]string{
		"rates.sbatch":          write(t, Slurm, options()),
		"rates-rungs.sbatch":    write(t, Slurm, rungs),
		"rates.kubernetes.yaml": write(t, Kubernetes, options()),
		"rungs.kubernetes.yaml": write(t, Kubernetes, rungs),
		"rates.sh":              write(t, Parallel, options()),
		"rates.mk":              write(t, Make, options()),
	} {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		wanted, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(wanted) {
			t.Errorf("%s: found\n%s", golden, text)
		}
	}
}

// TestTasks checks that tasks last about as long as they should, and that there are never more than points.
func TestTasks(t *testing.T) {
	for _, c := range []struct {
		points, threads int
		seconds         float64
		wanted          int
	}{
		{64, 1, 0.5, 1}, {64, 1, 300, 64}, {64, 1, 3000, 64}, {2000, 2, 1.25, 5}, {1, 1, 1e-9, 1}, {100_000, 1, 1000, 1001},
	} {
		o := Options{PointSeconds: c.seconds, Task: 5 * time.Minute, Threads: c.threads}
		if found := tasks(c.points, o); found != c.wanted {
			t.Errorf("tasks(%d points of %v s on %d threads) = %d, wanted %d", c.points, c.seconds, c.threads, found, c.wanted)
		}
	}
}

func TestIdentifier(t *testing.T) {
	for _, c := range [][3]string{
		{"", "sweeps/Learning Rates.yaml", "learning-rates"}, {"My sweep (2)", "x.yaml", "my-sweep--2"},
		{"", "2026.yaml", "sweep-2026"}, {"Café Größe 2", "x.yaml", "cafe-gro-e-2-99e791"}, {"数字", "x.yaml", "sweep-c16ec9"},
		{"", "文字.yaml", "sweep-14b69b"}, {"--", "x.yaml", "sweep"}, {"x²", "x.yaml", "x2"},
		{strings.Repeat("long-", 20), "x.yaml", strings.Repeat("long-", 6) + "lon-cd9dde"}, {strings.Repeat("a", 40), "", strings.Repeat("a", 40)},
	} {
		if found := identifier(&space.Sweep{Name: c[0], Path: c[1]}); found != c[2] {
			t.Errorf("identifier of %q in %q is %q, wanted %q", c[0], c[1], found, c[2])
		}
	}
}

// TestShell checks that names which a shell would take apart reach dnn as they are.
func TestShell(t *testing.T) {
	for _, c := range [][2]string{
		{"a.yaml", "a.yaml"}, {"my sweep.yaml", "'my sweep.yaml'"}, {"it's", `'it'\''s'`}, {"$(rm -rf x)", "'$(rm -rf x)'"}, {"", "''"},
	} {
		if found := shell(c[0]); found != c[1] {
			t.Errorf("shell(%q) = %s, wanted %s", c[0], found, c[1])
		}
	}
}

func TestLiteral(t *testing.T) {
	for _, c := range [][2]string{
		{"a: 1\n", "2\n    a: 1"}, {"a", "2-\n    a"}, {"  a\n\nb\n\n", "2+\n      a\n\n    b\n"}, {"a\r\nb\r\n", "2\n    a\n    b"},
	} {
		if found := literal(c[0]); found != c[1] {
			t.Errorf("literal(%q) = %q, wanted %q", c[0], found, c[1])
		}
	}
}

// TestLocal runs what is for parallel, xargs and make with a command in place of dnn that prints its arguments: each of
// them must be one word, whatever the names of the files are, also where parallel puts its own arguments for {} and {/.}.
func TestLocal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	wanted := func(i int, folder string) string {
		return fmt.Sprintf("[sweep][run][it's $x {} {#}{/.}{{1}} {= 1 =} \"a\" sweep.yaml][-o][%s][--threads][1][--quiet][--shard][%d/3]", folder, i)
	}
	for _, c := range []struct {
		target Target
		folder string
		tool   string
		hide   string // a command that the script must not find
	}{
		{Parallel, "it's $HOME", "parallel", ""}, {Parallel, "it's $HOME", "xargs", "parallel"}, {Make, "out", "make", ""},
	} {
		t.Run(c.tool, func(t *testing.T) {
			if _, err := exec.LookPath(c.tool); err != nil {
				t.Skip("there is no " + c.tool)
			}
			o := options()
			o.Sweep.Path, o.Sweep.Settings, o.Sweep.Seeds = `it's $x {} {#}{/.}{{1}} {= 1 =} "a" sweep.yaml`, 3, 1
			o.Flags, o.Threads = nil, 1
			o.Folder, o.AtOnce = c.folder, 1
			text := write(t, c.target, o)
			if c.hide != "" {
				text = strings.ReplaceAll(text, "command -v "+c.hide, "false")
			}
			at := t.TempDir()
			const fake = "#!/bin/sh\nfor word; do printf '[%s]' \"$word\"; done\necho\n"
			if err := os.WriteFile(filepath.Join(at, "dnn"), []byte(fake), 0o755); err != nil {
				t.Fatal(err)
			}
			script := filepath.Join(at, "script")
			if err := os.WriteFile(script, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			run := exec.Command("sh", script)
			if c.target == Make {
				run = exec.Command("make", "-f", script)
			}
			run.Dir, run.Env = at, append(os.Environ(), "PATH="+at+":"+os.Getenv("PATH"), "x=1")
			found, err := run.Output()
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(found)), "\n")
			slices.Sort(lines)
			if want := []string{wanted(0, c.folder), wanted(1, c.folder), wanted(2, c.folder)}; !slices.Equal(lines, want) {
				t.Errorf("found %q, wanted %q", lines, want)
			}
		})
	}
}

// TestBaseOfDnn checks that a base which comes with dnn is no file of the ConfigMap: an empty one would take its place.
func TestBaseOfDnn(t *testing.T) {
	o := options()
	o.Sweep.Base, o.BaseText = "mlp-best", nil
	if text := write(t, Kubernetes, o); strings.Contains(text, "base.yaml") {
		t.Errorf("found a file for the base:\n%s", text)
	}
}

// TestDollar: Kubernetes puts variables for $(NAME) in a command, and reads $$ as $.
func TestDollar(t *testing.T) {
	o := options()
	o.Sweep.Path, o.Folder = "a$(HOME).yaml", "$$out"
	text := write(t, Kubernetes, o)
	for _, want := range []string{`"a$$(HOME).yaml"`, `"/volume/$$$$out"`, `"$(JOB_COMPLETION_INDEX)/5"`} {
		if !strings.Contains(text, "\n            - "+want+"\n") {
			t.Errorf("wanted the word %s, found\n%s", want, text)
		}
	}
}

// The longest name that a claim can have is taken.
func TestLongClaim(t *testing.T) {
	o := options()
	o.Claim = strings.Repeat("a", 253)
	var b bytes.Buffer
	if err := Write(&b, Kubernetes, o); err != nil || !strings.Contains(b.String(), o.Claim) {
		t.Errorf("wanted the claim in the manifest, found %d bytes and the error %v", b.Len(), err)
	}
}

func TestRefused(t *testing.T) {
	file, other := filepath.Join(t.TempDir(), "file"), filepath.Join(t.TempDir(), "other.sweep")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Create(other, folder.Identity{Hash: "0123456789abcdef", Seeds: 1}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(*Options)
		target Target
		wanted string
	}{
		{func(o *Options) { o.Sweep.Method = space.Bayes }, Slurm, "do not depend on each other, found method: bayes"},
		{func(o *Options) { o.Sweep.Early = &space.Halving{Rungs: []int{1}, Eta: 3} }, Make, "without early_terminate, found 1 rung"},
		{func(o *Options) { o.Sweep.Base = "../mlp.yaml" }, Kubernetes, "wanted a file in the folder of rates.yaml or below"},
		{func(o *Options) { o.Folder = "a\nb" }, Slurm, "without control characters"},
		{func(o *Options) { o.BaseText = make([]byte, 2<<20) }, Kubernetes, "a ConfigMap holds no more"},
		{func(o *Options) { o.BaseText = []byte("\xff") }, Kubernetes, "wanted text in UTF-8"},
		{func(o *Options) { o.Folder = "my sweep" }, Make, "wanted a folder whose name make takes, without spaces"},
		{func(o *Options) { o.Folder = "/home/me" }, Kubernetes, "wanted a folder in /volume"},
		{func(o *Options) { o.Folder = "../me" }, Kubernetes, "wanted a folder in /volume"},
		{func(o *Options) { o.Folder = file }, Slurm, "wanted a folder for the points, found a file"},
		{func(o *Options) { o.Folder = file }, Make, "wanted a folder for the points, found a file"},
		{func(o *Options) { o.Folder = other }, Parallel, "wanted the folder of this sweep, found that of another (0123456789ab)"},
		{func(o *Options) { o.Image = "" }, Kubernetes, "wanted the name of a container image"},
		{func(o *Options) { o.Claim = "my claim" }, Kubernetes, "wanted the name of a volume claim"},
		{func(o *Options) { o.Claim = strings.Repeat("a", 254) }, Kubernetes, "wanted the name of a volume claim"},
	} {
		o := options()
		c.change(&o)
		var b bytes.Buffer
		err := Write(&b, c.target, o)
		f, ok := err.(*fault.Error) //nolint:errorlint // it is what users see
		if !ok || !strings.Contains(f.What, c.wanted) || b.Len() > 0 {
			t.Errorf("wanted an error with %q and nothing written, found %v and %d bytes", c.wanted, err, b.Len())
		}
	}
}
