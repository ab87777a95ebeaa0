package main

import (
	"bufio"
	"context"
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"dnn/scripts/bench/paired"
)

// machine describes what figures depend on, besides the programs: rows of a name and a value.
type machine [][]string

// describe returns what can be found out; the rest is left out.
func (b *bench) describe(ctx context.Context) machine {
	var m machine
	add := func(name, value string) {
		if value != "" {
			m = append(m, []string{name, value})
		}
	}
	add("CPU", cpuName(ctx))
	add("cores", cores(b.cpus))
	add("system", system(ctx))
	add("Go", runtime.Version())
	add("dnn", fmt.Sprintf("%s kernels, of %s", b.sets[0], strings.Join(b.sets, ", ")))
	if b.peers == "" {
		return m
	}
	add("JAX, Keras, scikit-learn",
		b.versions(ctx, pythonNumPy, "jax", "keras", "tensorflow-cpu", "tensorflow", "scikit-learn", "numpy"))
	add("PyTorch", b.versions(ctx, pythonTorch, "torch", "numpy"))
	add("gonum", moduleVersion(filepath.Join(b.venv, "bin", "gonum"), "gonum.org/v1/gonum"))
	if line, err := b.runOpenBLAS(ctx, 1, "64"); err == nil {
		add("OpenBLAS", fmt.Sprintf("%s, its kernels for %s", line.Version, line.Kernels))
	}
	return m
}

// Show prints the machine as a table.
func (m machine) Show(w io.Writer) error { return paired.ShowTable(w, m) }

// cores says how many cores there are, and how many are used.
func cores(cpus []int) string {
	// runtime.NumCPU is that of the machine: it was counted before this thread was restricted to cpus.
	if len(cpus) == 0 || len(cpus) == runtime.NumCPU() {
		return fmt.Sprint(runtime.NumCPU())
	}
	return fmt.Sprintf("%d of %d", len(cpus), runtime.NumCPU())
}

func cpuName(ctx context.Context) string {
	if runtime.GOOS == "darwin" {
		return said(ctx, "sysctl", "-n", "machdep.cpu.brand_string")
	}
	const info = "/proc/cpuinfo"
	name := field(info, "model name", ":")
	if name == "" {
		return runtime.GOARCH
	}
	// In a virtual machine, different CPUs may have the same name; family and model distinguish them.
	if family, model := field(info, "cpu family", ":"), field(info, "model", ":"); family != "" && model != "" {
		name += fmt.Sprintf(" (family %s, model %s)", family, model)
	}
	return name
}

func system(ctx context.Context) string {
	kernel := said(ctx, "uname", "-srm")
	if kernel == "" {
		kernel = runtime.GOOS + " " + runtime.GOARCH
	}
	if name := field("/etc/os-release", "PRETTY_NAME", "="); name != "" {
		return strings.Trim(name, `"`) + ", " + kernel
	}
	return kernel
}

// field returns the value of the first line of a file that is a name, the separator and a value; "" if there is none.
func field(path, name, separator string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // it was only read
	for lines := bufio.NewScanner(file); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), separator)
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// said returns what a program prints, or "" if it fails.
func said(ctx context.Context, program string, args ...string) string {
	printed, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(printed))
}

// versions returns the versions of the Python packages that are installed in one of the peers' virtual environments.
func (b *bench) versions(ctx context.Context, venv string, packages ...string) string {
	const program = `import sys
from importlib.metadata import PackageNotFoundError, version
for name in sys.argv[1:]:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass`
	printed := said(ctx, filepath.Join(b.venv, venv, "bin", "python"), append([]string{"-c", program}, packages...)...)
	return strings.ReplaceAll(printed, "\n", ", ")
}

// moduleVersion returns the version of a module that a Go program was built with.
func moduleVersion(program, module string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return ""
}
