package table

import (
	"bytes"
	"strings"

	"dnn/internal/fault"
)

// otherFormats are formats that a file is recognized as by its first bytes, with a hint how to convert it.
var otherFormats = []struct{ begin, found, hint string }{
	{"\x1f\x8b", "gzip", "unpack it first: gzip -d"},
	{"PK\x03\x04", "an Excel workbook or another zip file", "save the sheet as CSV UTF-8, or unpack the file"},
	{"PAR1", "Parquet", "pandas: read_parquet(FILE).to_csv(OUT, index=False)"},
	{"\x93NUMPY", "a NumPy array", "numpy.savetxt with delimiter=',', comments='' and a header that names the columns"},
}

// checkFormat refuses a file in another format than CSV. begin is its first part. It skips the mark with which some
// programs begin a UTF-8 file.
func (r *reader) checkFormat(begin []byte) error {
	begin, marked := bytes.CutPrefix(begin, []byte("\ufeff"))
	if marked {
		r.skip(len("\ufeff"))
	}
	switch {
	case len(begin) == 0:
		return fault.New(fault.Data, r.Path, "is empty, wanted a line with the names of the columns")
	case bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")):
		return fault.New(fault.Data, r.Path, "is UTF-16, wanted UTF-8").WithHint("save it anew as CSV UTF-8")
	}
	for _, f := range otherFormats {
		if bytes.HasPrefix(begin, []byte(f.begin)) {
			return r.notCSV(f.found).WithHint("%s", f.hint)
		}
	}
	first, _, _ := bytes.Cut(begin, []byte("\n"))
	line := strings.TrimSpace(string(first))
	switch {
	case isARFF(string(begin)):
		return r.notCSV("ARFF").
			WithHint("keep what follows @data, and put a line with the names of the columns before it")
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
	return fault.New(fault.Data, place(r.Path, 1, 1), "wanted columns separated by commas, found %s: %s", found, quote(line)).
		WithHint("save it with commas, and numbers with a decimal point")
}

func (r *reader) notCSV(found string) *fault.Error {
	return fault.New(fault.Data, r.Path, "wanted a CSV file, found %s", found)
}

// isARFF reports whether text begins with a comment of ARFF, or with @relation. A line that begins with % and has
// commas may also be a CSV header whose first column has such a name; then the next line decides.
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

// isJSON reports whether text begins as JSON does. The character after the bracket decides, since the name of a column
// may begin with a bracket too.
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
