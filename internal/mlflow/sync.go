package mlflow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/lockfile"
)

// Sync sends the records that runs have left in the folder dir and the folders in it, and removes each when the server
// has all of it. It leaves out folders whose names begin with a dot, and records that another process sends at the
// moment. told is called with a line about each. It goes on after one that cannot be sent; the error is that of the first.
func Sync(ctx context.Context, dir string, env func(name string) (string, bool), told func(line string)) error {
	var first error
	failed := func(err error) {
		if first == nil {
			first = err
		} else {
			told(err.Error())
		}
	}
	root := dir
	if info, err := os.Stat(dir); err == nil && info.IsDir() { // WalkDir does not follow a link, unless a slash ends it
		root += string(filepath.Separator)
	}
	var paths []string
	_ = filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error { // its errors are told by then
		switch {
		case err != nil:
			failed(fault.New(fault.Data, filepath.Clean(path), "cannot read: %w", fault.Pathless(err)))
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."): // of what is not there yet, such as a draft
			return filepath.SkipDir
		case entry.Type().IsRegular() && strings.HasSuffix(path, Extension):
			paths = append(paths, path)
		}
		return nil
	})
	if len(paths) == 0 && first == nil {
		told(fmt.Sprintf("%s: nothing is left to send: no file ends in %s", dir, Extension))
	}
	sender := NewSender(env)
	for _, path := range paths {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		note, err := sender.Send(ctx, path)
		if held, ok := errors.AsType[*lockfile.HeldError](err); ok || errors.Is(err, fs.ErrNotExist) {
			why := "another process has sent it"
			if ok {
				why = "is being sent: " + held.Error()
			}
			told(path + ": " + why)
			continue
		}
		if err != nil {
			failed(err)
			continue
		}
		if note != "" {
			note = ": " + note
		}
		told(path + ": sent" + note)
	}
	return first
}

// Sender sends records from files, one after another. A server that does not answer is asked once.
type Sender struct {
	env  func(name string) (string, bool)
	away map[string]error // the servers that did not answer
}

// NewSender returns a Sender, which finds the user's name, password or token in the environment.
func NewSender(env func(name string) (string, bool)) *Sender {
	return &Sender{env: env, away: map[string]error{}}
}

// Send sends the record in the file at path, and the artifacts from its folder, and removes the record when the server
// has all of it. note says what the server can never get; empty: nothing. An error of kind fault.Network leaves the
// record, with what the server has got of it. That another process sends it is a *lockfile.HeldError, that it is not
// there any more an fs.ErrNotExist.
func (s *Sender) Send(ctx context.Context, path string) (note string, err error) {
	r, err := readRecord(path)
	if err != nil {
		return "", err
	}
	failed := func(err error) error {
		return fault.New(fault.Network, path, "cannot send to %s: %w", r.TrackingURI, err)
	}
	if err := s.away[r.TrackingURI]; err != nil {
		return "", failed(err)
	}
	unlock, err := lockfile.Lock(lockfile.PathFor(path))
	switch _, held := errors.AsType[*lockfile.HeldError](err); {
	case err == nil:
		defer unlock()
	case held, errors.Is(err, fs.ErrNotExist):
		return "", err
	case !errors.Is(err, lockfile.ErrUnsupported): // without locks it is as good as it can be
		return "", fault.New(fault.Write, path, "cannot lock: %w", fault.Pathless(err))
	}
	if r, err = readRecord(path); err != nil { // as the last who had the lock has left it
		return "", err
	}
	c := newClient(r.TrackingURI, s.env)
	c.note = func() error { return r.write(path) } // whoever goes on after a kill makes no second run
	note, err = c.finish(ctx, r, filepath.Dir(path))
	if err == nil {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // a new run may have removed it
			return "", fault.New(fault.Write, path, "cannot remove, though it was sent: %w", fault.Pathless(err))
		}
		return note, nil
	}
	if fault.KindOf(err) == fault.Write { // of the record
		return "", err
	}
	if _, answered := errors.AsType[*answerError](err); !answered {
		s.away[r.TrackingURI] = err
	}
	if err := r.write(path); err != nil {
		return "", err
	}
	return "", failed(err)
}
