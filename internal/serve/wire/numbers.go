package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// maxDepth is the most lists in lists that a tensor may have.
const maxDepth = 8

// Numbers is a tensor that JSON spells as a number or as lists in lists, all of the same shape.
type Numbers struct {
	Shape []int // of the lists, the outermost first; nil: a single number
	Data  []float64
}

// ParseNumbers reads a tensor from JSON, which must be valid. true and false are 1 and 0.
func ParseNumbers(text json.RawMessage) (Numbers, error) {
	p := newParser(text)
	if err := p.value(0); err != nil {
		return Numbers{}, err
	}
	return p.numbers(), nil
}

// ParseMember reads what most clients send: an object with one member, named key, whose value is numbers in lists. Of
// anything else it reports false; encoding/json reads that, and finds the words for what is wrong. It goes over the text
// once, where encoding/json and ParseNumbers together go over it three times.
func ParseMember(text []byte, key string) (Numbers, bool) {
	p := newParser(text)
	if !p.skip('{') || !p.skip('"') || !bytes.HasPrefix(text[p.at:], []byte(key)) {
		return Numbers{}, false
	}
	p.at += len(key)
	if p.at == len(text) || text[p.at] != '"' { // there may be no space before it
		return Numbers{}, false
	}
	p.at++
	if !p.skip(':') || p.next() != '[' || p.value(0) != nil || !p.skip('}') || p.next() != 0 || p.at < len(text) {
		return Numbers{}, false
	}
	return p.numbers(), true
}

// parser reads lists of numbers. The first list at each depth says how long the others must be.
type parser struct {
	text  []byte
	at    int
	data  []float64
	shape []int
	leaf  int // the depth of numbers, plus 1; 0: not known yet
}

// mostRoom is how many numbers get memory before they are there.
const mostRoom = 1 << 17

// newParser returns a parser with room for as many numbers as there are commas.
func newParser(text []byte) *parser {
	return &parser{text: text, data: make([]float64, 0, min(bytes.Count(text, []byte{','})+1, mostRoom))}
}

// numbers returns what was read.
func (p *parser) numbers() Numbers {
	if len(p.data) == 0 {
		p.data = nil
	}
	return Numbers{Shape: p.shape, Data: p.data}
}

// next returns the next character that is no space, without going past it; 0 at the end.
func (p *parser) next() byte {
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// skip goes past spaces and c, and reports whether it was there.
func (p *parser) skip(c byte) bool {
	if p.next() != c {
		return false
	}
	p.at++
	return true
}

func (p *parser) value(depth int) error {
	c := p.next()
	if c == '[' {
		return p.list(depth)
	}
	if p.leaf == 0 {
		p.leaf = depth + 1
	}
	if p.leaf != depth+1 {
		return fmt.Errorf("wanted lists of the same shape, found a number beside a list")
	}
	return p.number(c)
}

func (p *parser) number(c byte) error {
	rest := p.text[p.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("true")):
		p.at += len("true")
		p.data = append(p.data, 1)
		return nil
	case bytes.HasPrefix(rest, []byte("false")):
		p.at += len("false")
		p.data = append(p.data, 0)
		return nil
	case c == 'n' || c == '"' || c == '{':
		found := map[byte]string{'n': "null", '"': "a text", '{': "an object"}[c]
		return fmt.Errorf("wanted numbers, found %s", found)
	}
	n, whole, digits := 0, 0, 0
	for ; n < len(rest) && rest[n] != ',' && rest[n] != ']' && rest[n] > ' '; n++ {
		if isDigit(rest[n]) && digits < 9 {
			whole, digits = whole*10+int(rest[n]-'0'), digits+1
		}
	}
	p.at += n
	if digits == n && n > 0 && (c != '0' || n == 1) {
		p.data = append(p.data, float64(whole))
		return nil
	}
	v, err := strconv.ParseFloat(string(rest[:n]), 64)
	if err != nil || math.IsInf(v, 0) || !isNumber(rest[:n]) {
		return fmt.Errorf("wanted a finite number, found %s", Short(string(rest[:n])))
	}
	p.data = append(p.data, v)
	return nil
}

// isNumber reports whether JSON has a number that strconv has read: it has no hexadecimal digits, no underscores, no plus
// sign, no zeros before the first digit, and digits on both sides of a point.
func isNumber(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte{'-'})
	if len(text) == 0 || text[0] < '0' || text[0] > '9' || len(text) > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9' {
		return false
	}
	point := bytes.IndexByte(text, '.')
	return len(bytes.Trim(text, "0123456789.eE+-")) == 0 && (point < 0 || point+1 < len(text) && isDigit(text[point+1]))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// plain reads whole numbers of up to three digits, each with a comma after it and at most one space before: pixels are
// such, and are most of what is read. It returns how many they were, and stops before whatever is none.
func (p *parser) plain() int {
	text, at, data := p.text, p.at, p.data
	for at+4 < len(text) {
		from := at
		if text[from] == ' ' {
			from++
		}
		first, second, third := text[from], text[from+1], text[from+2]
		switch {
		case !isDigit(first):
		case second == ',':
			data, at = append(data, float64(first-'0')), from+2
			continue
		case first == '0' || !isDigit(second):
		case third == ',':
			data, at = append(data, float64(int(first-'0')*10+int(second-'0'))), from+3
			continue
		case isDigit(third) && text[from+3] == ',':
			data, at = append(data, float64(int(first-'0')*100+int(second-'0')*10+int(third-'0'))), from+4
			continue
		}
		break
	}
	more := len(data) - len(p.data)
	p.at, p.data = at, data
	return more
}

func (p *parser) list(depth int) error {
	if depth == maxDepth {
		return fmt.Errorf("wanted at most %d lists in each other, found more", maxDepth)
	}
	if p.leaf != 0 && depth >= p.leaf-1 {
		return fmt.Errorf("wanted lists of the same shape, found a list beside a number")
	}
	p.at++ // [
	first := depth == len(p.shape)
	if first {
		p.shape = append(p.shape, -1) // not known before its end
	}
	n := 0
	for c := p.next(); c != ']'; c = p.next() {
		if n > 0 {
			if !p.skip(',') {
				return fmt.Errorf("wanted a comma between numbers, found %s", Short(string(p.text[p.at:])))
			}
			c = p.next()
		}
		if isDigit(c) && (p.leaf == 0 || p.leaf == depth+2) {
			if more := p.plain(); more > 0 { // the comma after the last of them was read too
				p.leaf, n = depth+2, n+more
			}
		}
		if err := p.value(depth + 1); err != nil {
			return err
		}
		n++
	}
	p.at++ // ]
	if p.shape[depth] == -1 {
		p.shape[depth] = n
	}
	if p.shape[depth] != n {
		return fmt.Errorf("wanted lists of the same length, found %d and %d", p.shape[depth], n)
	}
	return nil
}

// AppendFloat appends a number as JSON: the shortest decimal that reads back as it, or null where it is no number.
func AppendFloat(b []byte, v float32) []byte {
	if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, float64(v), 'g', -1, 32)
}

// AppendRows appends a matrix of so many columns as a list of lists.
func AppendRows(b []byte, values []float32, columns int) []byte {
	b = append(b, '[')
	for i, v := range values {
		switch {
		case i%columns != 0:
			b = append(b, ',')
		case i > 0:
			b = append(b, "],["...)
		default:
			b = append(b, '[')
		}
		b = AppendFloat(b, v)
	}
	if len(values) > 0 {
		b = append(b, ']')
	}
	return append(b, ']')
}
