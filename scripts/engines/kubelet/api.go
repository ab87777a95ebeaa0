package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"sigs.k8s.io/yaml"
)

// api is a Kubernetes API server.
type api struct {
	server, token string
	client        *http.Client
}

// statusError is an answer that is no success.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return fmt.Sprintf("status %d: %s", e.code, e.text) }

// isStatus reports whether err is an answer with that status.
func isStatus(err error, code int) bool {
	s, ok := errors.AsType[*statusError](err)
	return ok && s.code == code
}

// do sends what, as JSON, and reads the answer into answer. Either may be nil.
func (a *api) do(ctx context.Context, method, path, contentType string, what, answer any) error {
	var body io.Reader
	if what != nil {
		text, err := json.Marshal(what)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.server+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", contentType)
	response, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %w", method, path, &statusError{response.StatusCode, string(text)})
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

func (a *api) get(ctx context.Context, path string, answer any) error {
	return a.do(ctx, http.MethodGet, path, "application/json", nil, answer)
}

// patch changes fields of an object, as kubectl patch does.
func (a *api) patch(ctx context.Context, path string, what any) error {
	return a.do(ctx, http.MethodPatch, path, "application/strategic-merge-patch+json", what, nil)
}

// apply creates the objects of a manifest, strictly: a field that the server does not know is an error.
func (a *api) apply(ctx context.Context, manifest []byte) error {
	for _, document := range bytes.Split(manifest, []byte("\n---\n")) {
		var object map[string]any
		if err := yaml.Unmarshal(document, &object); err != nil {
			return err
		}
		path := namespace + "/configmaps"
		if object["kind"] == "Job" {
			path = jobs
		}
		err := a.do(ctx, http.MethodPost, path+"?fieldValidation=Strict", "application/json", object, nil)
		if err != nil {
			return fmt.Errorf("a %v: %w", object["kind"], err)
		}
	}
	return nil
}
