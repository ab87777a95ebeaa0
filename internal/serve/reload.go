package serve

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"time"

	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/serve/engine"
)

// watch is the file of a model, as it was when it was read last.
type watch struct {
	model *engine.Model
	seen  stamp // of the file that was read, or refused
	last  stamp // of the last look
}

// stamp tells whether a file has changed.
type stamp struct {
	size int64
	time time.Time
	file fs.FileInfo // tells whether it is the same file
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{size: -1}
	}
	return stamp{info.Size(), info.ModTime(), info}
}

func (s stamp) equal(o stamp) bool {
	return s.size == o.size && s.time.Equal(o.time) && (s.file == nil) == (o.file == nil) &&
		(s.file == nil || os.SameFile(s.file, o.file))
}

// load reads all models.
func (s *server) load(names []named) ([]*watch, error) {
	var all []*watch
	for _, one := range names {
		w := &watch{model: &engine.Model{Name: one.name, Path: one.path}, seen: stampOf(one.path)}
		n, err := s.engine.Load(one.path, func(text string) { report.Note(s.system.Stderr, text) })
		if err != nil {
			return nil, err
		}
		w.model.Use(n)
		s.metrics.Use(one.name, n, nil)
		s.models, all = append(s.models, w.model), append(all, w)
		w.last = w.seen
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
				w.last = stampOf(w.model.Path)
				s.reload(w)
			}
		case <-ticker.C:
			for _, w := range all {
				now := stampOf(w.model.Path)
				stable := now.equal(w.last) // it is not being written any more
				w.last = now
				if stable && now.size >= 0 && !now.equal(w.seen) {
					s.reload(w)
				}
			}
		}
	}
}

// reload reads a model again. If it cannot be used, the server goes on with the old one.
func (s *server) reload(w *watch) {
	old := w.model.Network()
	w.seen = w.last
	n, err := s.engine.Load(w.model.Path, func(text string) { report.Note(s.system.Stderr, text) })
	if err == nil {
		err = fits(n, old)
	}
	s.metrics.Reloaded(err == nil)
	if err != nil {
		report.Message(s.system.Stderr, "%s stays as it was: %v", w.model.Name, err)
		return
	}
	w.model.Use(n)
	s.metrics.Use(w.model.Name, n, old)
	s.show()
	report.Message(s.system.Stderr, "%s is now %s, %.12s", w.model.Name, w.model.Path, n.SHA256)
}

// fits refuses a network with other inputs or classes than the one that clients know.
func fits(n, old *engine.Network) error {
	if n.Features() != old.Features() || !slices.Equal(n.Columns(), old.Columns()) {
		return fault.New(fault.Data, n.Path, "wanted a network with the same inputs (%d), found others (%d)",
			old.Features(), n.Features()).WithHint("start the server again to serve it")
	}
	if !slices.Equal(n.Classes(), old.Classes()) {
		return fault.New(fault.Data, n.Path, "wanted a network with the same classes, found others").
			WithHint("start the server again to serve it")
	}
	return nil
}
