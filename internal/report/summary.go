package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// bytesPerParam is the size of a parameter, a float32.
const bytesPerParam = 4

// Summary is what the summary of a network shows.
type Summary struct {
	Name   string // of the network: "sequential"
	Layers []SummaryLayer
}

// SummaryLayer is one row of a summary.
type SummaryLayer struct {
	Name        string // dense_1
	Type        string // Keras's class: Dense, Dropout, BatchNormalization
	OutputShape []int  // of one sample: [100] is shown as (None, 100)
	Params      int    // all parameters of the layer
	Trainable   int    // those of them that training changes
}

// SummaryJSON is what dnn summary --json prints. Its keys are stable.
type SummaryJSON struct {
	Name               string             `json:"name"`
	Layers             []SummaryLayerJSON `json:"layers"`
	TotalParams        int                `json:"total_params"`
	TrainableParams    int                `json:"trainable_params"`
	NonTrainableParams int                `json:"non_trainable_params"`
	Bytes              int                `json:"bytes"` // of all parameters
}

// SummaryLayerJSON is one layer of a SummaryJSON.
type SummaryLayerJSON struct {
	Name            string `json:"name"`
	Type            string `json:"type"`
	OutputShape     []*int `json:"output_shape"` // the batch comes first and is null: [null,100]
	Params          int    `json:"params"`
	TrainableParams int    `json:"trainable_params"`
}

// params returns the number of parameters, and how many of them are trainable.
func (s Summary) params() (total, trainable int) {
	for _, l := range s.Layers {
		total += l.Params
		trainable += l.Trainable
	}
	return total, trainable
}

// JSON returns s in the form that is printed as JSON.
func (s Summary) JSON() SummaryJSON {
	total, trainable := s.params()
	out := SummaryJSON{
		Name:               s.Name,
		Layers:             make([]SummaryLayerJSON, 0, len(s.Layers)),
		TotalParams:        total,
		TrainableParams:    trainable,
		NonTrainableParams: total - trainable,
		Bytes:              total * bytesPerParam,
	}
	for _, l := range s.Layers {
		shape := []*int{nil}
		for _, n := range l.OutputShape {
			shape = append(shape, &n)
		}
		out.Layers = append(out.Layers, SummaryLayerJSON{l.Name, l.Type, shape, l.Params, l.Trainable})
	}
	return out
}

// Write prints s as Keras 3's model.summary() does. For a w that is not a terminal, the bytes are the same as Keras's;
// on a terminal, the table is as wide as the screen allows.
func (s Summary) Write(w io.Writer) error {
	_, err := io.WriteString(w, s.text(terminalWidth(w), IsTerminal(w)))
	return err
}

// text returns the summary for a screen with so many columns.
func (s Summary) text(columns int, terminal bool) string {
	var b strings.Builder
	for _, line := range wrapWords(`Model: "`+s.Name+`"`, columns, false) {
		b.WriteString(line + "\n")
	}
	s.table(&b, s.widths(columns, terminal))
	total, trainable := s.params()
	for _, sum := range []struct {
		name   string
		params int
	}{{"Total params", total}, {"Trainable params", trainable}, {"Non-trainable params", total - trainable}} {
		text := fmt.Sprintf(" %s: %s (%s)", sum.name, GroupDigits(sum.params), FormatBytes(sum.params*bytesPerParam))
		for _, line := range wrapWords(text, columns, false) {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// table prints the rows. c has the widths of their texts.
func (s Summary) table(b *strings.Builder, c tableWidths) {
	rule := func(left, line, cross, right string) {
		fmt.Fprintf(b, "%s%s%s%s%s%s%s\n", left, strings.Repeat(line, c.name+2), cross,
			strings.Repeat(line, c.shape+2), cross, strings.Repeat(line, c.count+2), right)
	}
	row := func(side, name, shape, count string) {
		fmt.Fprintf(b, "%s %-*s %s %-*s %s %*s %s\n",
			side, c.name, name, side, c.shape, shape, side, c.count, count, side)
	}
	rule("┏", "━", "┳", "┓")
	names, shapes, counts := c.wrap("Layer (type)", "Output Shape", "Param #")
	height := max(len(names), len(shapes), len(counts))
	for n := range height { // a heading stands at the bottom of its cell, as in Keras
		row("┃", at(names, n-height+len(names)), at(shapes, n-height+len(shapes)), at(counts, n-height+len(counts)))
	}
	rule("┡", "━", "╇", "┩")
	for i, l := range s.Layers {
		if i > 0 {
			rule("├", "─", "┼", "┤")
		}
		names, shapes, counts := c.wrap(fmt.Sprintf("%s (%s)", l.Name, l.Type), l.Shape(), GroupDigits(l.Params))
		for n := range max(len(names), len(shapes), len(counts)) {
			row("│", at(names, n), at(shapes, n), at(counts, n))
		}
	}
	rule("└", "─", "┴", "┘")
}

// Shape returns the output shape as a Python tuple, with None for the batch. The template of package page calls it.
func (l SummaryLayer) Shape() string {
	var b strings.Builder
	b.WriteString("(None")
	for _, n := range l.OutputShape {
		b.WriteString(", " + strconv.Itoa(n))
	}
	b.WriteString(")")
	return b.String()
}

// GroupDigits returns n with commas between groups of three digits: 78,500.
func GroupDigits(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// FormatBytes returns a size as Keras shows it, with two decimals in units of 1024: 328.36 KB.
func FormatBytes(bytes int) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	size, unit := float64(bytes), 0
	for size >= 1024 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	return fmt.Sprintf("%.2f %s", size, units[unit])
}

// at returns lines[i], or "" if there is no such line.
func at(lines []string, i int) string {
	if i >= 0 && i < len(lines) {
		return lines[i]
	}
	return ""
}
