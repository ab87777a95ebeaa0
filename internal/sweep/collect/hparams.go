package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/sweep/folder"
	"dnn/internal/tensorboard"
)

// writeEvents writes event files for TensorBoard's plugin hparams: one for the sweep, and one for each point in a folder
// of its own. They are written beside path and then take the place of what an earlier call has written there.
func (s *sweep) writeEvents(ctx context.Context, path string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the folder is replaced, not a link to it
	}
	path = filepath.Clean(path)
	if err := s.checkEvents(path); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fault.CannotWrite(path, err)
	}
	draft, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fault.CannotWrite(path, err)
	}
	defer func() { _ = os.RemoveAll(draft) }() // what is left of it
	events := filepath.Join(draft, "events")   // MkdirTemp's own folder is for the owner alone
	if err := s.writeExperiment(events); err != nil {
		return fault.CannotWrite(path, err)
	}
	for _, p := range s.points {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := s.writeSession(filepath.Join(events, fmt.Sprintf("%06d", p.Point)), p); err != nil {
			return fault.CannotWrite(path, err)
		}
	}
	before := filepath.Join(draft, "before")
	if err := os.Rename(path, before); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.CannotWrite(path, err)
	}
	if err := os.Rename(events, path); err != nil {
		_ = os.Rename(before, path) // it was not harmed
		return fault.CannotWrite(path, err)
	}
	return nil
}

// checkEvents returns an error if there is something at path that an earlier call for this sweep has not written.
func (s *sweep) checkEvents(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fault.CannotWrite(path, err)
	}
	ours := false // whether there is a file with this sweep's hash
	for _, e := range entries {
		isEvents := strings.HasPrefix(e.Name(), "events.out.tfevents.") && strings.Contains(e.Name(), ".dnn.")
		switch {
		case e.IsDir() && strings.Trim(e.Name(), "0123456789") == "":
		case e.Type().IsRegular() && isEvents:
			text, err := os.ReadFile(filepath.Join(path, e.Name()))
			ours = err == nil && bytes.Contains(text, []byte(s.Hash))
		default:
			return notOurs(path, e.Name())
		}
	}
	if !ours {
		return notOurs(path, entries[0].Name())
	}
	return nil
}

func notOurs(path, found string) error {
	return fault.New(fault.Write, path, "wanted an empty folder, or one with this sweep's events, found %s", found).
		WithHint("give --tensorboard another folder")
}

// writeExperiment writes what all points have in common.
func (s *sweep) writeExperiment(path string) error {
	e := tensorboard.Experiment{Name: s.study(), Description: "dnn sweep " + s.Hash, Metrics: s.names}
	for _, p := range s.parameters {
		h := tensorboard.Hyperparameter{Name: p.key, Low: p.low, High: p.high}
		for _, v := range p.choices {
			h.Domain = append(h.Domain, p.setting(v))
		}
		e.Hyperparameters = append(e.Hyperparameters, h)
	}
	w, err := tensorboard.Create(path, 0, begun)
	if err != nil {
		return err
	}
	return errors.Join(w.Experiment(e), w.Close())
}

// writeSession writes the settings of a point, its curve, and its metrics at its last epoch.
func (s *sweep) writeSession(path string, p point) error {
	w, err := tensorboard.Create(path, 0, begun)
	if err != nil {
		return err
	}
	var settings []tensorboard.Setting
	for i, v := range p.values {
		if v.kind != none {
			settings = append(settings, tensorboard.Setting{Name: s.Keys[i], Value: s.parameters[i].setting(v)})
		}
	}
	failed := w.SessionStart(fmt.Sprintf("setting %d", p.Setting), settings)
	if s.own {
		for i, v := range p.Curve {
			failed = errors.Join(failed, w.Scalar("epoch_"+s.metric.Name, i, v))
		}
	}
	for _, name := range s.names {
		if v, ok := p.Metrics[name]; ok {
			failed = errors.Join(failed, w.Scalar(name, max(0, p.Epochs-1), v))
		}
	}
	ok := p.Status == folder.Finished || p.Status == folder.Stopped
	return errors.Join(failed, w.SessionEnd(ok, p.took()), w.Close())
}

// setting returns a value as TensorBoard has it.
func (p parameter) setting(v value) any {
	switch p.kind {
	case number:
		return v.number
	case truth:
		return v.number == 1
	}
	return v.text
}
