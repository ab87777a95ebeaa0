//go:build linux

package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
)

const (
	testImages = 10000
	digits     = 10
)

// tellClasses prints the classes that answers have for their images, a digit each.
func (o options) tellClasses(w io.Writer, answers [][]byte) error {
	k := kinds()[o.kind]
	var classes []byte
	for _, answer := range answers {
		probabilities, err := o.probabilities(answer, k)
		if err != nil {
			return err
		}
		if len(probabilities) != k.each*digits {
			return fmt.Errorf("wanted %d probabilities, found %d", k.each*digits, len(probabilities))
		}
		for ; len(probabilities) > 0; probabilities = probabilities[digits:] {
			best := 0
			for class, p := range probabilities[:digits] {
				if p > probabilities[best] {
					best = class
				}
			}
			classes = append(classes, '0'+byte(best))
		}
	}
	_, err := fmt.Fprintf(w, "%s\n", classes)
	return err
}

// probabilities reads an answer [each, digits].
func (o options) probabilities(answer []byte, k kind) (all []float32, err error) {
	if !k.json { // bytes: of the only output, after the JSON if the protocol has any
		size := 4 * k.each * digits
		if len(answer) < size {
			return nil, fmt.Errorf("wanted at least %d bytes, found %d", size, len(answer))
		}
		for answer = answer[len(answer)-size:]; len(answer) > 0; answer = answer[4:] {
			all = append(all, math.Float32frombits(binary.LittleEndian.Uint32(answer)))
		}
		return all, nil
	}
	var found struct {
		Predictions [][]float32 `json:"predictions"` // v1
		Outputs     []struct {
			Data []float32 `json:"data"` // v2
		} `json:"outputs"`
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return nil, err
	}
	for _, row := range found.Predictions {
		all = append(all, row...)
	}
	for _, output := range found.Outputs {
		all = append(all, output.Data...)
	}
	return all, nil
}
