package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// client speaks to one server.
type client struct {
	uri  string // without a slash at the end
	http *http.Client
	env  func(name string) (string, bool)
	note func() error // keeps the record before a run is made, and once it has a number; nil: nothing does
}

// newClient returns a client of the server at uri, with the user's name, password or token from the environment, as
// MLflow's own client takes them: MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD, MLFLOW_TRACKING_TOKEN.
func newClient(uri string, env func(name string) (string, bool)) *client {
	return &client{uri: strings.TrimRight(uri, "/"), http: &http.Client{}, env: env}
}

// requestTime is how long one request may take. Files may take longer: see upload.
const requestTime = 5 * time.Second

// maxAnswer is how much of an answer is read.
const maxAnswer = 1 << 20

// answerError is an error that the server has answered with.
type answerError struct {
	status int
	code   string // such as RESOURCE_DOES_NOT_EXIST
	text   string
}

func (e *answerError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("status %d %s %s", e.status, e.code, oneLine(e.text)))
}

// call sends what, as JSON, to an endpoint, and reads the answer.
func (c *client) call(ctx context.Context, method, endpoint string, what, answer any) error {
	ctx, stop := context.WithTimeout(ctx, requestTime)
	defer stop()
	var body io.Reader
	if what != nil {
		text, err := json.Marshal(what)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	text, err := c.send(ctx, method, "/api/2.0/mlflow/"+endpoint, "application/json", body, -1)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("wanted JSON of MLflow from %s, found other data: %w", endpoint, err)
	}
	return nil
}

// send sends a request and returns the answer. size is the length of the body; -1: of a body in memory.
func (c *client) send(
	ctx context.Context, method, path, contentType string, body io.Reader, size int64,
) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.uri+path, body)
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		request.ContentLength = size
	}
	request.Header.Set("Content-Type", contentType)
	c.authorize(request)
	response, err := c.http.Do(request)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the address, which the message has already
		}
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		e := &answerError{status: response.StatusCode}
		var said struct {
			Code    string `json:"error_code"`
			Message string `json:"message"`
		}
		if json.Unmarshal(text, &said) == nil {
			e.code, e.text = said.Code, said.Message
		}
		return nil, e
	}
	return text, nil
}

func (c *client) authorize(request *http.Request) {
	if token, ok := c.env("MLFLOW_TRACKING_TOKEN"); ok && token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	} else if user, ok := c.env("MLFLOW_TRACKING_USERNAME"); ok && user != "" {
		password, _ := c.env("MLFLOW_TRACKING_PASSWORD")
		request.SetBasicAuth(user, password)
	}
}

// experiment returns the number of the experiment of that name, which is made if there is none.
func (c *client) experiment(ctx context.Context, name string) (string, error) {
	var found struct {
		Experiment struct {
			ID string `json:"experiment_id"`
		} `json:"experiment"`
	}
	endpoint := "experiments/get-by-name?experiment_name=" + url.QueryEscape(name)
	err := c.call(ctx, http.MethodGet, endpoint, nil, &found)
	if err == nil {
		return found.Experiment.ID, nil
	}
	if e, ok := errors.AsType[*answerError](err); !ok || e.code != "RESOURCE_DOES_NOT_EXIST" {
		return "", err
	}
	var made struct {
		ID string `json:"experiment_id"`
	}
	err = c.call(ctx, http.MethodPost, "experiments/create", map[string]string{"name": name}, &made)
	if e, ok := errors.AsType[*answerError](err); ok && e.code == "RESOURCE_ALREADY_EXISTS" { // by another run, just now
		err = c.call(ctx, http.MethodGet, endpoint, nil, &found)
		return found.Experiment.ID, err
	}
	return made.ID, err
}

// runInfo is a run as the server names it.
type runInfo struct {
	RunID       string `json:"run_id"`
	Name        string `json:"run_name"`
	ArtifactURI string `json:"artifact_uri"`
}

// create creates the run, and notes its number and where its artifacts go. If an earlier request for it had no answer,
// since it took too long or whoever sent it was killed, the run may be there: then it is taken.
func (c *client) create(ctx context.Context, r *Record) error {
	id, err := c.experiment(ctx, r.Experiment)
	if err != nil {
		return err
	}
	if r.Tried {
		if err := c.find(ctx, id, r); err != nil {
			return err
		}
	}
	if r.RunID == "" {
		r.Tried = true
		if err := c.keep(); err != nil {
			return err
		}
		var made struct {
			Run struct {
				Info runInfo `json:"info"`
			} `json:"run"`
		}
		// A request that is given up may make a run whose number nobody knows.
		err = c.call(context.WithoutCancel(ctx), http.MethodPost, "runs/create", map[string]any{
			"experiment_id": id, "run_name": r.Name, "start_time": r.Begun, "tags": r.Tags,
		}, &made)
		if err != nil {
			return err
		}
		r.RunID, r.Root = made.Run.Info.RunID, made.Run.Info.ArtifactURI
	}
	if r.RunID == "" {
		return errors.New("wanted the number of the new run, found none")
	}
	return c.keep()
}

// keep calls note.
func (c *client) keep() error {
	if c.note == nil {
		return nil
	}
	return c.note()
}

// find looks for a run with the name of the record that began in the same millisecond, in the experiment id.
func (c *client) find(ctx context.Context, id string, r *Record) error {
	var found struct {
		Runs []struct {
			Info runInfo `json:"info"`
		} `json:"runs"`
	}
	err := c.call(ctx, http.MethodPost, "runs/search", map[string]any{
		"experiment_ids": []string{id}, "filter": fmt.Sprintf("attributes.start_time = %d", r.Begun),
	}, &found)
	for _, run := range found.Runs {
		if run.Info.Name == r.Name {
			r.RunID, r.Root = run.Info.RunID, run.Info.ArtifactURI
		}
	}
	return err
}

// MLflow takes so many parameters and metrics in one request.
const (
	maxParams  = 100
	maxMetrics = 1000
)

// params sends the parameters.
func (c *client) params(ctx context.Context, r *Record) error {
	for all := r.Params; len(all) > 0; all = all[min(len(all), maxParams):] {
		err := c.call(ctx, http.MethodPost, "runs/log-batch", map[string]any{
			"run_id": r.RunID, "params": all[:min(len(all), maxParams)],
		}, nil)
		if err != nil {
			return err
		}
	}
	r.SentParams = true
	return nil
}

// metrics sends a part of the metrics that the server does not have. A metric that is sent twice counts once.
func (c *client) metrics(ctx context.Context, r *Record) error {
	next := r.Metrics[r.SentMetrics:]
	next = next[:min(len(next), maxMetrics)]
	err := c.call(ctx, http.MethodPost, "runs/log-batch", map[string]any{"run_id": r.RunID, "metrics": next}, nil)
	if err == nil {
		r.SentMetrics += len(next)
	}
	return err
}

// end says how the run has ended.
func (c *client) end(ctx context.Context, r *Record) error {
	return c.call(ctx, http.MethodPost, "runs/update", map[string]any{
		"run_id": r.RunID, "status": r.Status, "end_time": r.Ended,
	}, nil)
}

// artifactScheme is how the place of artifacts begins if the server takes them itself.
const artifactScheme = "mlflow-artifacts:"

// artifactEndpoint returns the path to which a file is sent. It returns false if the server keeps artifacts elsewhere,
// such as in an object store, to which only MLflow's own client goes.
func artifactEndpoint(root, name string) (string, bool) {
	u, err := url.Parse(root)
	if err != nil || u.Scheme+":" != artifactScheme {
		return "", false
	}
	at := path.Join("/api/2.0/mlflow-artifacts/artifacts", u.Path, name)
	return (&url.URL{Path: at}).EscapedPath(), true
}

// upload sends a file of the folder.
func (c *client) upload(ctx context.Context, r *Record, folder, name string) error {
	endpoint, ok := artifactEndpoint(r.Root, filepath.Base(name))
	if !ok {
		return fmt.Errorf("wanted a server that takes artifacts itself (mlflow server --serve-artifacts), found artifacts in %s", r.Root)
	}
	file, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	// At least 1 MB/s, so that no server holds a run forever.
	ctx, stop := context.WithTimeout(ctx, requestTime+time.Duration(info.Size()/1e6)*time.Second)
	defer stop()
	_, err = c.send(ctx, http.MethodPut, endpoint, "application/octet-stream", file, info.Size())
	return err
}
