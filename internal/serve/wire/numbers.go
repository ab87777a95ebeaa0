package wire

import (
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
	p := parser{text: text}
	if err := p.value(0); err != nil {
		return Numbers{}, err
	}
	return Numbers{Shape: p.shape, Data: p.data}, nil
}

// parser reads lists of numbers. The first list at each depth says how long the others must be.
type parser struct {
	text  []byte
	at    int
	data  []float64
	shape []int
	leaf  int // the depth of numbers, plus 1; 0: not known yet
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
	start := p.at
	switch c {
	case 't':
		p.at += len("true")
		p.data = append(p.data, 1)
		return nil
	case 'f':
		p.at += len("false")
		p.data = append(p.data, 0)
		return nil
	case 'n', '"', '{':
		found := map[byte]string{'n': "null", '"': "a text", '{': "an object"}[c]
		return fmt.Errorf("wanted numbers, found %s", found)
	}
	whole, short := 0, true // most numbers are bytes
	for ; p.at < len(p.text); p.at++ {
		d := p.text[p.at]
		if d >= '0' && d <= '9' {
			whole = whole*10 + int(d-'0')
			short = short && p.at-start < 9
			continue
		}
		if d == ',' || d == ']' || d == ' ' || d == '\n' || d == '\r' || d == '\t' {
			break
		}
		short = false
	}
	if short && p.at > start {
		p.data = append(p.data, float64(whole))
		return nil
	}
	v, err := strconv.ParseFloat(string(p.text[start:p.at]), 64)
	if err != nil || math.IsInf(v, 0) {
		return fmt.Errorf("wanted a finite number, found %s", Short(string(p.text[start:p.at])))
	}
	p.data = append(p.data, v)
	return nil
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
	for p.next() != ']' {
		if n > 0 {
			p.at++ // ,
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
