package browser

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/inference"
)

// Description is a network as the scripts of a page take it.
type Description struct {
	Height, Width int             // of the image that it takes, in pixels
	Classes       []string        // the name of each class
	Layers        string          // the sizes of its layers: 784–100–50–10
	Task          string          // what to draw, as a sentence
	Model         json.RawMessage // the steps, for network.js; of plain text and finite numbers, without < or &
	Weights       []byte          // the float32 numbers to which the steps point, least byte first
}

// Describe describes a network that a page can show. c takes the bytes of an image, [height, width], [height, width, 1] or
// a square as one dimension, and tells classes apart; otherwise the error says what is wrong with it.
func Describe(c *chain.Chain) (*Description, error) {
	height, width, err := image(c)
	if err != nil {
		return nil, err
	}
	n, err := inference.Of(c)
	if err != nil {
		return nil, err
	}
	if n.Answer == inference.Value {
		return nil, fault.New(fault.Data, "", "wanted a network that tells classes apart, found one output that is a value")
	}
	m, weights := describe(n, height, width)
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return &Description{
		Height: height, Width: width, Classes: n.Classes, Layers: layers(n), Task: task(n.Classes), Model: text, Weights: weights,
	}, nil
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

// describe returns a network for network.js: its steps, and the bytes of their weights.
func describe(n *inference.Network, height, width int) (model, []byte) {
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
	return m, all.Bytes()
}
