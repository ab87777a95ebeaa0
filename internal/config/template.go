package config

import (
	"fmt"
	"strings"
)

// Template returns an experiment file to start from: every key with what it is for and its default. A key whose default
// follows another one is commented out, so that it goes on following when that one is edited.
func Template() string {
	t := newTable()
	var out strings.Builder
	fmt.Fprintln(&out, "# An experiment file of dnn. Every value here is the default of its key: keep what you change, delete the rest.")
	for _, k := range t.keys {
		group, leaf := k.parent()
		indent := ""
		if group != "" {
			indent = "  "
		} else {
			fmt.Fprintln(&out)
		}
		fmt.Fprintf(&out, "%s# %s\n", indent, k.Doc)
		if k.Group() {
			fmt.Fprintf(&out, "%s:\n", leaf)
			continue
		}
		by := t.byName[k.By]
		text, _ := k.defaultWhen(by.Default)
		mark := ""
		if k.By != "" {
			mark = "# "
		}
		fmt.Fprintf(&out, "%s# Wanted: %s.%s\n", indent, k.Wants(), otherDefaults(k, by.Default))
		fmt.Fprintf(&out, "%s%s%s: %s\n", indent, mark, leaf, text)
	}
	return out.String()
}

// otherDefaults says what a key's default is, or that there is no such key, beside other values than by.
func otherDefaults(k Key, by string) string {
	var out strings.Builder
	for _, v := range k.Variants {
		if v.Of != by {
			fmt.Fprintf(&out, " Default with %s: %s.", v.Of, v.Default)
		}
	}
	return out.String()
}
