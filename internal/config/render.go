package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// YAML returns the complete experiment file: every key that applies, with the origin of its value as a comment. Loaded
// again, it gives the same experiment.
func (r *Resolved) YAML() string {
	return render(func(k Key) (value, comment string, ok bool) {
		v, ok := r.values[k.Name]
		if !ok {
			return "", "", false
		}
		return k.kind.show(v), r.Origins[k.Name], true
	})
}

// render writes the keys of the table as a file, with aligned comments. Keys for which line says no are left out.
func render(line func(Key) (value, comment string, ok bool)) string {
	var lines, comments []string
	width := 0
	for _, k := range Keys() {
		group, leaf := k.parent()
		text := leaf + ":"
		if group != "" {
			text = "  " + text
		}
		var comment string
		if !k.Group() {
			value, note, ok := line(k)
			if !ok {
				continue
			}
			text, comment = text+" "+value, note
			width = max(width, utf8.RuneCountInString(text))
		}
		lines, comments = append(lines, text), append(comments, comment)
	}
	var out strings.Builder
	for i, text := range lines {
		if comments[i] == "" {
			fmt.Fprintln(&out, text)
			continue
		}
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(text))
		fmt.Fprintf(&out, "%s%s  # %s\n", text, pad, comments[i])
	}
	return out.String()
}

// MarshalJSON writes the values of the experiment, without origins, as one object in the order of the table. It is an
// experiment file too: YAML is a superset of JSON.
func (r *Resolved) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	open := "" // the group that is being written
	out.WriteByte('{')
	for _, k := range Keys() {
		v, ok := r.values[k.Name]
		if !ok {
			continue
		}
		group, leaf := k.parent()
		if group != open && open != "" {
			out.WriteByte('}')
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		if group != open && group != "" {
			fmt.Fprintf(&out, "%q:{", group)
		}
		open = group
		value, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.Name, err)
		}
		fmt.Fprintf(&out, "%q:%s", leaf, value)
	}
	if open != "" {
		out.WriteByte('}')
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
