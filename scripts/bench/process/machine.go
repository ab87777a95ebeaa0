package process

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// CPU returns the name of the processor.
func CPU(ctx context.Context) string {
	if runtime.GOOS == "darwin" {
		return Said(ctx, "sysctl", "-n", "machdep.cpu.brand_string")
	}
	const info = "/proc/cpuinfo"
	name := field(info, "model name", ":")
	if name == "" {
		return runtime.GOARCH
	}
	// In a virtual machine, different CPUs may have the same name; family and model distinguish them.
	if family, model := field(info, "cpu family", ":"), field(info, "model", ":"); family != "" && model != "" {
		name += " (family " + family + ", model " + model + ")"
	}
	return name
}

// System returns the name of the operating system and its kernel.
func System(ctx context.Context) string {
	kernel := Said(ctx, "uname", "-srm")
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

// Said returns what a program prints, or "" if it fails.
func Said(ctx context.Context, program string, args ...string) string {
	printed, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(printed))
}
