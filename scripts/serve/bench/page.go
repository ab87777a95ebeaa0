//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/scripts/bench/paired"
	"dnn/scripts/bench/process"
)

// page is the section that --write writes.
type page struct {
	machine [][]string
	results []*paired.Result
	targets []paired.Target
	options options
}

// describe returns what figures depend on.
func (b *bench) describe(ctx context.Context) [][]string {
	rows := [][]string{{"machine", ""}, {"CPU", process.CPU(ctx)}, {"cores", fmt.Sprint(len(b.cpus))},
		{"system", process.System(ctx)}}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		first, _, _ := strings.Cut(string(text), " ")
		rows = append(rows, []string{"load before", first + " (average of a minute; 0 on a quiet machine)"})
	}
	if !b.peers {
		return rows
	}
	for _, one := range []struct{ name, file string }{
		{"bare ASGI, FastAPI", "ort"}, {"MLServer", "mlserver"}, {"Triton, its backend for Python", "triton"},
	} {
		text, err := os.ReadFile(filepath.Join(b.root, "scripts/serve/peers/requirements-"+one.file+".txt"))
		if err != nil {
			continue
		}
		pinned := regexp.MustCompile(`(?m)^(fastapi|httptools|mlserver|numpy|nvidia-pytriton|onnxruntime|orjson|uvicorn|`+
			`uvloop)==(.*)$`).FindAllStringSubmatch(string(text), -1)
		var versions []string
		for _, p := range pinned {
			versions = append(versions, p[1]+" "+p[2])
		}
		rows = append(rows, []string{one.name, strings.Join(versions, ", ")})
	}
	return rows
}

// markdown returns the section.
func (p page) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\ndnn serve beside [ONNX Runtime behind other servers](../scripts/serve/peers), which run the same "+
		"network (784-100-50-10) with one thread. All of them get the same test images from the same load generator, in "+
		"turn, %d rounds; before that, all gave the same classes for all 10,000. A figure is the median of the rounds, "+
		"a ratio the median of the rounds' ratios.\n\n", paired.ServingSection, p.options.rounds)
	b.WriteString(paired.Markdown(p.machine))
	command := "go run ./scripts/serve/bench"
	if p.options.peers {
		command += " --peers"
	}
	fmt.Fprintf(&b, "\nTo measure this on another machine, from the root of the repository:\n\n    %s --rounds %d\n",
		command, p.options.rounds)
	verdicts := [][]string{{"figure", "measured", "target", ""}}
	for _, r := range p.results {
		for _, v := range r.Judge(p.targets) {
			verdicts = append(verdicts, v.Row())
		}
	}
	b.WriteString("\n" + paired.Markdown(verdicts))
	for _, r := range p.results {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n%s", r.Title, r.About, paired.Markdown(r.Table()))
		for _, line := range r.Failures() {
			fmt.Fprintf(&b, "\n%s\n", line)
		}
	}
	return b.Bytes()
}

// write replaces the section in the page, whose other sections are those of scripts/bench.
func (p page) write(path string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	others, _ := paired.CutServing(old)
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(append(others, '\n'), p.markdown()...))
		return err
	})
}
