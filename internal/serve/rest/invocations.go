package rest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

// split is a table as pandas writes it with orient="split".
type split struct {
	Columns []column          `json:"columns"`
	Data    []json.RawMessage `json:"data"` // rows
}

// column is the name of a column. Without names, pandas writes numbers.
type column string

// UnmarshalJSON takes a text, or anything else as it is written.
func (c *column) UnmarshalJSON(text []byte) error {
	var name string
	if json.Unmarshal(text, &name) != nil {
		name = string(text)
	}
	*c = column(name)
	return nil
}

// invocations answers what MLflow and SageMaker send, with the first model: JSON (instances, inputs, dataframe_split,
// dataframe_records, or a plain list), CSV without a header, or an encoded picture.
func (h *Handler) invocations(w http.ResponseWriter, r *http.Request) error {
	if err := wire.Method(w, r, http.MethodPost); err != nil {
		return err
	}
	body, err := h.Bodies.Read(r)
	if err != nil {
		return err
	}
	defer body.Release()
	n := h.Models[0].Network()
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = wire.JSON
	}
	var a *engine.Answer
	switch {
	case kind == "text/csv":
		a, err = answerCSV(n, body.Data)
	case strings.HasPrefix(kind, "image/"), kind == "application/x-image":
		a, err = wire.Pictures(n, [][]byte{body.Data})
	case kind == wire.JSON, strings.HasSuffix(kind, "+json"), kind == "application/x-www-form-urlencoded":
		a, err = answerJSON(n, body.Data) // curl -d says that it is a form
	default:
		return wire.Errorf(http.StatusUnsupportedMediaType,
			"wanted application/json, text/csv or image/…, found %q", wire.Short(kind))
	}
	if err != nil {
		return err
	}
	tell(w, r, "predictions", a)
	return nil
}

// failInvocation writes an error as MLflow's servers do, and for SageMaker, which has no form of its own, as all others here.
func failInvocation(w http.ResponseWriter, r *http.Request, err error) {
	code, message := wire.StatusOf(err)
	name := "BAD_REQUEST"
	switch code {
	case http.StatusServiceUnavailable:
		name = "TEMPORARILY_UNAVAILABLE"
	case http.StatusInternalServerError:
		name = "INTERNAL_ERROR"
	}
	wire.WriteJSON(w, r, code, map[string]string{"error": message, "error_code": name, "message": message})
}

// answerJSON computes the answer for any of MLflow's forms.
func answerJSON(n *engine.Network, text []byte) (*engine.Answer, error) {
	if list := bytes.TrimSpace(text); len(list) > 0 && list[0] == '[' {
		if !json.Valid(list) {
			return nil, bad("wanted JSON, found something else")
		}
		return answerOf(n, list, "the list")
	}
	var q struct {
		tensors
		Records []json.RawMessage `json:"dataframe_records"`
	}
	if err := json.Unmarshal(text, &q); err != nil {
		return nil, bad("wanted JSON with instances, inputs, dataframe_split or dataframe_records: %w", err)
	}
	switch {
	case q.Split != nil:
		return q.Split.answer(n)
	case len(q.Records) > 0:
		return answerRecords(n, q.Records, "dataframe_records")
	}
	return q.answer(n)
}

// answer computes the answer for a table: of its columns by their names or, of an image, a column for each pixel.
func (s *split) answer(n *engine.Network) (*engine.Answer, error) {
	places, err := s.places(n)
	if err != nil {
		return nil, err
	}
	var values []float64
	for i, text := range s.Data {
		var row []json.RawMessage
		if err := json.Unmarshal(text, &row); err != nil {
			return nil, bad("dataframe_split, row %d: wanted a list: %w", i+1, err)
		}
		switch {
		case len(row) != len(s.Columns) && len(s.Columns) > 0:
			return nil, bad("dataframe_split, row %d: wanted %d values, found %d", i+1, len(s.Columns), len(row))
		case len(row) != n.Features():
			return nil, bad("dataframe_split, row %d: wanted %d pixels, found %d", i+1, n.Features(), len(row))
		}
		for _, place := range places {
			v, err := strconv.ParseFloat(string(row[place]), 64)
			if err != nil {
				return nil, bad("dataframe_split, row %d: wanted a number, found %s", i+1, wire.Short(string(row[place])))
			}
			values = append(values, v)
		}
	}
	if len(s.Data) == 0 {
		return nil, bad("dataframe_split: wanted at least one row, found none")
	}
	return wire.Values(n, values)
}

// places returns where each of the model's inputs is in a row.
func (s *split) places(n *engine.Network) ([]int, error) {
	places := make([]int, n.Features())
	for i := range places {
		places[i] = i
	}
	columns := n.Columns()
	for i, name := range columns {
		if places[i] = slices.Index(s.Columns, column(name)); places[i] < 0 {
			return nil, bad("dataframe_split: wanted the column %q, found none", name)
		}
	}
	if columns != nil && len(s.Columns) > len(columns) {
		i := slices.IndexFunc(s.Columns, func(c column) bool { return !slices.Contains(columns, string(c)) })
		if i < 0 {
			return nil, bad("dataframe_split: wanted each of %d columns once, found %d", len(columns), len(s.Columns))
		}
		return nil, bad("dataframe_split: wanted the columns of the model and no other, found %q", wire.Short(string(s.Columns[i])))
	}
	return places, nil
}

// answerCSV computes the answer for rows of numbers without a header, in the order of the model's inputs.
func answerCSV(n *engine.Network, text []byte) (*engine.Answer, error) {
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord = n.Features()
	rows.TrimLeadingSpace, rows.ReuseRecord = true, true
	var values []float64
	for {
		row, err := rows.Read()
		if row == nil && err != nil {
			if len(values) == 0 || !errors.Is(err, io.EOF) {
				return nil, bad("wanted rows of %d numbers as CSV: %w", n.Features(), err)
			}
			return wire.Values(n, values)
		}
		if err != nil {
			return nil, bad("wanted rows of %d numbers as CSV: %w", n.Features(), err)
		}
		for _, field := range row {
			v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			if err != nil {
				return nil, bad("row %d: wanted a number, found %q", len(values)/n.Features()+1, wire.Short(field))
			}
			values = append(values, v)
		}
	}
}
