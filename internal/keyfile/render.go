package keyfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// YAML returns the complete file: every key that applies, with the origin of its value as a comment. Loading it gives
// the same values again.
func (v *Values) YAML() string { return v.yaml(v.Origins) }

// Settings is YAML without origins, for values that outlive the sources that they came from.
func (v *Values) Settings() string { return v.yaml(nil) }

func (v *Values) yaml(comments map[string]string) string {
	return v.table.render(func(k Key) (value, comment string, ok bool) {
		set, ok := v.values[k.Name]
		if !ok {
			return "", "", false
		}
		return k.Kind.Show(set), comments[k.Name], true
	})
}

// render writes the keys of the table as a file, with aligned comments. A key for which line returns ok = false is left
// out, and so is a group without keys.
func (t Table) render(line func(Key) (value, comment string, ok bool)) string {
	var lines []commented
	open := "" // the innermost group that has been opened
	for _, k := range t.Keys {
		if k.Group() {
			continue
		}
		value, comment, ok := line(k)
		if !ok {
			continue
		}
		group, leaf := k.Parent()
		for _, name := range missing(open, group) {
			_, last := Key{Name: name}.Parent()
			lines = append(lines, commented{indentation(name) + last + ":", ""})
		}
		open = group
		lines = append(lines, commented{indentation(k.Name) + leaf + ": " + value, comment})
	}
	return align(lines)
}

// missing returns the groups, outermost first, that must be opened to write a key of group to after one of group from.
func missing(from, to string) []string {
	var names []string
	for to != "" && to != from && !strings.HasPrefix(from, to+".") {
		names = append([]string{to}, names...)
		to, _ = Key{Name: to}.Parent()
	}
	return names
}

// indentation returns the spaces before a key in a file.
func indentation(name string) string { return strings.Repeat("  ", strings.Count(name, ".")) }

// commented is a line and the comment after it; "": none.
type commented struct{ text, comment string }

// align writes the lines with their comments in one column. Lines that are too long do not widen the column.
func align(lines []commented) string {
	const widest = 60
	width := 0
	for _, l := range lines {
		if n := utf8.RuneCountInString(l.text); l.comment != "" && n <= widest {
			width = max(width, n)
		}
	}
	var out strings.Builder
	for _, l := range lines {
		if l.comment == "" {
			fmt.Fprintln(&out, l.text)
			continue
		}
		room := max(0, width-utf8.RuneCountInString(l.text))
		fmt.Fprintf(&out, "%s%s  # %s\n", l.text, strings.Repeat(" ", room), l.comment)
	}
	return out.String()
}

// MarshalJSON writes the values, without origins, as one object in the order of the table. The result can be loaded
// too: JSON is YAML.
func (v *Values) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	open := "" // the innermost group that is being written
	out.WriteByte('{')
	for _, k := range v.table.Keys {
		set, ok := v.values[k.Name]
		if !ok {
			continue
		}
		group, leaf := k.Parent()
		for range missing(group, open) {
			out.WriteByte('}')
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		for _, name := range missing(open, group) {
			_, last := Key{Name: name}.Parent()
			fmt.Fprintf(&out, "%q:{", last)
		}
		open = group
		value, err := json.Marshal(set)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.Name, err)
		}
		fmt.Fprintf(&out, "%q:%s", leaf, value)
	}
	for range missing("", open) {
		out.WriteByte('}')
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
