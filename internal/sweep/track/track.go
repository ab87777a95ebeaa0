// Package track tells an MLflow server of the points of a sweep. Each point is a run of MLflow: a record of it
// (mlflow.Record) is among the files of the point from the moment that the point has a result, and is removed once the
// server has all of it. So a sweep that is killed loses nothing: its next call sends what
// is left, or dnn mlflow sync.
package track

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"dnn/internal/fault"
	"dnn/internal/lockfile"
	"dnn/internal/mlflow"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
	"dnn/internal/train/callback"
	"dnn/internal/world"
)

// RecordFile is the name of the record in the folder of a point.
const RecordFile = "point" + mlflow.Extension

// endTime is how long End may wait for the server.
const endTime = 10 * time.Second

// Options say whom to tell of which sweep.
type Options struct {
	Sweep   *space.Sweep
	Folder  *folder.Folder
	Version string // of the program
	Done    []int  // points that have a result already: what an earlier call has left of them is sent
}

// Tracker tells MLflow of points while others are trained. No point waits for the server, or fails for it. A nil Tracker
// tells nobody. Commit can be called from several goroutines.
type Tracker struct {
	Options
	system *world.System
	server *callback.MLflow
	wait   time.Duration

	cancel context.CancelFunc // ends the sender
	sender sync.WaitGroup
	wake   chan struct{} // has an element if there is something to send; closed by End

	mutex sync.Mutex
	queue []string // paths of records that the sender has not yet taken

	note   string // of the sender, and after it of End: what the server can never get
	left   []string
	failed error // why the first of left was not sent
}

// Start begins to tell of the points of a sweep. It returns nil if the base experiment, and so each point, has no MLflow
// server.
func Start(ctx context.Context, system *world.System, o Options) *Tracker {
	server := callback.MLflowOf(o.Sweep.Experiment().Callbacks)
	if server == nil {
		return nil
	}
	t := &Tracker{Options: o, system: system, server: server, wait: endTime, wake: make(chan struct{}, 1)}
	ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx)) // who stops a sweep wants it told
	for _, n := range slices.Sorted(slices.Values(o.Done)) {
		if path := t.path(n); isThere(path) {
			t.queue = append(t.queue, path)
		}
	}
	if len(t.queue) > 0 {
		t.wake <- struct{}{}
	}
	t.sender.Go(func() { t.send(ctx) })
	return t
}

// path returns where the record of a point is.
func (t *Tracker) path(point int) string { return filepath.Join(t.Folder.PointPath(point), RecordFile) }

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Commit is d.Commit with a record of the point beside its files, which must be there. If this draft becomes the point's
// folder, the record is sent.
func (t *Tracker) Commit(d *folder.Draft, r folder.Result) (won bool, err error) {
	if t == nil || r.Status == folder.Paused {
		return d.Commit(r)
	}
	text, err := t.record(d.Path, r).Encode()
	if err == nil {
		err = d.Write(RecordFile, text)
	}
	if err != nil {
		return false, err
	}
	if won, err = d.Commit(r); won && err == nil {
		t.add(t.path(r.Point))
	}
	return won, err
}

// add lets the sender send a record.
func (t *Tracker) add(path string) {
	t.mutex.Lock()
	t.queue = append(t.queue, path)
	t.mutex.Unlock()
	select {
	case t.wake <- struct{}{}:
	default: // the sender will see it anyway
	}
}

// take empties the queue.
func (t *Tracker) take() []string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	taken := t.queue
	t.queue = nil
	return taken
}

// send sends the records until End has been called. It asks a server that did not answer once more at the end.
func (t *Tracker) send(ctx context.Context) {
	var left []string
	sender := mlflow.NewSender(t.system.Env)
	for range t.wake {
		left = append(left, t.sendAll(ctx, sender, t.take())...)
	}
	t.left = t.sendAll(ctx, mlflow.NewSender(t.system.Env), append(left, t.take()...))
}

// sendAll sends records, and returns those that could not be sent.
func (t *Tracker) sendAll(ctx context.Context, sender *mlflow.Sender, paths []string) (left []string) {
	for i, path := range paths {
		if ctx.Err() != nil {
			return append(left, paths[i:]...)
		}
		note, err := sender.Send(ctx, path)
		if _, held := errors.AsType[*lockfile.HeldError](err); held || errors.Is(err, fs.ErrNotExist) {
			continue // another process, such as dnn mlflow sync, sends it, or has done so
		}
		if err != nil {
			left = append(left, path)
			if t.failed == nil {
				t.failed = err
			}
		}
		if t.note == "" {
			t.note = note
		}
	}
	return left
}

// End waits for the sender, for some seconds, and calls note with what the user should know, if there is anything. No
// Commit may follow.
func (t *Tracker) End(note func(text string)) {
	if t == nil {
		return
	}
	close(t.wake)
	late := time.AfterFunc(t.wait, t.cancel)
	t.sender.Wait()
	late.Stop()
	t.cancel()
	if len(t.left) == 0 {
		if t.note != "" {
			note("MLflow: " + t.note)
		}
		return
	}
	why := "the server takes longer than the sweep"
	if f, ok := errors.AsType[*fault.Error](t.failed); ok && !errors.Is(f, context.Canceled) {
		why = f.What
	}
	note(fmt.Sprintf("MLflow: %s; it lacks %s: `dnn mlflow sync %s` sends what is missing", why,
		fault.Count(len(t.left), "point"), t.Folder.Path()))
}
