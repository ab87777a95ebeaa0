package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/scripts/bench/paired"
)

// page is what --write writes.
type page struct {
	machine machine
	results []*paired.Result
	options options
}

// The files of a page.
const (
	pageFile  = "benchmarks.md"
	chartFile = "benchmarks.png"
)

// probe reports whether write could write to the folder.
func (p page) probe(folder string) error {
	return errors.Join(atomicfile.Probe(filepath.Join(folder, pageFile)),
		atomicfile.Probe(filepath.Join(folder, chartFile)))
}

// write writes the page and, if there is something to draw, the chart, to the folder.
func (p page) write(folder string) error {
	picture, err := drawChart(p.results)
	if err != nil {
		return err
	}
	if picture != nil {
		if err := replace(filepath.Join(folder, chartFile), picture); err != nil {
			return err
		}
	}
	return replace(filepath.Join(folder, pageFile), p.markdown(picture != nil))
}

func replace(path string, content []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// markdown returns the page, with or without the chart.
func (p page) markdown(chart bool) []byte {
	var b bytes.Buffer
	b.WriteString("# Benchmarks\n\n<!-- Written by scripts/bench; edit that instead. -->\n\n")
	fmt.Fprintf(&b,
		"dnn beside the programs that a person might use instead. All programs of a table ran in turn on the same "+
			"machine, A B C A\nB C …, %d rounds. A figure is the median of the rounds, with the least and the most; "+
			"a ratio is the median of the rounds'\nratios, each between two runs of one round. Other machines give "+
			"other figures.\n\n", p.options.rounds)
	if chart {
		fmt.Fprintf(&b, "![Time of an epoch, time and memory of the whole process](%s)\n\n", chartFile)
	}
	b.WriteString(paired.Markdown(append([][]string{{"machine", ""}}, p.machine...)))
	fmt.Fprintf(&b,
		"\nTo measure this on another machine, from the root of the repository (`--help` tells more):\n\n    %s\n",
		p.command())

	verdicts := [][]string{{"figure", "measured", "target", ""}}
	for _, r := range p.results {
		for _, v := range r.Judge(targets()) {
			verdicts = append(verdicts, v.Row())
		}
	}
	if len(verdicts) > 1 {
		b.WriteString("\n## Targets\n\nTimes and memory are better when smaller, GFLOP/s when larger; \"a / b\" is " +
			"the ratio of a's figure to b's.\n\n")
		b.WriteString(paired.Markdown(verdicts))
	}
	for _, r := range p.results {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s", r.Title, r.About, paired.Markdown(r.Table()))
		for _, line := range r.Failures() {
			fmt.Fprintf(&b, "\n%s\n", line)
		}
	}
	return b.Bytes()
}

// command returns the command that measures the same. It has placeholders for the folders of this machine.
func (p page) command() string {
	words := []string{"go run ./scripts/bench"}
	if p.options.peers != "" {
		words = append(words, "--peers DIR")
	}
	if p.options.originals != "" {
		words = append(words, "--originals DIR")
	}
	if len(p.options.only) > 0 {
		words = append(words, "--only "+strings.Join(p.options.only, ","))
	}
	if p.options.quick {
		words = append(words, "--quick")
	}
	return strings.Join(append(words, fmt.Sprintf("--rounds %d", p.options.rounds)), " ")
}
