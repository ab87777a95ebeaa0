// Package rest speaks the protocols of servers that have no tensors with names: TensorFlow Serving's REST
// (https://www.tensorflow.org/tfx/serving/api_rest), the invocations of MLflow and SageMaker, and plain pictures.
package rest

import (
	"net/http"
	"strconv"
	"strings"

	"dnn/internal/serve/engine"
	"dnn/internal/serve/wire"
)

// Handler answers requests for /v1/…, /invocations, /ping and /predict.
type Handler struct {
	Models engine.Models
	Bodies *wire.Bodies
	Ready  func() bool // whether the server takes requests
}

func bad(format string, args ...any) error {
	return wire.Errorf(http.StatusBadRequest, format, args...)
}

// do makes a handler of a function: its error becomes the response.
func do(f func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			wire.Fail(w, r, err)
		}
	})
}

// TensorFlow returns the handler of paths that begin with /v1/.
func (h *Handler) TensorFlow() http.Handler { return do(h.tensorflow) }

// Invocations returns the handler of /invocations.
func (h *Handler) Invocations() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.invocations(w, r); err != nil {
			failInvocation(w, r, err)
		}
	})
}

// Ping returns the handler of /ping.
func (h *Handler) Ping() http.Handler {
	return do(func(w http.ResponseWriter, r *http.Request) error {
		if err := wire.Method(w, r, http.MethodGet); err != nil {
			return err
		}
		code := http.StatusOK
		if !h.Ready() {
			code = http.StatusServiceUnavailable
		}
		wire.Write(w, r, code, wire.JSON, []byte("{}\n"))
		return nil
	})
}

// Predict returns the handler of /predict.
func (h *Handler) Predict() http.Handler { return do(h.predict) }

func (h *Handler) tensorflow(w http.ResponseWriter, r *http.Request) error {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1/models/")
	if !ok {
		return wire.Errorf(http.StatusNotFound, "unknown path %q", wire.Short(r.URL.Path))
	}
	rest, verb, hasVerb := strings.Cut(rest, ":")
	name, n, rest, err := wire.Named(h.Models, rest)
	if err != nil {
		return err
	}
	switch {
	case rest == "" && hasVerb && verb == "predict":
		if err := wire.Method(w, r, http.MethodPost); err != nil {
			return err
		}
		return h.predictTensors(w, r, n)
	case rest == "" && hasVerb:
		return bad("wanted :predict, found :%s", wire.Short(verb))
	}
	if rest = strings.TrimSuffix(rest, "/"); rest != "" && (rest != "metadata" || hasVerb) {
		return wire.Errorf(http.StatusNotFound, "unknown path %q", wire.Short(r.URL.Path))
	}
	if err := wire.Method(w, r, http.MethodGet); err != nil {
		return err
	}
	if rest == "" {
		h.tellState(w, r, name)
	} else {
		wire.WriteJSON(w, r, http.StatusOK, signature(name, n))
	}
	return nil
}

// tellState writes the state of a model, which is the server's. KServe's protocol 1 has the same path, and wants name and
// ready there.
func (h *Handler) tellState(w http.ResponseWriter, r *http.Request, name string) {
	code, state, ready := http.StatusOK, "AVAILABLE", h.Ready()
	if !ready {
		code, state = http.StatusServiceUnavailable, "UNLOADING"
	}
	wire.WriteJSON(w, r, code, map[string]any{
		"name": name, "ready": ready,
		"model_version_status": []any{map[string]any{
			"version": wire.Version, "state": state,
			"status": map[string]string{"error_code": "OK", "error_message": ""},
		}},
	})
}

// signature returns the metadata of a model: protobuf's JSON of GetModelMetadataResponse.
func signature(name string, n *engine.Network) any {
	tensor := func(dtype, name string, shape ...int) any {
		dims := []any{}
		for _, size := range shape {
			dims = append(dims, map[string]string{"size": strconv.Itoa(size), "name": ""})
		}
		return map[string]any{
			"dtype": dtype, "name": name + ":0",
			"tensor_shape": map[string]any{"dim": dims, "unknown_rank": false},
		}
	}
	definition := map[string]any{
		"inputs":      map[string]any{"input": tensor("DT_FLOAT", "input", -1, n.Features())},
		"outputs":     map[string]any{"probabilities": tensor("DT_FLOAT", "probabilities", -1, len(n.Classes()))},
		"method_name": "tensorflow/serving/predict", "defaults": map[string]any{},
	}
	return map[string]any{
		"model_spec": map[string]string{"name": name, "signature_name": "", "version": wire.Version},
		"metadata": map[string]any{"signature_def": map[string]any{
			"signature_def": map[string]any{signatureName: definition},
		}},
	}
}
