package mlflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options say what run a Tracker tells a server about.
type Options struct {
	URI        string // of the server
	Experiment string // of the server, which is made if there is none
	Name       string // of the run
	Output     string // the model's file: a record and the artifacts are next to it; empty: nothing is written
	Params     []Param
	Tags       []Param

	Env func(name string) (string, bool) // for the user's name, password or token
	Now func() time.Time
}

// Tracker tells a server about a run while it goes on. Its methods return at once, except for End. A server that does not
// answer is not asked again before the end.
type Tracker struct {
	options Options
	client  *client
	path    string // of the record

	stop   context.CancelFunc // ends the sender
	sender sync.WaitGroup
	wake   chan struct{} // has an element if there is something to send

	mutex sync.Mutex
	queue []Metric // that the sender has not yet taken

	record Record // of the sender, and after it of End
	away   error  // why the server is not asked any more
}

// Start begins to tell the server about a run. A record that an earlier run has left next to the same output is of a
// model that is about to be replaced: it is removed.
func Start(ctx context.Context, o Options) *Tracker {
	t := &Tracker{
		options: o, client: newClient(o.URI, o.Env), wake: make(chan struct{}, 1),
		record: Record{
			Format: 1, TrackingURI: o.URI, Experiment: o.Experiment, Name: o.Name, Begun: o.Now().UnixMilli(),
			Params: o.Params, Tags: o.Tags, Metrics: []Metric{}, Artifacts: []string{},
		},
	}
	if o.Output != "" {
		t.path = RecordPath(o.Output)
		_ = os.Remove(t.path) // there may be none
	}
	ctx, t.stop = context.WithCancel(context.WithoutCancel(ctx))
	t.sender.Go(func() { t.send(ctx) })
	t.wake <- struct{}{}
	return t
}

// RecordPath returns where the record of a run with that output is, if the server lacks something of it.
func RecordPath(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + Extension
}

// LeftNote returns what to say of the record that an earlier run with that output has left; empty: there is none.
func LeftNote(output string) string {
	path := RecordPath(output)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return fmt.Sprintf("an MLflow server lacks the run in %s: `dnn mlflow sync %s` sends it", path, filepath.Dir(path))
}

// Log adds values of metrics at a step, such as an epoch.
func (t *Tracker) Log(step int, values ...Value) {
	now := t.options.Now().UnixMilli()
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, v := range values {
		t.queue = append(t.queue, Metric{Key: v.Name, Value: Number(v.Value), Timestamp: now, Step: step})
	}
	select {
	case t.wake <- struct{}{}:
	default: // the sender will see it anyway
	}
}

// Value is a metric with its value.
type Value struct {
	Name  string
	Value float64
}

// take moves the queue to the record.
func (t *Tracker) take() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.record.Metrics = append(t.record.Metrics, t.queue...)
	t.queue = nil
}

// send sends what there is whenever there is something, until ctx ends or the server does not answer.
func (t *Tracker) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.wake:
		}
		t.take()
		if err := t.client.begin(ctx, &t.record); err != nil {
			if !errors.Is(err, context.Canceled) { // else the run has ended, and End sends the rest
				t.away = err
			}
			return
		}
	}
}

// begin sends what a server can be told while the run goes on.
func (c *client) begin(ctx context.Context, r *Record) error {
	if r.RunID == "" {
		if err := c.create(ctx, r); err != nil {
			return err
		}
	}
	if !r.SentParams {
		if err := c.params(ctx, r); err != nil {
			return err
		}
	}
	for r.SentMetrics < len(r.Metrics) {
		if err := c.metrics(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// finish sends everything of a run that has ended, with files from the folder. note says what the server can never get;
// empty: nothing.
func (c *client) finish(ctx context.Context, r *Record, folder string) (note string, err error) {
	if err := c.begin(ctx, r); err != nil {
		return "", err
	}
	for r.SentArtifacts < len(r.Artifacts) {
		name := r.Artifacts[r.SentArtifacts]
		switch _, takes := artifactEndpoint(r.Root, ""); {
		case !takes:
			note = fmt.Sprintf("files stay here: the server keeps artifacts in %s, and does not take them itself", r.Root)
		default:
			if err := c.upload(ctx, r, folder, name); errors.Is(err, os.ErrNotExist) {
				note = fmt.Sprintf("%s is gone, and was not sent", filepath.Join(folder, name))
			} else if err != nil {
				return "", fmt.Errorf("%s: %w", name, err)
			}
		}
		r.SentArtifacts++
	}
	return note, c.end(ctx, r)
}

// endTime is how long End may wait for the server.
const endTime = 10 * time.Second

// End says that the run has ended, and sends its files: paths in the folder of the output. It waits for the server, for
// some seconds. It returns what the user should know; empty: the server has everything. An error is one of writing the
// record.
func (t *Tracker) End(ctx context.Context, status Status, artifacts []string) (note string, err error) {
	t.stop()
	t.sender.Wait()
	t.take()
	r := &t.record
	r.Status, r.Ended = status, t.options.Now().UnixMilli()
	for _, path := range artifacts {
		r.Artifacts = append(r.Artifacts, filepath.Base(path))
	}
	folder := filepath.Dir(t.options.Output)
	if t.away == nil {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), endTime) // a person who stops a run wants it told
		defer stop()
		if note, t.away = t.client.finish(ctx, r, folder); t.away == nil {
			return note, nil
		}
	}
	if t.path == "" {
		return fmt.Sprintf("MLflow at %s: %v; it lacks this run, which has written no files", t.options.URI, t.away), nil
	}
	if err := r.write(t.path); err != nil {
		return "", err
	}
	return fmt.Sprintf("MLflow at %s: %v; the run is in %s, and `dnn mlflow sync %s` sends it later",
		t.options.URI, t.away, t.path, folder), nil
}

// oneLine returns text on one line of at most 200 characters.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 200 {
		text = string(r[:200]) + "…"
	}
	return text
}
