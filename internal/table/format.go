package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"dnn/internal/fault"
)

// maxLine and maxColumns bound the memory that one line can take.
const (
	maxLine    = 32 << 20 // bytes
	maxColumns = 1 << 20
)

// clothes are the first bytes of files that are no CSV, with what to do about them.
var clothes = []struct{ begin, found, hint string }{
	{"\x1f\x8b", "gzip", "unpack it first: gzip -d"},
	{"PK\x03\x04", "an Excel workbook or another zip file", "save the sheet as CSV UTF-8, or unpack the file"},
	{"PAR1", "Parquet", "pandas: read_parquet(FILE).to_csv(OUT, index=False)"},
	{"\x93NUMPY", "a NumPy array", "numpy.savetxt with delimiter=',', comments='' and a header that names the columns"},
}

// dressed refuses a table in another format than CSV, of which begin is the first part.
func (r *reader) dressed(begin []byte) error {
	for _, c := range clothes {
		if bytes.HasPrefix(begin, []byte(c.begin)) {
			return r.notCSV(c.found).WithHint("%s", c.hint)
		}
	}
	first, _, _ := bytes.Cut(begin, []byte("\n"))
	line := strings.TrimSpace(string(first))
	switch {
	case isARFF(string(begin)):
		return r.notCSV("ARFF").WithHint("keep what follows @data, and put a line with the names of the columns before it")
	case isJSON(string(begin)):
		return r.notCSV("JSON").WithHint("pandas: read_json(FILE).to_csv(OUT, index=False)")
	case strings.HasPrefix(line, "#"):
		return r.notCSV("a first line that begins with #").
			WithHint("take out lines of comment, and the # before the names (numpy.savetxt: comments='')")
	case strings.HasPrefix(strings.ToLower(line), "sep="):
		return r.notCSV("a first line " + quote(line)).WithHint("take that line out; fields are separated by commas")
	}
	separator := strings.IndexAny(line, ",;\t")
	if separator < 0 || strings.Contains(line, ",") {
		return nil
	}
	found := map[byte]string{';': "semicolons", '\t': "tabs"}[line[separator]]
	return fault.New(fault.Data, r.place(1, 1), "wanted columns separated by commas, found %s: %s", found, quote(line)).
		WithHint("save it with commas, and numbers with a decimal point")
}

func (r *reader) notCSV(found string) *fault.Error {
	return fault.New(fault.Data, r.Path, "wanted a CSV file, found %s", found)
}

// isARFF looks for @relation after lines of comment. A % alone may begin the name of a column.
func isARFF(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.ToLower(strings.TrimSpace(line))
		if line != "" && line[0] != '%' {
			return strings.HasPrefix(line, "@relation")
		}
		if strings.HasPrefix(line, "%") && !strings.Contains(line, ",") {
			return true
		}
	}
	return false
}

// isJSON tells by the first bytes, since a bracket may also begin the name of a column.
func isJSON(text string) bool {
	text = strings.TrimSpace(text)
	if len(text) < 2 {
		return false
	}
	switch text[0] {
	case '{':
		return strings.ContainsRune("\"} \t\r\n", rune(text[1]))
	case '[':
		return strings.ContainsRune("[{\"] \t\r\n-0123456789", rune(text[1]))
	}
	return false
}

// lines passes a file on and stops at a line that is too long, before package csv has it in memory.
type lines struct {
	io.Reader
	length int  // of the line so far
	commas int  // in it
	quoted bool // whether it is within quotes, where a line break ends nothing
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		part, _, quote := bytes.Cut(rest, []byte(`"`))
		rest = rest[min(len(part)+1, len(rest)):]
		if end := bytes.LastIndexByte(part, '\n'); end >= 0 && !l.quoted {
			l.length, l.commas = 0, 0
			part = part[end+1:]
		}
		l.length += len(part)
		l.commas += bytes.Count(part, []byte(","))
		l.quoted = l.quoted != quote
	}
	switch {
	case l.length > maxLine && l.quoted:
		return n, fmt.Errorf(`has a " that is not closed within %d MiB`, maxLine>>20)
	case l.length > maxLine:
		return n, fmt.Errorf("has a line longer than %d MiB", maxLine>>20)
	case l.commas >= maxColumns:
		return n, fmt.Errorf("has a line of more than %d columns", maxColumns)
	}
	return n, err
}
