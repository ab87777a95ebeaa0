package compare

import (
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/report"
)

// Verdict returns in one sentence what the second model is beside the first.
func (c Comparison) Verdict() string {
	a, b, samples := c.First.Name, c.Second.Name, count(c.First.Result.Count, c.unit)
	p := short(c.McNemar.P)
	if c.perhapsWorse() {
		p += ", one-sided " + short(c.McNemar.Worse)
	}
	counts := fmt.Sprintf("%s against %s of %s right, %d in %s alone, %d in %s alone (McNemar's exact test: p = %s)",
		percent(c.Second), percent(c.First), samples, c.McNemar.OnlySecond, b, c.McNemar.OnlyFirst, a, p)
	switch {
	case c.Outcome == Same && c.identical():
		return fmt.Sprintf("%s is the same function as %s: all %s are equal", b, a, count(c.Weight.Count, "weight"))
	case c.Outcome == Same:
		return fmt.Sprintf("%s is the same function as %s: on %s each class is the same, and no %s differs by more than %s",
			b, a, samples, c.output(), short(c.Output.Largest))
	case c.Changed == 0:
		return fmt.Sprintf("%s gives each of %s the same class as %s, but a %s differs by %s", b, samples, a, c.output(),
			short(c.Output.Largest))
	case c.perhapsWorse():
		return fmt.Sprintf("%s is not better than %s, and perhaps worse: %s", b, a, counts)
	case c.Outcome == Noise:
		return fmt.Sprintf("%s and %s are equally good, as far as these %s tell: %s", b, a, plural(c.unit), counts)
	}
	return fmt.Sprintf("%s is %s than %s: %s", b, c.Outcome, a, counts)
}

// perhapsWorse reports whether the second model is worse for who asks only that (wrong), and noise for who asks whether it
// is better or worse.
func (c Comparison) perhapsWorse() bool { return c.Outcome == Noise && c.McNemar.Worse < Level }

// Details returns what differs, a line for each aspect.
func (c Comparison) Details() []string {
	structure := "structure: the same, " + c.Structure[0]
	if c.Structure[0] != c.Structure[1] {
		structure = "structure: " + c.Structure[0] + " and " + c.Structure[1]
	}
	weights := "weights: of other shapes"
	switch w := c.Weight; {
	case w != nil && w.Different == 0:
		weights = fmt.Sprintf("weights: all %s are equal", report.GroupDigits(w.Count))
	case w != nil:
		weights = fmt.Sprintf("weights: %s of %s differ, most %s%s: %v and %v",
			report.GroupDigits(w.Different), report.GroupDigits(w.Count), w.Tensor, strings.ReplaceAll(fmt.Sprint(w.At), " ", ", "), w.Values[0], w.Values[1])
	}
	o := c.Output
	outputs := fmt.Sprintf("%s: differ by up to %s, that of %s %d for %s: %s and %s", plural(c.output()), short(o.Largest), c.unit,
		o.Sample, c.class(o.Class), short(o.Values[0]), short(o.Values[1]))
	if o.Largest == 0 {
		outputs = plural(c.output()) + ": all are equal"
	}
	classes := "classes: the same for all"
	if c.Changed > 0 {
		var some []string
		for _, i := range c.Changes[:min(5, len(c.Changes))] {
			some = append(some, fmt.Sprintf("%d (%s → %s)", i, c.class(int(c.First.Predicted[i])),
				c.class(int(c.Second.Predicted[i]))))
		}
		classes = fmt.Sprintf("classes: of %s another: %s", count(c.Changed, c.unit), strings.Join(some, ", "))
		if c.Changed > len(some) {
			classes += ", …"
		}
	}
	return []string{structure, weights, outputs, classes}
}

// wrong returns an error of kind fault.BelowMinimum if the models are not what was wanted: the same function, or a
// second one that is no worse than the first at the level of 5 %.
func (c Comparison) wrong(same, notWorse bool) error {
	switch {
	case same && !c.Same:
		return fault.New(fault.BelowMinimum, c.Second.Name,
			"wanted the same function as %s, found %s of another class, and a %s that differs by %s",
			c.First.Name, count(c.Changed, c.unit), c.output(), short(c.Output.Largest))
	case notWorse && c.McNemar.Worse < Level:
		return fault.New(fault.BelowMinimum, c.Second.Name,
			"wanted a model that is not worse than %s, found %s against %s (p = %s, one-sided)",
			c.First.Name, percent(c.Second), percent(c.First), short(c.McNemar.Worse))
	}
	return nil
}

// identical reports whether the two models have the same structure and weights, and give the same for the same inputs.
func (c Comparison) identical() bool {
	return c.Structure[0] == c.Structure[1] && c.Weight != nil && c.Weight.Different == 0 &&
		c.Output.Largest == 0
}

// output returns what an output of the models is called.
func (c Comparison) output() string {
	for _, t := range []Tested{c.First, c.Second} {
		last := t.Architecture.Layers[len(t.Architecture.Layers)-1]
		if last.Activation != "softmax" && last.Activation != "sigmoid" {
			return "output"
		}
	}
	return "probability"
}

// class returns the name of a class.
func (c Comparison) class(i int) string {
	for _, names := range [][]string{c.First.Classes, c.Second.Classes} {
		if i < len(names) {
			return names[i]
		}
	}
	return strconv.Itoa(i)
}

func plural(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return stem + "ies"
	}
	return noun + "s"
}

// count returns a number and its noun: 1 image, 10,000 images.
func count(n int, noun string) string {
	if n != 1 {
		noun = plural(noun)
	}
	return report.GroupDigits(n) + " " + noun
}

func percent(t Tested) string {
	return strconv.FormatFloat(100*float64(t.Result.Right)/float64(t.Result.Count), 'f', 2, 64) + " %"
}

// short returns v with three digits.
func short(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
