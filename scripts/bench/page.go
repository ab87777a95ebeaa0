package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dnn/internal/atomicfile"
	"dnn/scripts/bench/marks"
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
	marksFile = "benchmarks-accuracy.png" // the chart of the times to an accuracy
)

// probe reports whether write could write to the folder.
func (p page) probe(folder string) error {
	var all []error
	for _, file := range []string{pageFile, chartFile, marksFile} {
		all = append(all, atomicfile.Probe(filepath.Join(folder, file)))
	}
	return errors.Join(all...)
}

// write writes the page and the charts to the folder. A chart that has nothing to show is not written.
func (p page) write(folder string) error {
	drawn := map[string]bool{}
	for _, chart := range []struct {
		file    string
		results []*paired.Result
		panels  []panel
	}{{chartFile, p.results, panels()}, {marksFile, marks.Best(p.results), marksPanels(p.results)}} {
		picture, err := drawChart(chart.results, chart.panels)
		if err != nil {
			return err
		}
		if picture == nil {
			continue
		}
		if err := replace(filepath.Join(folder, chart.file), picture); err != nil {
			return err
		}
		drawn[chart.file] = true
	}
	file := filepath.Join(folder, pageFile)
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	content := p.markdown(drawn)
	if _, serving := paired.CutServing(old); serving != nil {
		content = append(append(content, '\n'), serving...)
	}
	return replace(file, content)
}

func replace(path string, content []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// markdown returns the page. drawn says which charts there are.
func (p page) markdown(drawn map[string]bool) []byte {
	var b bytes.Buffer
	b.WriteString("# Benchmarks\n\n<!-- Written by scripts/bench; edit that instead. -->\n\n")
	fmt.Fprintf(&b,
		"dnn beside the programs that a person might use instead. All programs of a table ran in turn on the same "+
			"machine, A B C A\nB C …, %d rounds. A figure is the median of the rounds, with the least and the most; "+
			"a ratio is the median of the rounds'\nratios, each between two runs of one round. Other machines give "+
			"other figures.\n\n", p.options.rounds)
	if drawn[chartFile] {
		fmt.Fprintf(&b, "![Time of an epoch, time and memory of the whole process](%s)\n\n", chartFile)
	}
	b.WriteString(paired.Markdown(append([][]string{{"machine", ""}}, p.machine...)))
	fmt.Fprintf(&b,
		"\nTo measure this on another machine, from the root of the repository (`--help` tells more):\n\n    %s\n",
		p.command())

	verdicts := [][]string{{"figure", "measured", "target", ""}}
	for _, r := range p.results {
		for _, v := range r.Judge(append(targets(), marks.Targets(r)...)) {
			verdicts = append(verdicts, v.Row())
		}
	}
	if len(verdicts) > 1 {
		b.WriteString("\n## Targets\n\nTimes and memory are better when smaller, GFLOP/s when larger; \"a / b\" is " +
			"the ratio of a's figure to b's.\n\n")
		b.WriteString(paired.Markdown(verdicts))
	}
	p.writeMarks(&b, drawn[marksFile])
	for _, r := range p.results {
		if !marks.Is(r) {
			writeResult(&b, "##", r, r.Table())
		}
	}
	return b.Bytes()
}

// writeMarks writes the section about the times to an accuracy, if they were measured.
func (p page) writeMarks(b *bytes.Buffer, chart bool) {
	results := marks.Of(p.results)
	if len(results) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## Time to an accuracy\n\n%s\n", marks.About(p.options.effort().seeds))
	if chart {
		fmt.Fprintf(b, "\n![Time of the whole process until an accuracy is reached](%s)\n", marksFile)
	}
	fmt.Fprintf(b, "\n%s", paired.Markdown(marks.Summary(results)))
	for _, r := range results {
		writeResult(b, "###", r, marks.Table(r))
	}
}

// writeResult writes a section about one result, with this table.
func writeResult(b *bytes.Buffer, level string, r *paired.Result, table [][]string) {
	fmt.Fprintf(b, "\n%s %s\n\n%s\n\n%s", level, r.Title, r.About, paired.Markdown(table))
	for _, line := range r.Failures() {
		fmt.Fprintf(b, "\n%s\n", line)
	}
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
