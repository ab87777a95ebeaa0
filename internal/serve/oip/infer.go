package oip

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

// infer answers a request for a prediction.
func (h *Handler) infer(w http.ResponseWriter, r *http.Request, name string, n *engine.Network) error {
	body, err := h.Bodies.Read(r)
	if err != nil {
		return err
	}
	defer body.Release()
	q, raw, err := h.memo.parse(body.Data, wire.Field(r, headerLengthHeader))
	if err != nil {
		return err
	}
	a, err := q.Inputs[0].answer(n, raw)
	if err != nil {
		return err
	}
	outputs := q.Outputs
	if len(outputs) == 0 {
		outputs = []outputTensor{{Name: probabilitiesName}, {Name: className}}
	}
	text, head := q.encode(name, outputs, a)
	contentType := wire.JSON
	if head >= 0 {
		contentType = wire.Binary
		w.Header()[headerLengthHeader] = []string{strconv.Itoa(head)} // the key is canonical
	}
	wire.Write(w, r, http.StatusOK, contentType, text)
	return nil
}

// encode returns a response: its JSON, and the bytes of the binary outputs. head is the length of the JSON; -1: there are no
// binary outputs.
func (q *request) encode(name string, outputs []outputTensor, a *engine.Answer) (text []byte, head int) {
	text = make([]byte, 0, 256+4*len(a.Probabilities)) // enough for what most ask for
	text = append(text, `{"model_name":`...)
	text = appendText(text, name)
	text = append(text, `,"model_version":"`+wire.Version+`"`...)
	if q.ID != "" {
		text = append(text, `,"id":`...)
		text = appendText(text, q.ID)
	}
	text = append(text, `,"outputs":[`...)
	head = -1
	for i, out := range outputs {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, `{"name":"`+out.Name+`","datatype":"`...)
		size := 8 * len(a.Class)
		if out.Name == probabilitiesName {
			size = 4 * len(a.Probabilities)
			text = append(text, `FP32","shape":[`...)
			text = strconv.AppendInt(text, int64(a.Count), 10)
			text = append(text, ',')
			text = strconv.AppendInt(text, int64(a.Classes), 10)
		} else {
			text = append(text, `INT64","shape":[`...)
			text = strconv.AppendInt(text, int64(a.Count), 10)
		}
		text = append(text, ']')
		if q.binary(out) {
			head = 0
			text = append(text, `,"parameters":{"binary_data_size":`...)
			text = strconv.AppendInt(text, int64(size), 10)
			text = append(text, "}}"...)
			continue
		}
		text = append(text, `,"data":[`...)
		text = appendNumbers(text, out.Name, a)
		text = append(text, "]}"...)
	}
	text = append(text, "]}"...)
	if head < 0 {
		return text, head
	}
	head = len(text)
	for _, out := range outputs {
		if q.binary(out) {
			text = appendBinary(text, out.Name, a)
		}
	}
	return text, head
}

// binary reports whether an output is wanted as bytes after the JSON.
func (q *request) binary(out outputTensor) bool {
	if out.Parameters.BinaryData != nil {
		return *out.Parameters.BinaryData
	}
	return q.Parameters.BinaryDataOutput
}

// appendNumbers appends an output as numbers of JSON, with commas between.
func appendNumbers(text []byte, output string, a *engine.Answer) []byte {
	if output == probabilitiesName {
		for i, p := range a.Probabilities {
			if i > 0 {
				text = append(text, ',')
			}
			text = wire.AppendFloat(text, p)
		}
		return text
	}
	for i, c := range a.Class {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(c), 10)
	}
	return text
}

// appendBinary appends an output as little-endian numbers.
func appendBinary(data []byte, output string, a *engine.Answer) []byte {
	if output == probabilitiesName {
		for _, p := range a.Probabilities {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(p))
		}
		return data
	}
	for _, c := range a.Class {
		data = binary.LittleEndian.AppendUint64(data, uint64(c))
	}
	return data
}

func appendText(b []byte, text string) []byte {
	if isPlain(text) {
		b = append(b, '"')
		b = append(b, text...)
		return append(b, '"')
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text can always be marshaled
	}
	return append(b, quoted...)
}

// isPlain reports whether JSON has a text as it is.
func isPlain(text string) bool {
	for _, c := range []byte(text) {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
