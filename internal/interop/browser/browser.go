// Package browser writes a network as one HTML file: a page to draw on, which computes on its own, without a server or a
// network connection, what the drawing is, and shows why.
//
// Its parts are files in folder page: a drawing (drawing.js) and the pen that makes it (pen.js), the image that is made
// of it (normalize.js), the network (network.js), what shows them (view.js) and when (frames.js), and what joins all
// (page.js). All but the last serve other pages too: see Part and Describe.
package browser

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
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
var scripts = []string{"network.js", "drawing.js", "normalize.js", "frames.js", "pen.js", "view.js", "page.js"}

// Write writes c as a page with a title. It refuses what Describe refuses. The page is as large as its weights in base64,
// 4/3 of their size, and 40 KB. An error is of w, or says what is wrong with c.
func Write(w io.Writer, c *chain.Chain, title string) error {
	d, err := Describe(c)
	if err != nil {
		return err
	}
	var parts []string
	for _, name := range scripts {
		parts = append(parts, Part(name))
	}
	script := "\n\"use strict\";\n\n" + strings.Join(parts, "\n")
	style := Part("style.css")
	page := strings.NewReplacer(
		"[[title]]", html.EscapeString(title), "[[task]]", html.EscapeString(d.Task), "[[footer]]", html.EscapeString(footer(d)),
		"[[script-hash]]", Hash(script), "[[style-hash]]", Hash(style), "[[style]]", style, "[[script]]", script,
		"[[model]]", string(d.Model), "[[weights]]", lines(d.Weights),
	).Replace(Part("page.html"))
	_, err = io.WriteString(w, page)
	return err
}

// Part returns a file of folder page, such as "network.js". There must be one of that name.
func Part(name string) string {
	text, err := files.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return string(text)
}

// Hash returns what a content security policy says of an inline script or style, which may run only if it has it
// (W3C, Content Security Policy Level 3, section 2.3.1).
func Hash(text string) string {
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
func footer(d *Description) string {
	return fmt.Sprintf("A dense neural network, %s, made by dnn. It is all in this file: the page works offline, and what you "+
		"draw stays here.", d.Layers)
}

// layers returns the number of values that come in, and that each dense layer gives: 784–100–50–10.
func layers(n *inference.Network) string {
	var sizes []string
	for _, s := range n.Steps {
		if d, ok := s.(inference.Dense); ok {
			if len(sizes) == 0 {
				sizes = append(sizes, fmt.Sprint(d.Inputs))
			}
			sizes = append(sizes, fmt.Sprint(d.Units))
		}
	}
	return strings.Join(sizes, "–")
}

// lines returns bytes in base64, in lines.
func lines(all []byte) string {
	text := base64.StdEncoding.EncodeToString(all)
	var b strings.Builder
	for len(text) > 0 {
		line := text[:min(len(text), 120)]
		b.WriteString(line + "\n")
		text = text[len(line):]
	}
	return b.String()
}
