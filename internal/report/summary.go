package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// bytesPerParam is the size of a parameter: every one is a float32.
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
	Trainable   int    // how many of them training changes
}

// SummaryJSON is the form of a summary that dnn summary --json prints. Its keys are stable.
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

// params returns the number of parameters and how many of them are trainable.
func (s Summary) params() (total, trainable int) {
	for _, l := range s.Layers {
		total += l.Params
		trainable += l.Trainable
	}
	return total, trainable
}

// JSON returns s in its JSON form.
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

// The width of the text of the three columns, and of the lines above and below the table, where Keras finds no terminal
// to fit.
const (
	nameColumn  = 31
	shapeColumn = 22
	countColumn = 13
	screenWidth = 80
)

// Write prints s as Keras 3's model.summary() does where it finds no terminal: the same bytes.
func (s Summary) Write(w io.Writer) error {
	var b strings.Builder
	for _, line := range wrapWords(`Model: "`+s.Name+`"`, screenWidth, false) {
		b.WriteString(line + "\n")
	}
	rule := func(left, line, cross, right string) {
		fmt.Fprintf(&b, "%s%s%s%s%s%s%s\n", left, strings.Repeat(line, nameColumn+2), cross,
			strings.Repeat(line, shapeColumn+2), cross, strings.Repeat(line, countColumn+2), right)
	}
	row := func(side, name, shape, count string) {
		fmt.Fprintf(&b, "%s %-*s %s %-*s %s %*s %s\n", side, nameColumn, name, side, shapeColumn, shape, side, countColumn, count, side)
	}
	rule("┏", "━", "┳", "┓")
	row("┃", "Layer (type)", "Output Shape", "Param #")
	rule("┡", "━", "╇", "┩")
	for i, l := range s.Layers {
		if i > 0 {
			rule("├", "─", "┼", "┤")
		}
		names := wrapWords(fmt.Sprintf("%s (%s)", l.Name, l.Type), nameColumn, true)
		shapes := wrapWords(l.shape(), shapeColumn, true)
		counts := wrapWords(groupDigits(l.Params), countColumn, true)
		for n := range max(len(names), len(shapes), len(counts)) {
			row("│", at(names, n), at(shapes, n), at(counts, n))
		}
	}
	rule("└", "─", "┴", "┘")
	total, trainable := s.params()
	for _, sum := range []struct {
		name   string
		params int
	}{{"Total params", total}, {"Trainable params", trainable}, {"Non-trainable params", total - trainable}} {
		fmt.Fprintf(&b, " %s: %s (%s)\n", sum.name, groupDigits(sum.params), formatBytes(sum.params*bytesPerParam))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shape returns the output shape as a Python tuple whose batch is None.
func (l SummaryLayer) shape() string {
	var b strings.Builder
	b.WriteString("(None")
	for _, n := range l.OutputShape {
		b.WriteString(", " + strconv.Itoa(n))
	}
	b.WriteString(")")
	return b.String()
}

// groupDigits returns n with a comma between each three digits: 78,500.
func groupDigits(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// formatBytes returns a size as Keras shows it, with two decimals in units of 1024: 328.36 KB.
func formatBytes(bytes int) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	size, unit := float64(bytes), 0
	for size >= 1024 && unit < len(units)-1 {
		size /= 1024
		unit++
	}
	return fmt.Sprintf("%.2f %s", size, units[unit])
}

// at returns lines[i], or "" past the end.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}
