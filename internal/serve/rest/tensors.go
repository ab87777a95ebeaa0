package rest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

const (
	inputName     = "input"
	signatureName = "serving_default"
	maxPictures   = 256 // in a request: each takes much longer than an image of the model's size
)

// tensors is the body of :predict, and of MLflow's invocations.
type tensors struct {
	Signature string          `json:"signature_name"`
	Instances json.RawMessage `json:"instances"` // a list, with an element for each sample
	Inputs    json.RawMessage `json:"inputs"`    // a tensor, or an object with one

	Split *split `json:"dataframe_split"` // MLflow
}

// predictTensors answers a request to :predict.
func (h *Handler) predictTensors(w http.ResponseWriter, r *http.Request, n *engine.Network) error {
	body, err := h.Bodies.Read(r)
	if err != nil {
		return err
	}
	defer body.Release()
	if numbers, ok := wire.ParseMember(body.Data, "instances"); ok {
		a, err := answerNumbers(n, numbers, "instances")
		if err != nil {
			return err
		}
		tell(w, r, "predictions", a)
		return nil
	}
	var q tensors
	if err := json.Unmarshal(body.Data, &q); err != nil {
		return bad("wanted JSON with instances or inputs: %w", err)
	}
	if q.Signature != "" && q.Signature != signatureName {
		return bad("wanted the signature %s, found %q", signatureName, wire.Short(q.Signature))
	}
	a, err := q.answer(n)
	if err != nil {
		return err
	}
	key := "predictions"
	if len(q.Inputs) > 0 {
		key = "outputs"
	}
	tell(w, r, key, a)
	return nil
}

// tell writes probabilities, a row for each sample.
func tell(w http.ResponseWriter, r *http.Request, key string, a *engine.Answer) {
	body := append([]byte(nil), `{"`+key+`":`...)
	body = wire.AppendRows(body, a.Probabilities, a.Classes)
	wire.Write(w, r, http.StatusOK, wire.JSON, append(body, "}\n"...))
}

// answer computes the answer for instances or inputs, of which there must be one.
func (q *tensors) answer(n *engine.Network) (*engine.Answer, error) {
	switch {
	case len(q.Instances) > 0 && len(q.Inputs) > 0:
		return nil, bad("wanted instances or inputs, found both")
	case len(q.Instances) > 0:
		if text := bytes.TrimSpace(q.Instances); text[0] != '[' {
			return nil, bad("instances: wanted a list")
		}
		return answerOf(n, q.Instances, "instances")
	case len(q.Inputs) > 0:
		var named map[string]json.RawMessage
		if err := json.Unmarshal(q.Inputs, &named); err != nil || named["b64"] != nil {
			return answerOf(n, q.Inputs, "inputs")
		}
		tensor, ok := named[inputName]
		if !ok || len(named) != 1 {
			return nil, bad("inputs: wanted the input %q, found %d others", inputName, len(named))
		}
		return answerOf(n, tensor, "inputs")
	}
	return nil, bad("wanted instances or inputs, found neither")
}

// answerOf computes the answer for a tensor of samples: numbers in lists, or pictures as {"b64": text}, or objects that
// have one of these under the input's name, or rows of a table as objects by columns.
func answerOf(n *engine.Network, text json.RawMessage, where string) (*engine.Answer, error) {
	first := bytes.TrimLeft(text, " \t\r\n[")
	if len(first) == 0 || first[0] != '{' {
		numbers, err := wire.ParseNumbers(text)
		if err != nil {
			return nil, bad("%s: %w", where, err)
		}
		return answerNumbers(n, numbers, where)
	}
	var objects []json.RawMessage // as maps, they would take a hundred times the memory of their text
	if bytes.TrimSpace(text)[0] == '{' {
		text = append(append([]byte{'['}, text...), ']')
	}
	if err := json.Unmarshal(text, &objects); err != nil {
		return nil, bad("%s: wanted objects in a list: %w", where, err)
	}
	return answerObjects(n, objects, where)
}

// answerNumbers computes the answer for samples that are numbers.
func answerNumbers(n *engine.Network, numbers wire.Numbers, where string) (*engine.Answer, error) {
	if len(numbers.Data) == 0 && len(numbers.Shape) == 1 {
		return nil, bad("%s: wanted at least one sample, found none", where)
	}
	if len(numbers.Shape) < 2 { // a list of numbers is samples of one number each, as TensorFlow has it
		if len(numbers.Shape) == 0 || n.Features() > 1 {
			return nil, bad("%s: wanted a list of samples, found numbers in the shape %v", where, numbers.Shape)
		}
		numbers.Shape = append(numbers.Shape, 1)
	}
	samples, err := wire.CheckShape(n, numbers.Shape)
	if err != nil {
		return nil, err
	}
	if samples*n.Features() != len(numbers.Data) {
		return nil, bad("%s: wanted %d numbers in each sample", where, n.Features())
	}
	return wire.Values(n, numbers.Data)
}

// member is an object by its members.
type member = map[string]json.RawMessage

// answerObjects computes the answer for samples that are objects, all of the same kind as the first.
func answerObjects(n *engine.Network, objects []json.RawMessage, where string) (*engine.Answer, error) {
	var first member
	if err := json.Unmarshal(objects[0], &first); err != nil {
		return nil, bad("%s: wanted objects in a list: %w", where, err)
	}
	switch {
	case first["b64"] != nil:
		return answerPictures(n, objects, where)
	case first[inputName] != nil && len(first) == 1:
		list := []byte{'['}
		for i, text := range objects {
			var o member
			if err := json.Unmarshal(text, &o); err != nil || len(o) != 1 || o[inputName] == nil {
				return nil, bad("%s, sample %d: wanted %q alone", where, i+1, inputName)
			}
			if i > 0 {
				list = append(list, ',')
			}
			list = append(list, o[inputName]...)
		}
		list = append(list, ']')
		if inner := bytes.TrimLeft(first[inputName], " \t\r\n["); len(inner) > 0 && inner[0] == '{' {
			var pictures []json.RawMessage
			if err := json.Unmarshal(list, &pictures); err != nil {
				return nil, bad("%s: wanted pictures as {\"b64\": text}: %w", where, err)
			}
			return answerPictures(n, pictures, where)
		}
		return answerOf(n, list, where)
	case n.Columns() != nil:
		return answerRecords(n, objects, where)
	}
	return nil, bad("%s: wanted {\"b64\": text} or {%q: numbers}, found another object", where, inputName)
}

// answerPictures computes the answer for encoded pictures.
func answerPictures(n *engine.Network, objects []json.RawMessage, where string) (*engine.Answer, error) {
	if len(objects) > maxPictures {
		return nil, bad("%s: wanted at most %d pictures, found %d", where, maxPictures, len(objects))
	}
	var pictures [][]byte
	for i, text := range objects {
		var o member
		var encoded string
		if json.Unmarshal(text, &o) != nil || len(o) != 1 || json.Unmarshal(o["b64"], &encoded) != nil {
			return nil, bad("%s, sample %d: wanted {\"b64\": text} alone", where, i+1)
		}
		picture, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, bad("%s, sample %d: wanted base64: %w", where, i+1, err)
		}
		pictures = append(pictures, picture)
	}
	return wire.Pictures(n, pictures)
}

// answerRecords computes the answer for rows of a table, which have a value for each column, and no other.
func answerRecords(n *engine.Network, objects []json.RawMessage, where string) (*engine.Answer, error) {
	if _, err := n.Input().Rows(); err != nil {
		return nil, bad("%s: %w", where, err)
	}
	var values []float64
	for i, text := range objects {
		var row member
		if err := json.Unmarshal(text, &row); err != nil {
			return nil, bad("%s, row %d: wanted an object: %w", where, i+1, err)
		}
		for _, name := range n.Columns() {
			text, ok := row[name]
			if !ok {
				return nil, bad("%s, row %d: wanted a value of %q, found none", where, i+1, name)
			}
			v, err := strconv.ParseFloat(string(text), 64)
			if err != nil {
				return nil, bad("%s, row %d, %q: wanted a number, found %s", where, i+1, name, wire.Short(string(text)))
			}
			values = append(values, v)
			delete(row, name)
		}
		if len(row) > 0 {
			return nil, bad("%s, row %d: wanted the columns of the model and no other, found %q", where, i+1,
				wire.Short(slices.Min(slices.Collect(maps.Keys(row)))))
		}
	}
	return wire.Values(n, values)
}
