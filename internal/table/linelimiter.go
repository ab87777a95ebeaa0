package table

import (
	"bytes"
	"fmt"
	"io"
)

// maxLine and maxColumns bound the memory that one line can take.
const (
	maxLine    = 32 << 20 // bytes
	maxColumns = 1 << 20
)

// lineLimiter reads from Reader, and fails at a line that is too long, before package csv holds all of it in memory.
type lineLimiter struct {
	io.Reader
	length int  // of the line so far, in bytes
	commas int  // in the line so far
	quoted bool // inside quotes, where a line break does not end the line
}

func (l *lineLimiter) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		text, _, quote := bytes.Cut(rest, []byte(`"`))
		rest = rest[min(len(text)+1, len(rest)):]
		if end := bytes.LastIndexByte(text, '\n'); end >= 0 && !l.quoted {
			l.length, l.commas = 0, 0
			text = text[end+1:]
		}
		l.length += len(text)
		l.commas += bytes.Count(text, []byte(","))
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
