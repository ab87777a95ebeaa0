package serve

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/serve/engine"
)

// watch is the file of a model, and the files beside it that it needs, as they were when the model was read last.
type watch struct {
	model *engine.Model
	seen  []stamp // of the files that were read, or refused; the model's own is the first
	last  []stamp // of the last look
	waits bool    // for what it needs to be read, as was told
}

// stamp tells whether a file has changed.
type stamp struct {
	path string
	size int64 // -1: it cannot be looked at
	mode fs.FileMode
	time time.Time
	file fs.FileInfo // tells whether it is the same file
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{path: path, size: -1}
	}
	return stamp{path, info.Size(), info.Mode(), info.ModTime(), info}
}

// look returns the stamps of the same files as they are now.
func look(files []stamp) []stamp {
	now := make([]stamp, len(files))
	for i, f := range files {
		now[i] = stampOf(f.path)
	}
	return now
}

func (s stamp) equal(o stamp) bool {
	return s.path == o.path && s.size == o.size && s.mode == o.mode && s.time.Equal(o.time) && (s.file == nil) == (o.file == nil) &&
		(s.file == nil || os.SameFile(s.file, o.file))
}

// same reports whether no file has changed.
func same(a, b []stamp) bool { return slices.EqualFunc(a, b, stamp.equal) }

// read reads the model, and notes its files as they were before.
func (s *server) read(w *watch) (*engine.Network, error) {
	w.seen = []stamp{stampOf(w.model.Path)}
	n, err := s.engine.Load(w.model.Path, func(text string) { report.Note(s.system.Stderr, text) },
		func(path string) { w.seen = append(w.seen, stampOf(path)) })
	w.last = w.seen
	return n, err
}

// load reads all models.
func (s *server) load(names []named) ([]*watch, error) {
	var all []*watch
	for _, one := range names {
		w := &watch{model: &engine.Model{Name: one.name, Path: one.path}}
		n, err := s.read(w)
		if err != nil {
			return nil, err
		}
		w.model.Use(n)
		s.metrics.Use(one.name, n, nil)
		s.models, all = append(s.models, w.model), append(all, w)
	}
	return all, nil
}

// watch reads models again when their files change, or when it is told to.
func (s *server) watch(ctx context.Context, all []*watch) {
	interval := pollInterval
	if s.o.poll != 0 {
		interval = s.o.poll
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.o.Reload:
			for _, w := range all {
				s.reload(w)
			}
		case <-ticker.C:
			for _, w := range all {
				now := look(w.seen)
				stable := same(now, w.last) // it is not being written any more
				w.last = now
				if stable && now[0].size >= 0 && !same(now, w.seen) {
					s.reload(w)
				}
			}
		}
	}
}

// reload reads a model again. If it cannot be used, the server goes on with the old one. If that is not for what is in
// the file, the next look tries again.
func (s *server) reload(w *watch) {
	old, before := w.model.Network(), w.seen
	n, err := s.read(w)
	if err == nil {
		err = fits(n, old)
	}
	s.metrics.Reloaded(err == nil)
	if err != nil {
		again := passes(err)
		if again {
			w.seen, w.last = before, look(before)
		}
		if !again || !w.waits {
			report.Message(s.system.Stderr, "%s stays as it was: %v", w.model.Name, err)
		}
		w.waits = again
		return
	}
	w.waits = false
	w.model.Use(n)
	s.metrics.Use(w.model.Name, n, old)
	s.show()
	report.Message(s.system.Stderr, "%s is now %s, %.12s", w.model.Name, w.model.Path, n.SHA256)
}

// passes reports whether an error is one that ends by itself: there are too many open files, or too little memory.
func passes(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// fits refuses a network with other inputs or classes than the one that clients know.
func fits(n, old *engine.Network) error {
	if n.Features() != old.Features() || !slices.Equal(n.Columns(), old.Columns()) {
		return fault.New(fault.Data, n.Path, "wanted a network with the same inputs (%d), found others (%d)",
			old.Features(), n.Features()).WithHint("start the server again to serve it")
	}
	rows, columns := n.Size()
	if r, c := old.Size(); r != rows || c != columns {
		return fault.New(fault.Data, n.Path, "wanted a network of images of the same size (%dx%d), found another (%dx%d)",
			c, r, columns, rows).WithHint("start the server again to serve it")
	}
	if !slices.Equal(n.Classes(), old.Classes()) {
		return fault.New(fault.Data, n.Path, "wanted a network with the same classes, found others").
			WithHint("start the server again to serve it")
	}
	return nil
}
