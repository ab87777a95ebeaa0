package config

import (
	"fmt"
	"strings"
	"testing"

	"dnn/configs"
)

// TestDocs keeps docs/config.md equal to what the table of keys says.
func TestDocs(t *testing.T) {
	checkGolden(t, "../../docs/config.md", docs(t))
}

func docs(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `<!-- Made from the table of keys by: go test ./internal/config -run TestDocs -update -->

# The experiment file

An experiment is one YAML file. This is [configs/mlp.yaml](../configs/mlp.yaml), which is also built into the program and
used where no file is given:

%s
Each of its values is the default of its key, so a file with only %s differs from it in that alone.
%s writes a commented file to start from, %s checks one, and %s shows every
value of an experiment and where it came from.

## What beats what

Flags beat environment variables, which beat the file, which beats the defaults. Every key has a variable: %s, the
key in capitals, with %s for each dot. Every key can be set with %s; the common ones have a flag of their own.

    DNN_EPOCHS=3 dnn train --config mlp.yaml --batch-size 50 --set optimizer.learning_rate=0.01 --set layers=300,100

An empty variable counts as not set. Of two flags for one key the later one counts.

Some defaults depend on another key: the learning rate on the optimizer, loss and units on the activation of the output
layer. Where a flag or variable changes that other key, what the weaker sources say of those that depend on it no longer
applies: it was said of something else. With a file that says %s, the flag
%s trains with SGD's own learning rate, 0.01.

## Errors

A mistake is one line with the file, line and column, the variable or the flag, and exit status 3:

%s
The file is read strictly. Keys are known and given once; numbers are decimal and without quotes; booleans are %s and
%s; nothing stands for a default but leaving the key out. The file is one YAML document in UTF-8 of at most 1 MiB,
without anchors, aliases and tags. It may be JSON, which is YAML too. An empty file is the default experiment.

## Keys

| key | value | default | variable | flag |
|---|---|---|---|---|
`,
		indent(configs.MLP()), "`layers: [300]`", "`dnn config init`", "`dnn config validate`", "`dnn config show`",
		"`DNN_EPOCHS`", "`_`", "`--set key=value`",
		"`optimizer: {name: adam, learning_rate: 0.001}`", "`--set optimizer.name=sgd`",
		indent(sampleErrors(t)), "`true`", "`false`")
	for _, k := range Keys() {
		if k.Group() {
			continue
		}
		flag := ""
		if k.Flag != "" {
			flag = "`" + k.Flag + "`"
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | `%s` | %s |\n", k.Name, anchor(k.Name), k.Wants(), defaults(k), k.Env(), flag)
	}
	for _, k := range Keys() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", k.Name, k.Doc)
		if !k.Group() {
			fmt.Fprintf(&b, "\n%s", indent(example(k)+"\n"))
		}
	}
	return b.String()
}

// sampleErrors returns what a few mistakes are answered with, as the program prints it.
func sampleErrors(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, s := range []struct {
		text  string
		flags []Flag
	}{
		{text: "layers: [100, 50]\nbatch-size: 50\n"},
		{text: "dataset: mnist\noptimizer: {learning_rate: 0}\n"},
		{text: "epochs: \"10\"\n"},
		{flags: []Flag{{"--epochs", "epochs", "1.5"}}},
	} {
		_, err := loadText(s.text, s.flags...)
		e := asFault(t, err)
		fmt.Fprintf(&b, "dnn: %v\n", e)
		if e.Hint != "" {
			fmt.Fprintf(&b, "hint: %s\n", e.Hint)
		}
	}
	return b.String()
}

// example returns the key with its example as it stands in a file.
func example(k Key) string {
	group, leaf := k.parent()
	if group == "" {
		return leaf + ": " + k.Example
	}
	return fmt.Sprintf("%s: {%s: %s}", group, leaf, k.Example)
}

func defaults(k Key) string {
	if k.By == "" {
		return "`" + k.Default + "`"
	}
	var each []string
	for _, v := range k.Variants {
		each = append(each, v.Of+": `"+v.Default+"`")
	}
	return strings.Join(each, ", ")
}

// anchor is the fragment that GitHub gives to a heading.
func anchor(heading string) string { return strings.ReplaceAll(heading, ".", "") }

// indent makes a code block of text that ends with a new line.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}
