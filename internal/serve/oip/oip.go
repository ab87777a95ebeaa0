// Package oip speaks the Open Inference Protocol, version 2, over HTTP, with the binary tensor data extension of Triton:
// https://github.com/kserve/open-inference-protocol and
// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md.
//
// A model has one input, called input, and two outputs: probabilities, FP32 [-1, classes], and class, INT64 [-1]. What
// the input is, its datatype says: FP32 and FP64 are numbers, UINT8 is pixels, BYTES are encoded pictures.
package oip

import (
	"net/http"
	"strings"

	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

// The names of a model's tensors.
const (
	inputName          = "input"
	probabilitiesName  = "probabilities"
	className          = "class"
	headerLengthHeader = "Inference-Header-Content-Length"
)

// Handler answers requests for paths that begin with /v2.
type Handler struct {
	Models  engine.Models
	Bodies  *wire.Bodies
	Version string      // of the program
	Ready   func() bool // whether the server takes requests

	memo memo
}

// metadata of a tensor.
type tensorInfo struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
}

type modelInfo struct {
	Name       string         `json:"name"`
	Versions   []string       `json:"versions"`
	Platform   string         `json:"platform"`
	Inputs     []tensorInfo   `json:"inputs"`
	Outputs    []tensorInfo   `json:"outputs"`
	Parameters map[string]any `json:"parameters"`
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.serve(w, r); err != nil {
		wire.Fail(w, r, err)
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	path := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v2"), "/")
	if rest, ok := strings.CutPrefix(path, "/models/"); ok {
		return h.model(w, r, rest)
	}
	var answer any
	ready := h.Ready()
	code := http.StatusOK
	switch path {
	case "":
		answer = map[string]any{
			"name": "dnn", "version": h.Version, "extensions": []string{"binary_tensor_data"},
		}
	case "/health/live":
		answer = map[string]bool{"live": true}
	case "/health/ready":
		answer = map[string]bool{"ready": ready}
		if !ready {
			code = http.StatusServiceUnavailable
		}
	case "/models":
		names := []string{}
		for _, m := range h.Models {
			names = append(names, m.Name)
		}
		answer = map[string][]string{"models": names}
	default:
		return wire.Errorf(http.StatusNotFound, "unknown path %q", wire.Short(r.URL.Path))
	}
	if err := wire.Method(w, r, http.MethodGet); err != nil {
		return err
	}
	wire.WriteJSON(w, r, code, answer)
	return nil
}

// model answers a request for /v2/models/rest.
func (h *Handler) model(w http.ResponseWriter, r *http.Request, rest string) error {
	name, n, rest, err := wire.Named(h.Models, rest)
	if err != nil {
		return err
	}
	switch rest {
	case "infer":
		if err := wire.Method(w, r, http.MethodPost); err != nil {
			return err
		}
		return h.infer(w, r, name, n)
	case "", "ready":
		if err := wire.Method(w, r, http.MethodGet); err != nil {
			return err
		}
		if rest == "" {
			wire.WriteJSON(w, r, http.StatusOK, describe(name, n))
			return nil
		}
		code, ready := http.StatusOK, h.Ready()
		if !ready {
			code = http.StatusServiceUnavailable
		}
		wire.WriteJSON(w, r, code, map[string]any{"name": name, "ready": ready})
		return nil
	}
	return wire.Errorf(http.StatusNotFound, "unknown path %q", wire.Short(r.URL.Path))
}

// describe returns the metadata of a model.
func describe(name string, n *engine.Network) modelInfo {
	parameters := map[string]any{"classes": n.Classes()}
	if n.SHA256 != "" { // a network that is being trained has no file
		parameters["sha256"] = n.SHA256
	}
	if columns := n.Columns(); columns != nil {
		parameters["columns"] = columns
	} else {
		rows, columns := n.Size()
		parameters["image"] = []int{rows, columns}
		parameters["datatypes"] = []string{"FP32", "FP64", "UINT8", "BYTES"}
	}
	return modelInfo{
		Name: name, Versions: []string{wire.Version}, Platform: "dnn",
		Inputs: []tensorInfo{{inputName, "FP32", []int{-1, n.Features()}}},
		Outputs: []tensorInfo{
			{probabilitiesName, "FP32", []int{-1, len(n.Classes())}}, {className, "INT64", []int{-1}},
		},
		Parameters: parameters,
	}
}
