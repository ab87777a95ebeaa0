package rest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"

	"dnn/internal/predict"
	"dnn/internal/serve/wire"
)

// stdin is the name of a picture that has none, as dnn predict has it for standard input.
const stdin = "-"

// predict answers a picture with what dnn predict --json prints: a line for each digit. The picture is the body, or a
// file of a form. The query may have model, top, reject, raw and name.
func (h *Handler) predict(w http.ResponseWriter, r *http.Request) error {
	if err := wire.Method(w, r, http.MethodPost, http.MethodPut); err != nil {
		return err
	}
	query, err := url.ParseQuery(r.URL.RawQuery) // r.URL.Query passes over what it cannot read
	if err != nil {
		return bad("wanted a query such as top=3&raw=true: %w", err)
	}
	o, err := optionsOf(query)
	if err != nil {
		return err
	}
	n := h.Models[0].Network()
	if name := query.Get("model"); name != "" {
		var ok bool
		if n, ok = h.Models.Named(name); !ok {
			return wire.NoModel(h.Models, name)
		}
	}
	body, err := h.Bodies.Read(r)
	if err != nil {
		return err
	}
	defer body.Release()
	picture, name := body.Data, stdin
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" {
		if picture, name, err = fileOf(body.Data, parameters["boundary"]); err != nil {
			return err
		}
	}
	if given := query.Get("name"); given != "" {
		name = wire.Short(given)
	}
	if len(picture) == 0 {
		return bad("wanted a picture, found an empty body")
	}
	text, err := wire.Pages(n, picture, name, o)
	if err != nil {
		return err
	}
	wire.Write(w, r, http.StatusOK, "application/x-ndjson", text)
	return nil
}

// optionsOf returns the options that the query of a URL has.
func optionsOf(query url.Values) (predict.Options, error) {
	o := predict.Options{Top: 1}
	var err error
	for key, values := range query {
		value := values[0]
		if len(values) > 1 {
			return o, bad("%s: wanted one value, found %d", wire.Short(key), len(values))
		}
		switch key {
		case "top":
			if o.Top, err = strconv.Atoi(value); err != nil || o.Top < 1 {
				return o, bad("top: wanted a whole number from 1 on, found %q", wire.Short(value))
			}
		case "reject":
			if o.Reject, err = strconv.ParseFloat(value, 64); err != nil || !(o.Reject >= 0 && o.Reject <= 1) {
				return o, bad("reject: wanted a number from 0 to 1, found %q", wire.Short(value))
			}
		case "raw":
			if o.Raw, err = strconv.ParseBool(value); err != nil && value != "" {
				return o, bad("raw: wanted true or false, found %q", wire.Short(value))
			}
			o.Raw = o.Raw || value == ""
		case "model", "name":
		default:
			return o, bad("wanted model, name, top, reject or raw, found %q", wire.Short(key))
		}
	}
	return o, nil
}

// fileOf returns the first file of a form, and its name.
func fileOf(form []byte, boundary string) ([]byte, string, error) {
	parts := multipart.NewReader(bytes.NewReader(form), boundary)
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, "", bad("wanted a file in the form, found none")
		}
		if err != nil {
			return nil, "", bad("wanted a form with a file: %w", err)
		}
		if part.FileName() == "" {
			continue
		}
		file, err := io.ReadAll(part)
		if err != nil {
			return nil, "", bad("wanted a form with a file: %w", err)
		}
		return file, wire.Short(part.FileName()), nil
	}
}
