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
	q, raw, err := h.memo.parse(body.Data, r.Header.Get(headerLengthHeader))
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
	text, data := q.encode(name, outputs, a)
	contentType := wire.JSON
	if data != nil {
		contentType = wire.Binary
		w.Header().Set(headerLengthHeader, strconv.Itoa(len(text)))
	}
	wire.Write(w, r, http.StatusOK, contentType, append(text, data...))
	return nil
}

// encode returns the JSON of a response, and the bytes that follow it; nil: there are no binary outputs.
func (q *request) encode(name string, outputs []outputTensor, a *engine.Answer) (text, data []byte) {
	text = make([]byte, 0, 256)
	text = append(text, `{"model_name":`...)
	text = appendText(text, name)
	text = append(text, `,"model_version":"`+wire.Version+`"`...)
	if q.ID != "" {
		text = append(text, `,"id":`...)
		text = appendText(text, q.ID)
	}
	text = append(text, `,"outputs":[`...)
	for i, out := range outputs {
		if i > 0 {
			text = append(text, ',')
		}
		binary := q.Parameters.BinaryDataOutput
		if out.Parameters.BinaryData != nil {
			binary = *out.Parameters.BinaryData
		}
		text = append(text, `{"name":"`+out.Name+`","datatype":"`...)
		if out.Name == probabilitiesName {
			text = append(text, `FP32","shape":[`...)
			text = strconv.AppendInt(text, int64(a.Count), 10)
			text = append(text, ',')
			text = strconv.AppendInt(text, int64(a.Classes), 10)
		} else {
			text = append(text, `INT64","shape":[`...)
			text = strconv.AppendInt(text, int64(a.Count), 10)
		}
		text = append(text, ']')
		if binary {
			before := len(data)
			data = appendBinary(data, out.Name, a)
			text = append(text, `,"parameters":{"binary_data_size":`...)
			text = strconv.AppendInt(text, int64(len(data)-before), 10)
			text = append(text, "}}"...)
			continue
		}
		text = append(text, `,"data":[`...)
		if out.Name == probabilitiesName {
			for i, p := range a.Probabilities {
				if i > 0 {
					text = append(text, ',')
				}
				text = wire.AppendFloat(text, p)
			}
		} else {
			for i, c := range a.Class {
				if i > 0 {
					text = append(text, ',')
				}
				text = strconv.AppendInt(text, int64(c), 10)
			}
		}
		text = append(text, "]}"...)
	}
	return append(text, "]}"...), data
}

// appendBinary appends an output as little-endian numbers. It is not nil even if there are none.
func appendBinary(data []byte, output string, a *engine.Answer) []byte {
	if data == nil {
		data = make([]byte, 0, 4*len(a.Probabilities)+8*len(a.Class))
	}
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
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text can always be marshaled
	}
	return append(b, quoted...)
}
