package predict

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
)

// jsonLines tells answers as JSON objects, one a line. Keys may be added, but not renamed.
//
//	{"file":"page.png","digit":"5","probability":0.9981,"box":[12,30,40,56],"line":1}
//	{"file":"test.csv","row":7,"id":"1461","class":"versicolor","probability":0.981}
//
// box is the left and upper edge, the width and the height, in pixels of the picture as it stands upright; line counts
// from 1. cut is true for a digit that was cut from one that it touched, unsure for a sample whose digit or class is ?;
// elsewhere both are absent. top has the likeliest digits or classes, if more than one was asked for. A probability that
// is no number is null.
type jsonLines struct {
	w       io.Writer
	buffer  bytes.Buffer
	encoder *json.Encoder
}

func newJSONLines(w io.Writer) *jsonLines {
	j := &jsonLines{w: w}
	j.encoder = json.NewEncoder(&j.buffer)
	j.encoder.SetEscapeHTML(false)
	return j
}

// jsonAnswer is one line.
type jsonAnswer struct {
	File string `json:"file"`
	Row  int    `json:"row,omitempty"`
	ID   string `json:"id,omitempty"`
	jsonGuess
	Unsure bool        `json:"unsure,omitempty"`
	Box    []int       `json:"box,omitempty"`
	Line   int         `json:"line,omitempty"`
	Cut    bool        `json:"cut,omitempty"`
	Top    []jsonGuess `json:"top,omitempty"`
}

// jsonGuess is a digit of a page, or the class of another sample.
type jsonGuess struct {
	Digit       string      `json:"digit,omitempty"`
	Class       string      `json:"class,omitempty"`
	Probability probability `json:"probability"`
}

func (j *jsonLines) tell(f found) error {
	j.buffer.Reset()
	for _, a := range f.answers {
		line := jsonAnswer{
			File: a.file, Row: a.row, ID: a.id, Unsure: a.unsure,
			jsonGuess: a.json(guess{a.class(), a.probability()}),
		}
		if d := a.digit; d != nil {
			line.Box = []int{d.Box.Min.X, d.Box.Min.Y, d.Box.Dx(), d.Box.Dy()}
			line.Line, line.Cut = d.Line+1, d.Cut
		}
		if len(a.guesses) > 1 {
			for _, g := range a.guesses {
				line.Top = append(line.Top, a.json(g))
			}
		}
		if err := j.encoder.Encode(line); err != nil {
			return err
		}
	}
	_, err := j.w.Write(j.buffer.Bytes())
	return err
}

// json returns a guess about the sample.
func (a answer) json(g guess) jsonGuess {
	if a.digit != nil {
		return jsonGuess{Digit: g.class, Probability: probability(g.probability)}
	}
	return jsonGuess{Class: g.class, Probability: probability(g.probability)}
}

func (j *jsonLines) end(context.Context) error { return nil }

// probability is a float32 whose JSON is the shortest decimal that reads back as it, or null where it is no number.
type probability float32

// MarshalJSON returns the decimal or null.
func (p probability) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(p)) || math.IsInf(float64(p), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float32(p))
}
