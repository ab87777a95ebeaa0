package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"dnn/scripts/bench/paired"
	"dnn/scripts/bench/process"
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
	add("CPU", process.CPU(ctx))
	add("cores", cores(b.cpus))
	add("system", process.System(ctx))
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

// versions returns the versions of the Python packages that are installed in one of the peers' virtual environments.
func (b *bench) versions(ctx context.Context, venv string, packages ...string) string {
	const program = `import sys
from importlib.metadata import PackageNotFoundError, version
for name in sys.argv[1:]:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass`
	printed := process.Said(ctx, filepath.Join(b.venv, venv, "bin", "python"), append([]string{"-c", program}, packages...)...)
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
