package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"dnn/internal/fault"

	"go.yaml.in/yaml/v3"
)

// MaxSize is the most bytes that a file may have. A file that a person writes has a few hundred.
const MaxSize = 1 << 20

// document returns the top node of the one YAML document in text, or nil if text holds no value.
func (t Table) document(name string, text []byte) (*yaml.Node, error) {
	if len(text) > MaxSize {
		return nil, fault.New(fault.Config, name, "wanted %s of at most %d bytes, found more", t.What, MaxSize)
	}
	if err := checkCharacters(name, text); err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, syntaxError(name, text, err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, fault.New(fault.Config, position(name, &second), "wanted one document, found the start of a second")
	case !errors.Is(err, io.EOF):
		return nil, syntaxError(name, text, err)
	}
	top := first.Content[0]
	if IsPlain(top) && IsNull(top.Value) && top.Anchor == "" {
		return nil, nil
	}
	return top, nil
}

// checkCharacters reports the first character that YAML does not allow. The YAML library finds it too, but does not say
// where.
func checkCharacters(name string, text []byte) error {
	line, column := 1, 1
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		where := func() string { return fmt.Sprintf("%s:%d:%d", name, line, column) }
		switch {
		case r == utf8.RuneError && size == 1:
			return fault.New(fault.Config, where(), "wanted UTF-8 text, found the byte 0x%02x", text[i])
		case r == '\uFEFF' && i == 0:
			column-- // a byte order mark at the start takes no room
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7f, r >= 0x80 && r < 0xa0 && r != 0x85,
			r == '\uFEFF', r == 0xfffe, r == 0xffff:
			return fault.New(fault.Config, where(), "wanted text, found the control character U+%04X", r)
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
		i += size
	}
	return nil
}

// syntaxError rewords an error of the YAML library ("yaml: line 3: did not find expected key") for the user. The line
// in that error can be the one before, that of the mapping around the mistake, or missing; so brokenLine looks for the
// mistake again.
func syntaxError(name string, text []byte, err error) error {
	line, what := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile(`(?s)^line (\d+): (.*)$`).FindStringSubmatch(what); m != nil {
		line, _ = strconv.Atoi(m[1])
		what = m[2]
	}
	if len(text) <= maxSearched {
		line = brokenLine(text)
	}
	where := fmt.Sprintf("%s:%d", name, line)
	if tabIndents(text, line) {
		return fault.New(fault.Config, where, "wanted spaces at the start of the line, found a tab")
	}
	return fault.New(fault.Config, where, "not valid YAML: %s", strings.Join(strings.Fields(what), " ")).
		WithHint("look at the indentation, and for a bracket or quote that is not closed")
}

// maxSearched is the most bytes that brokenLine searches: its work grows with the square of the size.
const maxSearched = 8 << 10

// brokenLine returns the line, counted from 1, at which text stops being YAML: the line after the longest start of the
// text that is valid. For a bracket that is never closed, it is the line of the bracket.
func brokenLine(text []byte) int {
	broken, end := 1, 0
	for line := 1; ; line++ {
		next := bytes.IndexByte(text[end:], '\n')
		if next < 0 {
			return broken
		}
		end += next + 1
		if isYAML(text[:end]) {
			broken = line + 1
		}
	}
}

func isYAML(text []byte) bool {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		if err := decoder.Decode(&n); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// tabIndents reports whether the line, counted from 1, has a tab before its first other character.
func tabIndents(text []byte, line int) bool {
	lines := bytes.Split(text, []byte("\n"))
	if line < 1 || line > len(lines) {
		return false
	}
	rest := bytes.TrimLeft(lines[line-1], " ")
	return len(rest) > 0 && rest[0] == '\t'
}

// position says where a node stands: file:line:column.
func position(name string, n *yaml.Node) string {
	return fmt.Sprintf("%s:%d:%d", name, n.Line, n.Column)
}
