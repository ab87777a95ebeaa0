package mnist

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
)

// maxClassesFile bounds the size of a file of names, in bytes.
const maxClassesFile = 1 << 20

// named is a label and its name.
type named struct {
	label uint8
	name  string
}

// readClasses reads a file that names labels, one in each line, and returns names and labels, ascending by label. It may
// be
//   - EMNIST's mapping: a label, then the code points of the characters that have it, of which the first is the name;
//   - KMNIST's classmap: index,codepoint,char, below a line with these words;
//   - the names themselves, of the labels 0, 1, 2, ….
func readClasses(path string) (names []string, labels []uint8, err error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return nil, nil, fault.New(fault.Data, path, "%w", fault.Pathless(err))
	}
	defer func() { _ = f.Close() }()
	classes, err := parseClasses(f, path)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range classes {
		names, labels = append(names, c.name), append(labels, c.label)
	}
	return names, labels, nil
}

// parseClasses is readClasses for a reader.
func parseClasses(r io.Reader, path string) ([]named, error) {
	var lines []string
	in := bufio.NewScanner(io.LimitReader(r, maxClassesFile))
	for in.Scan() {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(in.Text(), "\ufeff")))
	}
	if err := in.Err(); err != nil {
		return nil, fault.New(fault.Data, path, "wanted a name in each line: %w", fault.Pathless(err))
	}
	var classes []named
	parse, lines, skipped := classFormat(lines)
	for i, line := range lines {
		if line == "" {
			continue
		}
		c, err := parse(line, len(classes))
		if err == nil {
			err = checkName(c, classes)
		}
		if err != nil {
			return nil, fault.New(fault.Data, path+":"+strconv.Itoa(i+1+skipped), "%w", err)
		}
		classes = append(classes, c)
	}
	if len(classes) < 2 {
		return nil, fault.New(fault.Data, path, "names %s, wanted two or more", fault.Count(len(classes), "class"))
	}
	slices.SortFunc(classes, func(a, b named) int { return cmp.Compare(a.label, b.label) })
	return classes, nil
}

// classFormat returns how to read a line, the lines to read and how many are before them. The first line tells: two
// numbers or more are a label and code points.
func classFormat(lines []string) (parse func(line string, n int) (named, error), rest []string, skipped int) {
	if len(lines) == 0 {
		return plainName, nil, 0
	}
	fields := strings.Fields(lines[0])
	switch {
	case strings.HasPrefix(lines[0], "index,"):
		return classmapName, lines[1:], 1
	case len(fields) > 1 && isWhole(fields[0]) && isWhole(fields[1]):
		return mappingName, lines, 0
	}
	return plainName, lines, 0
}

func isWhole(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

// mappingName reads a line of EMNIST's mapping.
func mappingName(line string, _ int) (named, error) {
	fields := strings.Fields(line)
	label, err := strconv.ParseUint(fields[0], 10, 8)
	code := uint64(0)
	if err == nil && len(fields) > 1 {
		code, err = strconv.ParseUint(fields[1], 10, 21)
	}
	if err != nil || len(fields) < 2 {
		return named{}, fmt.Errorf("wanted a label from 0 to 255 and the code points of its characters, found %q", line)
	}
	return named{uint8(label), string(rune(code))}, nil
}

// classmapName reads a line of KMNIST's classmap.
func classmapName(line string, _ int) (named, error) {
	fields := strings.Split(line, ",")
	label, err := strconv.ParseUint(fields[0], 10, 8)
	if err != nil || len(fields) != 3 {
		return named{}, fmt.Errorf("wanted index,codepoint,char with an index from 0 to 255, found %q", line)
	}
	return named{uint8(label), fields[2]}, nil
}

// plainName reads a line that is a name.
func plainName(line string, n int) (named, error) {
	if n > 255 {
		return named{}, errors.New("wanted at most 256 names, found one more")
	}
	return named{uint8(n), line}, nil
}

// checkName returns an error if c cannot be one of the classes.
func checkName(c named, classes []named) error {
	if !utf8.ValidString(c.name) || strings.ContainsFunc(c.name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("wanted a name that can be printed, found %q", c.name)
	}
	for _, other := range classes {
		if c.label == other.label {
			return fmt.Errorf("label %d is named twice", c.label)
		}
		if c.name == other.name {
			return fmt.Errorf("two labels are called %q: %d and %d", c.name, other.label, c.label)
		}
	}
	return nil
}
