package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"dnn/internal/fault"
)

// scan returns the records of text with the places of their fields, and how they end, as a scanner sees them.
func scan(in io.Reader) string {
	var found strings.Builder
	s := newScanner(in, "t.csv")
	for {
		more, err := s.next()
		if e, ok := errors.AsType[*fault.Error](err); ok {
			return found.String() + e.Where + " " + e.What
		}
		if !more {
			return found.String()
		}
		for i := range s.fields {
			line, column := s.position(i)
			fmt.Fprintf(&found, "%d:%d %q ", line, column, s.field(i))
		}
		found.WriteString("\n")
	}
}

// scanCSV is scan by package csv.
func scanCSV(text string) string {
	var found strings.Builder
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return found.String()
		}
		if err != nil {
			e, _ := errors.AsType[*fault.Error]((&scanner{path: "t.csv", nextLine: 1}).syntax(err))
			return found.String() + e.Where + " " + e.What
		}
		for i, text := range record {
			line, column := r.FieldPos(i)
			fmt.Fprintf(&found, "%d:%d %q ", line, column, text)
		}
		found.WriteString("\n")
	}
}

// A scanner finds what package csv finds, whatever a file holds and in whatever pieces it comes.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		"a,b,class\n1,2,x\n", "\n\r\na, b\t,\tc\r\n\r\n1,,\r\n", "\"a\",\"b\"\r\n \"1\" ,2\n", "\"a\n\",b\n1,2\"3\n",
		"1,\"2\"\"3\",4\n5,\"6\r\n7\",8\r\n", "a,\r\n\r,b\r", "\u00a0a,\u3000\"b\"\n\v\"c\"\n", "\"open\n1,2\n", "a\"b", "x\r",
		"\"\"\n\"\",\"\"\r\n", "1,2,\"3\"x\n", "a,b\n\rc,d\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := scanCSV(text)
		for _, in := range []io.Reader{
			strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text)),
		} {
			if got := scan(in); got != want {
				t.Errorf("%q: found\n%s\nwanted\n%s", text, got, want)
			}
		}
	})
}

// Lines of any length go on over the ends of the buffer.
func TestScannerBuffer(t *testing.T) {
	var text bytes.Buffer
	for i := 1; text.Len() < 4*bufferSize; i = i*5/3 + 1 {
		fmt.Fprintf(&text, "%s,\"%d\",\"%s\n\"\n", strings.Repeat("x", i), i, strings.Repeat("y,", i))
	}
	if got := scan(bytes.NewReader(text.Bytes())); got != scanCSV(text.String()) {
		t.Error("other records than those of package csv")
	}
	if _, err := newScanner(iotest.ErrReader(errors.New("no")), "t.csv").next(); err == nil || err.Error() != "t.csv: no" {
		t.Errorf("error %v", err)
	}
}
