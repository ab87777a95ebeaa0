package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"dnn/internal/fault"
)

// scanner divides a CSV file into records and their fields, as encoding/csv does with TrimLeadingSpace (RFC 4180). That
// package reads a record whose quotes are not simple; the others, which are nearly all, are divided in place, several
// times as fast and without an allocation.
type scanner struct {
	in       io.Reader
	path     string // for errors
	buf      []byte // what was read and is not yet used begins at buf[begin]
	begin    int
	end      bool // all of the file is in buf
	nextLine int  // the number of the line at buf[begin], from 1 on

	// The record that was read last. Line breaks are not part of it.
	fields []span
	data   []byte // that the fields are in
	first  int    // its place in data
	line   int    // its first line
	places []spot // of the fields, if encoding/csv read them; else empty
}

// span is a field: data[begin:end], without its quotes.
type span struct{ begin, end int32 }

// spot is the line and the byte in it where a field begins, both from 1 on.
type spot struct{ line, column int }

// bufferSize is the size of the buffer until a line is longer.
const bufferSize = 128 << 10

func newScanner(in io.Reader, path string) *scanner {
	return &scanner{in: in, path: path, nextLine: 1}
}

// peek returns up to n bytes that come next, fewer at the end of the file.
func (s *scanner) peek(n int) ([]byte, error) {
	for len(s.buf)-s.begin < n && !s.end {
		if err := s.more(); err != nil {
			return nil, err
		}
	}
	return s.buf[s.begin:min(s.begin+n, len(s.buf))], nil
}

// skip goes on after n bytes that peek has returned.
func (s *scanner) skip(n int) { s.begin += n }

// more reads more of the file into buf. If there is no room, it moves what is left or makes buf larger.
func (s *scanner) more() error {
	if s.begin > 0 && s.begin >= len(s.buf)/2 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.begin:])]
		s.begin = 0
	}
	if len(s.buf) == cap(s.buf) {
		grown := make([]byte, len(s.buf)-s.begin, max(bufferSize, min(4*cap(s.buf), maxLine+bufferSize)))
		copy(grown, s.buf[s.begin:])
		s.buf, s.begin = grown, 0
	}
	n, err := s.in.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf, s.end = s.buf[:len(s.buf)+n], errors.Is(err, io.EOF)
	if err != nil && !s.end {
		return fault.New(fault.Data, s.path, "%w", fault.Pathless(err))
	}
	return nil
}

// next reads the next record that is not an empty line. It returns false if there is none.
func (s *scanner) next() (bool, error) {
	for {
		switch begin, err := s.peek(2); {
		case err != nil:
			return false, err
		case len(begin) == 0, string(begin) == "\r":
			return false, nil
		case begin[0] == '\n':
			s.skip(1)
			s.nextLine++
			continue
		case string(begin) == "\r\n":
			s.skip(2)
			s.nextLine++
			continue
		}
		outcome := s.divide()
		switch {
		case outcome == divided && s.begin-s.first > maxLine, outcome == tooShort && len(s.buf)-s.begin > maxLine:
			return false, fault.New(fault.Data, s.path, "has a line longer than %d MiB", maxLine>>20)
		case outcome == divided:
			return true, nil
		case outcome == tooMany:
			return false, fault.New(fault.Data, s.path, "has a line of more than %d columns", maxColumns)
		case outcome == quoted:
			err := s.quoted()
			return err == nil, err
		}
		if err := s.more(); err != nil {
			return false, err
		}
	}
}

// outcome is what came of dividing a line.
type outcome int

const (
	divided  outcome = iota
	tooShort         // buf ends before the line
	tooMany          // columns
	quoted           // there are quotes, or space, that package csv must judge
)

// divide divides the line at buf[begin] into fields.
func (s *scanner) divide() outcome {
	b := s.buf
	s.fields, s.places = s.fields[:0], s.places[:0]
	for i := s.begin; ; i++ { // i is where a field begins
		begin := i
		if i == len(b) || !isNumeral(b[i]) {
			for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
				i++
			}
			begin = i
			if i < len(b) && b[i] == '"' {
				end, ok := s.simplyQuoted(i + 1)
				if !ok {
					return quoted
				}
				s.fields = append(s.fields, span{int32(begin + 1), int32(end)})
				if i = end + 1; b[i] == '\r' {
					i++
				}
				if b[i] == '\n' {
					s.finish(i + 1)
					return divided
				}
				if len(s.fields) >= maxColumns {
					return tooMany
				}
				continue
			}
			if i < len(b) && s.maybeSpace(i) {
				return quoted
			}
		}
		for i < len(b) && (isNumeral(b[i]) || b[i] != ',' && b[i] != '\n' && b[i] != '"') {
			i++
		}
		if i == len(b) && !s.end {
			return tooShort
		}
		end := i
		if (i == len(b) || b[i] == '\n') && end > begin && b[end-1] == '\r' {
			end--
		}
		s.fields = append(s.fields, span{int32(begin), int32(end)})
		switch {
		case i == len(b):
			s.finish(i)
			return divided
		case b[i] == '\n':
			s.finish(i + 1)
			return divided
		case b[i] == '"':
			return quoted
		case len(s.fields) >= maxColumns:
			return tooMany
		}
	}
}

// isNumeral reports whether a byte is of ASCII, and comes after the comma: a digit, a point, a sign, a letter, and no space
// or quote. Nearly all bytes are, so that this is looked at first.
func isNumeral(c byte) bool { return c > ',' && c < 0x80 }

// simplyQuoted returns where a text in quotes that begins at buf[begin] ends. It is not ok unless the text has neither
// quotes nor line breaks, and a comma or a line break comes after its quote.
func (s *scanner) simplyQuoted(begin int) (end int, ok bool) {
	b := s.buf
	n := bytes.IndexByte(b[begin:], '"')
	if n < 0 || bytes.IndexByte(b[begin:begin+n], '\n') >= 0 {
		return 0, false
	}
	end = begin + n
	rest := b[end+1:]
	return end, bytes.HasPrefix(rest, []byte(",")) || bytes.HasPrefix(rest, []byte("\n")) ||
		bytes.HasPrefix(rest, []byte("\r\n"))
}

// maybeSpace reports whether the text at buf[i] may begin with space that divide does not skip.
func (s *scanner) maybeSpace(i int) bool {
	switch c := s.buf[i]; c {
	case '\v', '\f', 0xc2, 0xe1, 0xe2, 0xe3: // or is the first byte of a space in UTF-8
		return true
	case '\r':
		return !s.lineEnds(i + 1)
	}
	return false
}

// lineEnds reports whether a line break comes at buf[i], or nothing more.
func (s *scanner) lineEnds(i int) bool {
	return i < len(s.buf) && s.buf[i] == '\n' || i == len(s.buf) && s.end
}

// finish completes a record that was divided in place and ends before buf[end].
func (s *scanner) finish(end int) {
	s.data, s.first, s.line = s.buf, s.begin, s.nextLine
	s.begin = end
	s.nextLine++
}

// quoted lets package csv read a record.
func (s *scanner) quoted() error {
	r := csv.NewReader(&lineLimiter{Reader: &ahead{s: s}})
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	record, err := r.Read()
	if err != nil {
		return s.syntax(err)
	}
	s.data, s.fields, s.places = nil, s.fields[:0], s.places[:0]
	for i, text := range record {
		begin := len(s.data)
		s.data = append(s.data, text...)
		s.fields = append(s.fields, span{int32(begin), int32(len(s.data))})
		line, column := r.FieldPos(i)
		s.places = append(s.places, spot{line - 1 + s.nextLine, column})
	}
	used := s.buf[s.begin : s.begin+int(r.InputOffset())]
	s.line = s.nextLine
	s.begin += len(used)
	s.nextLine += bytes.Count(used, []byte("\n"))
	return nil
}

// ahead reads what comes after a scanner's place, which it does not move.
type ahead struct {
	s    *scanner
	used int
}

func (a *ahead) Read(p []byte) (int, error) {
	s := a.s
	for len(s.buf)-s.begin == a.used {
		if s.end {
			return 0, io.EOF
		}
		if err := s.more(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.buf[s.begin+a.used:])
	a.used += n
	return n, nil
}

// syntax turns an error of package csv into one that a user understands.
func (s *scanner) syntax(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok { // of more
		return e
	}
	e, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		return fault.New(fault.Data, s.path, "%w", fault.Pathless(err))
	}
	what := fault.New(fault.Data, place(s.path, e.Line-1+s.nextLine, e.Column), "%w", e.Err)
	switch {
	case errors.Is(err, csv.ErrBareQuote):
		what.What = `has a " inside a field that does not begin with one`
	case errors.Is(err, csv.ErrQuote):
		what.What = `has a field in quotes that ends wrong: after its closing " wanted a comma or the end of the line`
	}
	return what
}

// field returns a field of the record that was read last. It is valid until the next one is read.
func (s *scanner) field(i int) []byte { f := s.fields[i]; return s.data[f.begin:f.end] }

// text returns a field as a text of its own, without space around it.
func (s *scanner) text(i int) string { return string(bytes.TrimSpace(s.field(i))) }

// position returns the line and the byte in it where a field begins, both from 1 on.
func (s *scanner) position(i int) (line, column int) {
	if len(s.places) > 0 {
		return s.places[i].line, s.places[i].column
	}
	begin := int(s.fields[i].begin)
	if begin > s.first && s.data[begin-1] == '"' { // a field begins with its quote
		begin--
	}
	return s.line, begin - s.first + 1
}
