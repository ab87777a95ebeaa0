package config

import (
	"fmt"
	"strings"
	"testing"

	"dnn/configs"
	"dnn/internal/keyfile"
	"dnn/internal/nn"
	"dnn/internal/setting"
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

## Groups that are off

Some groups of keys, such as %s, are off unless a source gives one of their keys, or the group itself: %s is
Keras's early stopping with all its defaults. Their own variable and %s switch them from outside: %s forgets
what weaker sources, and flags before it, have said of the group; %s gives it its defaults where nothing else is said.

    dnn train --config large.yaml --set augment=off --set early_stopping.patience=5

## Errors

A mistake is one line with the file, line and column, the variable or the flag, and exit status 3:

%s
The file is read strictly. Keys are known and given once; numbers are decimal and without quotes; booleans are %s and
%s; nothing stands for a default but leaving the key out. The file is one YAML document in UTF-8 of at most 1 MiB,
without anchors, aliases and tags. It may be JSON, which is YAML too. An empty file is the default experiment. The names of
files and folders are seen from the working folder, not from the folder of the experiment file.

## Keys

| key | value | default | variable | flag |
|---|---|---|---|---|
`,
		indent(configs.MLP()), "`layers: [300]`", "`dnn config init`", "`dnn config validate`", "`dnn config show`",
		"`DNN_EPOCHS`", "`_`", "`--set key=value`",
		"`optimizer: {name: adam, learning_rate: 0.001}`", "`--set optimizer.name=sgd`",
		"`augment`", "`early_stopping: {}`", "`--set`", "`off`", "`on`",
		indent(sampleErrors(t)), "`true`", "`false`")
	for _, k := range Keys() {
		if k.Group() {
			continue
		}
		flag := ""
		if k.Flag != "" {
			flag = "`" + k.Flag + "`"
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | `%s` | %s |\n", k.Name, anchor(k.Name), k.Wants(), defaults(k),
			strings.Join(table().Variables(k), "`, `"), flag)
	}
	for _, k := range Keys() {
		fmt.Fprintf(&b, "\n### %s\n\n%s%s\n", k.Name, k.Doc, offUnlessGiven(k))
		if k.Group() {
			continue
		}
		fmt.Fprintf(&b, "\nAdvice: %s\n\n", k.Advice)
		values := append([]string{k.Example}, k.More...)
		if k.Name == "layers" {
			values = append(values, layerExamples()...)
		}
		for _, value := range values {
			b.WriteString(indent(exampleFile(k, value)))
		}
		if k.Name == "layers" {
			b.WriteString(layerDocs())
		}
	}
	return b.String()
}

// offUnlessGiven says that an optional group is off unless it is given.
func offUnlessGiven(k Key) string {
	if k.Group() && k.Optional {
		return " Off unless it is given."
	}
	return ""
}

// layerDocs returns the table of what an item of layers may be.
func layerDocs() string {
	var b strings.Builder
	b.WriteString(`
An item is a number of units, or a layer with settings; the first is dense. Dropout or an l2 keeps a network from overfitting;
batch_normalization lets one of many layers learn at a higher rate. activation, leaky_relu and elu apply a function to what the
layer before them gives; a dense layer before them has a function of its own unless it says activation: linear.

| layer | key | value | default | what it is |
|---|---|---|---|---|
`)
	for _, name := range nn.LayerTypes() {
		l := newLayer(name)
		main, others := l.settings()
		if main != nil {
			fmt.Fprintf(&b, "| %s | %s | %s | must be given | %s |\n", name, name, kindOf(*main).Want(), main.Doc)
		}
		for _, s := range others {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, s.Name, kindOf(s).Want(), layerDefault(s), s.Doc)
		}
	}
	return b.String()
}

// layerExamples returns a list of layers for each type, with the example of each of its settings.
func layerExamples() []string {
	var all []string
	for _, name := range nn.LayerTypes() {
		l := newLayer(name)
		main, others := l.settings()
		var items []string
		for _, s := range others {
			items = append(items, s.Name+": "+s.Example)
		}
		text := strings.Join(items, ", ")
		if main == nil {
			text = name + ": {" + text + "}"
		} else {
			text = strings.TrimSuffix(name+": "+main.Example+", "+text, ", ")
		}
		first := "100, "
		if name == "dense" {
			first = ""
		}
		all = append(all, "["+first+"{"+text+"}]")
	}
	return all
}

// layerDefault says what a setting of a layer is if it is left out.
func layerDefault(s setting.Setting) string {
	switch s.Value.(type) {
	case *string, *nn.Initializer:
		if _, ok := table().Find(s.Name); ok {
			return "that of the experiment"
		}
		return "`" + nn.DefaultBiasInitializer + "`"
	}
	return "`" + s.Text() + "`"
}

// sampleErrors returns the messages for a few mistakes, as the program prints them.
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
		{flags: []Flag{{Name: "--epochs", Key: "epochs", Value: "1.5"}}},
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

// exampleFile returns a file with the key, a value, and whatever else the key needs beside it.
func exampleFile(k Key, value string) string {
	t := table()
	beside := map[string]string{} // what else the groups must say
	if by, ok := t.Find(k.By); ok {
		if _, ok := k.DefaultWhen(by.Default); !ok {
			beside[by.Name] = k.Variants[0].Of
		}
	}
	group := t.OptionalGroup(k.Name)
	for _, other := range t.Keys {
		if g, _ := other.Parent(); other.Required && group != "" && g == group && other.Name != k.Name {
			beside[other.Name] = other.Example
		}
	}
	if k.Name == "optimizer.nesterov" {
		beside["optimizer.momentum"] = "0.9"
	}
	return nest(t, "", k, value, beside) + "\n"
}

// nest writes the keys of the group that must be written, as one line.
func nest(t keyfile.Table, group string, key Key, value string, beside map[string]string) string {
	var items []string
	for _, k := range t.Keys {
		g, leaf := k.Parent()
		if g != group {
			continue
		}
		text, ok := beside[k.Name]
		switch {
		case k.Name == key.Name:
			text, ok = value, true
		case k.Group():
			inner := nest(t, k.Name, key, value, beside)
			text, ok = "{"+inner+"}", inner != ""
		}
		if ok {
			items = append(items, leaf+": "+text)
		}
	}
	return strings.Join(items, ", ")
}

// defaults says what a key is if no source gives it.
func defaults(k Key) string {
	switch {
	case k.Required:
		return "has none: must be given"
	case k.Optional:
		return "none"
	case k.By == "":
		return "`" + k.Default + "`"
	}
	_, by := Key{Name: k.By}.Parent()
	by += " "
	if by == "name " {
		by = ""
	}
	var order []string // the defaults, each once
	of := map[string][]string{}
	for _, v := range k.Variants {
		if of[v.Default] == nil {
			order = append(order, v.Default)
		}
		of[v.Default] = append(of[v.Default], v.Of)
	}
	var each []string
	for _, text := range order {
		each = append(each, by+strings.Join(of[text], ", ")+": `"+text+"`")
	}
	return strings.Join(each, "; ")
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
