package keyfile

import (
	"cmp"
	"fmt"
	"strings"
)

// Template returns a file to start from: every key with what it is for and its default. Commented out are keys whose
// default depends on another key, so that the default still follows when that key is edited. At the end come the keys
// and groups that are off unless given, commented out as well.
func (t Table) Template() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s of %s. ", strings.ToUpper(t.What[:1])+t.What[1:], t.Program)
	fmt.Fprintln(&out, "Every value here is the default of its key: keep what you change, delete the rest.")
	for i, k := range t.Keys {
		group, _ := k.Parent()
		switch {
		case t.isOptional(k):
		case k.Group():
			fmt.Fprintf(&out, "\n# %s\n%s:\n", k.Doc, k.Name)
		case group == "":
			fmt.Fprintln(&out)
			t.writeKey(&out, k)
		case t.Keys[i-1].Group():
			t.writeKey(&out, k)
			out.WriteString(t.followers(group, k.Name))
		}
	}
	fmt.Fprint(&out, "\n# Off unless it is given. Take the first mark away from the lines that you want.\n")
	for _, k := range t.Keys {
		if k.Optional && !strings.Contains(k.Name, ".") {
			out.WriteString("\n" + t.optionalBlock(k))
		}
	}
	return out.String()
}

// isOptional reports whether the key, or the group that it is in, is off unless given.
func (t Table) isOptional(k Key) bool {
	outermost, _, _ := strings.Cut(k.Name, ".")
	return t.named(outermost).Optional
}

// writeKey writes a key, and comments on what it is for and what it may be.
func (t Table) writeKey(out *strings.Builder, k Key) {
	_, leaf := k.Parent()
	indent, mark := indentation(k.Name), ""
	text, by := k.Default, t.named(k.By)
	if k.By != "" {
		mark = "# "
		text, _ = k.DefaultWhen(by.Default)
	}
	fmt.Fprintf(out, "%s# %s\n", indent, k.Doc)
	fmt.Fprintf(out, "%s# Advice: %s\n", indent, k.Advice)
	fmt.Fprintf(out, "%s# Wanted: %s.%s\n", indent, k.Wants(), otherDefaults(k, by.Default))
	fmt.Fprintf(out, "%s%s%s: %s\n", indent, mark, leaf, text)
}

// followers returns the keys of a group after its first, one line each, commented out.
func (t Table) followers(group, first string) string {
	var lines []commented
	for _, k := range t.Keys {
		if g, leaf := k.Parent(); g == group && k.Name != first {
			text, comment := t.standard(k)
			lines = append(lines, commented{indentation(k.Name) + "# " + leaf + ": " + text, comment})
		}
	}
	return align(lines)
}

// standard returns the default of a key as the template shows it, and a comment on it: what the key is for and, if the
// key exists only with some values of another, with which.
func (t Table) standard(k Key) (text, comment string) {
	if k.By == "" {
		return cmp.Or(k.Default, k.Example), k.Doc
	}
	by := t.named(k.By)
	if text, ok := k.DefaultWhen(by.Default); ok {
		return text, k.Doc + otherDefaults(k, by.Default)
	}
	first := k.Variants[0]
	return first.Default, having(k, by) + ": " + strings.ToLower(k.Doc[:1]) + k.Doc[1:] + otherDefaults(k, first.Of)
}

// having says with which values of another key this key exists: "http, https".
func having(k, by Key) string {
	var values []string
	for _, v := range k.Variants {
		values = append(values, v.Of)
	}
	if _, leaf := by.Parent(); leaf != "name" {
		return "with " + leaf + " " + strings.Join(values, ", ")
	}
	return strings.Join(values, ", ")
}

// optionalBlock returns an optional key, or an optional group with its keys, one line each, commented out.
func (t Table) optionalBlock(top Key) string {
	var lines []commented
	for _, k := range t.Keys {
		if k.Name != top.Name && !strings.HasPrefix(k.Name, top.Name+".") {
			continue
		}
		_, leaf := k.Parent()
		text := "# " + indentation(k.Name) + leaf + ":"
		comment := k.Doc
		if !k.Group() {
			var value string
			value, comment = t.standard(k)
			text += " " + value
		}
		lines = append(lines, commented{text, comment})
	}
	return align(lines)
}

// otherDefaults lists the defaults of a key that differ from the one with the value by.
func otherDefaults(k Key, by string) string {
	standard, _ := k.DefaultWhen(by)
	var out strings.Builder
	for _, v := range k.Variants {
		if v.Of != by && v.Default != standard {
			fmt.Fprintf(&out, " Default with %s: %s.", v.Of, v.Default)
		}
	}
	return out.String()
}
