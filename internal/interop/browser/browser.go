// Package browser writes a network as one HTML file: a page to draw on, which computes on its own, without a server or a
// network connection, what the drawing is, and shows why.
//
// Its parts are files in folder page: a drawing (drawing.js) and the pen that makes it (pen.js), the image that is made
// of it (normalize.js), the network (network.js), and the view that joins them (page.js).
package browser

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/inference"
)

//go:embed page
var files embed.FS

// Sides of images that the page can make of a drawing, in pixels.
const (
	minSide = 8
	maxSide = 256
)

// scripts are the parts of the page's script, in the order in which they need each other.
var scripts = []string{"network.js", "drawing.js", "normalize.js", "pen.js", "page.js"}

// Write writes c as a page with a title. c takes the bytes of an image, [height, width], [height, width, 1] or a square as
// one dimension, and tells classes apart; otherwise it is refused. The page is as large as its weights in base64, 4/3 of
// their size, and 40 KB. An error is of w, or says what is wrong with c.
func Write(w io.Writer, c *chain.Chain, title string) error {
	height, width, err := image(c)
	if err != nil {
		return err
	}
	n, err := inference.Of(c)
	if err != nil {
		return err
	}
	if n.Answer == inference.Value {
		return fault.New(fault.Data, "", "wanted a network that tells classes apart, found one output that is a value")
	}
	m, weights := describe(n, height, width)
	text, err := json.Marshal(m) // of plain text and finite numbers; it has no < or & of its own
	if err != nil {
		return err
	}
	var parts []string
	for _, name := range scripts {
		parts = append(parts, file(name))
	}
	script := "\n\"use strict\";\n\n" + strings.Join(parts, "\n")
	style := file("style.css")
	page := strings.NewReplacer(
		"[[title]]", html.EscapeString(title), "[[task]]", html.EscapeString(task(n.Classes)), "[[footer]]", html.EscapeString(footer(n)),
		"[[script-hash]]", hash(script), "[[style-hash]]", hash(style), "[[style]]", style, "[[script]]", script,
		"[[model]]", string(text), "[[weights]]", weights,
	).Replace(file("page.html"))
	_, err = io.WriteString(w, page)
	return err
}

// file returns a part of the page.
func file(name string) string {
	text, err := files.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return string(text)
}

// hash returns what a content security policy says of an inline script or style, which may run only if it has it
// (W3C, Content Security Policy Level 3, section 2.3.1).
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// image returns the size of the image that c takes.
func image(c *chain.Chain) (height, width int, err error) {
	shape := c.Input
	if len(shape) == 3 && shape[2] == 1 {
		shape = shape[:2]
	}
	if len(shape) == 1 {
		for side := minSide; side <= maxSide; side++ {
			if side*side == shape[0] {
				shape = []int{side, side}
			}
		}
	}
	switch {
	case c.Columns != nil:
		err = fault.New(fault.Data, "", "a page to draw on wants a network of images, found one of a table with %s",
			fault.Count(len(c.Columns), "column"))
	case len(shape) != 2:
		err = fault.New(fault.Data, "", "a page to draw on wants a network of gray images, found the input %v", c.Input)
	case min(shape[0], shape[1]) < minSide || max(shape[0], shape[1]) > maxSide:
		err = fault.New(fault.Data, "", "a page to draw on wants images with sides of %d to %d pixels, found %v",
			minSide, maxSide, shape)
	case !c.Bytes:
		err = fault.New(fault.Data, "", "a page to draw on wants a network of bytes from 0 to 255, found one that does not "+
			"say what its inputs are")
	default:
		return shape[0], shape[1], nil
	}
	return 0, 0, err
}

// task says what to draw.
func task(classes []string) string {
	for _, name := range classes {
		if len(name) != 1 || name[0] < '0' || name[0] > '9' {
			return fmt.Sprintf("Draw one of the %d things that the network knows, and see what it makes of it.", len(classes))
		}
	}
	return "Draw a digit, and see what the network makes of it."
}

// footer says what the network is, and that the page keeps to itself.
func footer(n *inference.Network) string {
	var steps []string
	for _, s := range n.Steps {
		if d, ok := s.(inference.Dense); ok {
			if len(steps) == 0 {
				steps = append(steps, fmt.Sprint(d.Inputs))
			}
			steps = append(steps, fmt.Sprint(d.Units))
		}
	}
	return fmt.Sprintf("A dense neural network, %s, made by dnn. It is all in this file: the page works offline, and what you "+
		"draw stays here.", strings.Join(steps, "–"))
}

// model is the JSON that network.js reads.
type model struct {
	Input   [2]int   `json:"input"`
	Classes []string `json:"classes"`
	Answer  string   `json:"answer"`
	Steps   []any    `json:"steps"`
}

// part is some of the weights: where they begin, and how many they are.
type part struct {
	At     int `json:"at"`
	Length int `json:"length"`
}

type affine struct {
	Kind  string    `json:"kind"`
	Scale []float64 `json:"scale"`
	Shift []float64 `json:"shift"`
}

type dense struct {
	Kind   string `json:"kind"`
	Units  int    `json:"units"`
	Kernel part   `json:"kernel"`
	Bias   part   `json:"bias"`
}

type normalization struct {
	Kind  string `json:"kind"`
	Mean  part   `json:"mean"`
	Scale part   `json:"scale"`
	Shift part   `json:"shift"`
}

type activation struct {
	Kind     string  `json:"kind"`
	Function string  `json:"function"`
	Slope    float64 `json:"slope"`
	Alpha    float64 `json:"alpha"`
}

// describe returns a network for network.js: its steps, and their weights in base64, in lines.
func describe(n *inference.Network, height, width int) (model, string) {
	m := model{Input: [2]int{height, width}, Classes: n.Classes, Answer: "largest"}
	if n.Answer == inference.Threshold {
		m.Answer = "threshold"
	}
	var all bytes.Buffer
	store := func(numbers []float32) part {
		p := part{At: all.Len() / 4, Length: len(numbers)}
		for _, x := range numbers {
			all.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)))
		}
		return p
	}
	for _, s := range n.Steps {
		switch s := s.(type) {
		case inference.Affine:
			m.Steps = append(m.Steps, affine{"affine", s.Scale, s.Shift})
		case inference.Dense:
			m.Steps = append(m.Steps, dense{"dense", s.Units, store(s.Kernel), store(s.Bias)})
		case inference.Normalization:
			m.Steps = append(m.Steps, normalization{"normalization", store(s.Mean), store(s.Scale), store(s.Shift)})
		case inference.Activation:
			m.Steps = append(m.Steps, activation{"activation", s.Function, s.Slope, s.Alpha})
		}
	}
	text := base64.StdEncoding.EncodeToString(all.Bytes())
	var lines strings.Builder
	for len(text) > 0 {
		line := text[:min(len(text), 120)]
		lines.WriteString(line + "\n")
		text = text[len(line):]
	}
	return m, lines.String()
}
