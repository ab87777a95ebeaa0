package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"dnn/internal/config"
	"dnn/internal/dataset"
	"dnn/internal/obtain"
)

// Pool trains experiments that differ in their settings, of which many go side by side. They share the data sets, each
// of which is read once. All its methods can be called from several goroutines.
type Pool struct {
	system  System // with the memory that there was before the first run
	options Options
	shelf   dataset.Shelf

	mutex   sync.Mutex
	sources map[string]*dataset.Source // by data set
	noted   map[string]bool
}

// NewPool returns a Pool. Of the options, DataDir counts and, of the Listener, Note, which is told each note once, and
// Verbose.
func NewPool(system *System, o Options) *Pool {
	p := &Pool{system: *system, options: o, sources: map[string]*dataset.Source{}, noted: map[string]bool{}}
	memory, known := system.Memory()
	p.system.Memory = func() (uint64, bool) { return memory, known }
	return p
}

// Close releases the data sets. No run may go on.
func (p *Pool) Close() { p.shelf.Close() }

// Trial is an experiment of a Pool that was checked against its data set and this machine. It can be trained once.
type Trial struct {
	*experiment
	pool *Pool
}

// Trial checks an experiment. The pool takes it over: callbacks change it as it is trained.
func (p *Pool) Trial(r *config.Resolved) (*Trial, error) {
	source, err := p.source(r.Dataset)
	if err != nil {
		return nil, err
	}
	t := &Trial{experiment: &experiment{Resolved: r, source: source}, pool: p}
	quiet := p.system
	quiet.Stderr = io.Discard
	if err := t.check(&quiet, Options{Listener: Listener{Note: p.note}}); err != nil {
		return nil, err
	}
	return t, nil
}

// note tells a note, unless it was told before.
func (p *Pool) note(text string) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.noted[text] {
		return nil
	}
	p.noted[text] = true
	return Tell(p.options.Listener.Note, text)
}

// source returns the source of a data set.
func (p *Pool) source(d config.Dataset) (*dataset.Source, error) {
	key, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if s, ok := p.sources[string(key)]; ok {
		return s, nil
	}
	s, err := dataset.New(d, "dataset", nil)
	if err == nil {
		p.sources[string(key)] = s
	}
	return s, err
}

// Parameters returns how many the network has.
func (t *Trial) Parameters() int { return t.arch.Parameters() }

// Work returns how much the whole run computes, about: its epochs times samples times parameters.
func (t *Trial) Work() float64 {
	return float64(t.Epochs) * float64(t.source.Count) * float64(t.Parameters())
}

// Learned says what a Trial learns from beside its experiment.
type Learned struct {
	Hashes map[string]string // of files: of the data set as dataset, of the teachers by their paths
	Bytes  float64           // of the samples, which the trials of a Pool share
}

// Load reads the data set of the trial, unless the pool has it.
func (t *Trial) Load(ctx context.Context) (Learned, error) {
	l, err := t.pool.load(ctx, t.experiment)
	if err != nil {
		return Learned{}, err
	}
	defer t.pool.shelf.Return(l)
	return t.learned(l.Data), nil
}

func (t *Trial) learned(data *dataset.Data) Learned {
	from := Learned{Hashes: map[string]string{"dataset": data.Hash}, Bytes: data.Bytes()}
	for i, teacher := range t.teachers {
		from.Hashes[t.Distill.Teacher[i]] = teacher.SHA256
	}
	return from
}

// dataKey names the data of an experiment and how it is split.
func (x *experiment) dataKey() (string, error) {
	d, err := json.Marshal(x.Dataset)
	if err != nil {
		return "", err
	}
	key := fmt.Sprintf("%s %v %s", d, x.ValidationSplit, x.Validation)
	if x.seedSplits() {
		key += fmt.Sprintf(" %d", x.SplitSeed())
	}
	return key, nil
}

// load borrows the data of an experiment from the shelf.
func (p *Pool) load(ctx context.Context, x *experiment) (*dataset.Loan, error) {
	key, err := x.dataKey()
	if err != nil {
		return nil, err
	}
	return p.shelf.Borrow(key, func() (*dataset.Data, error) {
		quiet := !p.options.Listener.Verbose
		return obtain.Data(ctx, &p.system, x.source, obtain.How(&p.system, x.Resolved, p.options.DataDir), quiet)
	})
}
