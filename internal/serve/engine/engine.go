// Package engine computes what models say of samples, for many callers at once. Samples that wait, of whichever caller,
// are put into one batch: a worker takes all that wait for one network, up to step.MaxPredict, and multiplies them
// together. It does not wait for more to come, so a sample that comes alone is answered at once, by the goroutine that
// asks, and batches grow with the load. What waits is bounded, in number and in time.
package engine

import (
	"errors"
	"math"
	"sync"
	"time"

	"dnn/internal/fault"
	"dnn/internal/interop"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
	"dnn/internal/predict"
)

// Errors of a prediction, of which a caller may try again later.
var (
	ErrBusy   = errors.New("too many samples are waiting: try again later")
	ErrLate   = errors.New("waited too long for a turn: try again later")
	ErrClosed = errors.New("the server is shutting down")
)

// Options are the bounds of an Engine.
type Options struct {
	Kernels *kernel.Set
	Threads int           // workers, at least 1
	Queue   int           // samples that may wait; 0: 1 << 17
	Wait    time.Duration // how long a sample may wait; 0: 5 s
	Now     func() time.Time
	Observe Observer
}

// Observer is told what the engine does, by many goroutines at once.
type Observer interface {
	// Batch is told of each product how many samples it had.
	Batch(samples int)
	// Waited is told how long some samples of one request waited for their turn.
	Waited(d time.Duration)
	// Answered is told each answer.
	Answered(n *Network, a *Answer)
}

// Engine has workers, which compute for all networks. A worker is what a computation needs: who has its number may use
// predictors of that number.
type Engine struct {
	o Options

	mu      sync.Mutex
	some    sync.Cond // signals that ready and idle are not empty, or that closed is true
	ready   []*lane   // those with parts that wait, each once; the next in turn first
	waiting int       // samples
	idle    []int     // workers that nobody has
	closed  bool
	workers sync.WaitGroup
}

// New returns an engine with its workers, which Close ends.
func New(o Options) *Engine {
	if o.Queue == 0 {
		o.Queue = 1 << 17
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	e := &Engine{o: o}
	e.some.L = &e.mu
	for worker := range o.Threads {
		e.workers.Go(func() { e.work(worker) })
	}
	return e
}

// Close lets the workers do what waits, and ends them. Later predictions give ErrClosed.
func (e *Engine) Close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.some.Broadcast()
	e.workers.Wait()
}

// Network is a network of the engine.
type Network struct {
	*predict.Network
	SHA256  string // of the model file
	File    *modelfile.Model
	Path    string
	engine  *Engine
	bytes   lane
	floats  lane
	readers chan *predict.Reader // of pictures; as many as there are workers
}

// lane is what waits for one network, in one form.
type lane struct {
	network    *Network
	like       batch.Samples // the form, without samples
	parts      []*part
	predictors []*step.Predictor // one for each worker, made when it is first needed
}

// part is some samples of one request, at most step.MaxPredict.
type part struct {
	count  int
	bytes  []uint8   // [count, features], or nil
	floats []float32 // [count, features], if bytes is nil
	begun  time.Time // since when it waits

	probabilities []float32 // [count, classes]
	class         []uint8
	answer        *Answer
}

// Answer is what a network says of the samples of a request.
type Answer struct {
	Count         int
	Classes       int
	Probabilities []float32 // [Count, Classes]
	Class         []uint8   // [Count]: the class that is predicted

	done sync.WaitGroup
	mu   sync.Mutex
	err  error

	// The memory of a request with one sample and few classes, which is most of them.
	only          [1]part
	probabilities [16]float32
	class         [1]uint8
}

// newAnswer returns an answer whose numbers are 0.
func newAnswer(count, classes int) *Answer {
	a := &Answer{Count: count, Classes: classes}
	if count == 1 && classes <= len(a.probabilities) {
		a.Probabilities, a.Class = a.probabilities[:classes:classes], a.class[:]
	} else {
		a.Probabilities, a.Class = make([]float32, count*classes), make([]uint8, count)
	}
	return a
}

// Load returns the network of the model at path, of any format. note is told what was assumed; opens, unless it is nil,
// which other files belong to the model, before each is read.
func (e *Engine) Load(path string, note, opens func(string)) (*Network, error) {
	m, notes, err := interop.Read(path, interop.Options{Opens: opens})
	if err != nil {
		return nil, err
	}
	for _, text := range notes {
		note(path + ": " + text)
	}
	return e.Network(m, path)
}

// Network returns the network of a model, which nobody may change any more, and tries it on an empty sample. path stands
// for the model's file in errors.
func (e *Engine) Network(m *modelfile.Model, path string) (*Network, error) {
	p, err := predict.NewNetwork(m, path, e.o.Kernels)
	if err != nil {
		return nil, err
	}
	n := &Network{Network: p, SHA256: m.SHA256, File: m, Path: path, engine: e, readers: make(chan *predict.Reader, e.o.Threads)}
	for range e.o.Threads {
		n.readers <- p.NewReader()
	}
	features := n.Features()
	n.floats = lane{network: n, predictors: make([]*step.Predictor, e.o.Threads)}
	n.floats.like = batch.Samples{Count: 1, Features: features, Floats: make([]float32, features)}
	if n.Columns() == nil {
		n.bytes = lane{network: n, predictors: make([]*step.Predictor, e.o.Threads)}
		s, err := p.Input().Images(inky(features))
		if err != nil {
			return nil, err
		}
		n.bytes.like = *s
	}
	if err := n.try(); err != nil {
		return nil, err
	}
	return n, nil
}

// try refuses a network whose outputs for an empty sample are no numbers.
func (n *Network) try() error {
	p := step.NewPredictor(n.engine.o.Kernels, n.Layers(), &n.floats.like)
	for _, y := range p.Predict(&n.floats.like, kernel.Span{Lo: 0, Hi: 1}).Outputs.Row(0) {
		if math.IsNaN(float64(y)) || math.IsInf(float64(y), 0) {
			return fault.New(fault.Data, n.Path, "wanted a network whose outputs are numbers, found %v", y)
		}
	}
	return nil
}

// inky returns an image with as much ink as a digit has: what a predictor expects.
func inky(pixels int) []byte {
	image := make([]byte, pixels)
	for i := 0; i < pixels; i += 5 {
		image[i] = 255
	}
	return image
}

// Features returns the number of inputs.
func (n *Network) Features() int { return n.Model().Architecture.Input }

// Bytes returns the answer for images of bytes [count, Features]. They must not be changed before it returns.
func (n *Network) Bytes(pixels []uint8) (*Answer, error) {
	f := n.Features()
	return n.predict(&n.bytes, len(pixels)/f, func(lo, hi int) part { return part{bytes: pixels[lo*f : hi*f]} })
}

// Floats returns the answer for inputs [count, Features] as the network takes them, scaled or standardized. They must not
// be changed before it returns.
func (n *Network) Floats(values []float32) (*Answer, error) {
	f := n.Features()
	return n.predict(&n.floats, len(values)/f, func(lo, hi int) part { return part{floats: values[lo*f : hi*f]} })
}

func (n *Network) predict(l *lane, count int, cut func(lo, hi int) part) (*Answer, error) {
	classes := len(n.Classes())
	a := newAnswer(count, classes)
	if count == 0 {
		return a, nil
	}
	pieces := (count + step.MaxPredict - 1) / step.MaxPredict
	parts := a.only[:]
	if pieces > 1 {
		parts = make([]part, pieces)
	}
	for i := range parts {
		lo, hi := count*i/pieces, count*(i+1)/pieces
		parts[i] = cut(lo, hi)
		p := &parts[i]
		p.count, p.answer = hi-lo, a
		p.probabilities, p.class = a.Probabilities[lo*classes:hi*classes], a.Class[lo:hi]
	}
	a.done.Add(pieces)
	if pieces > 1 || !n.engine.runNow(l, &parts[0]) {
		if err := n.engine.add(l, parts, count); err != nil {
			return nil, err
		}
		a.done.Wait()
	}
	if a.err != nil {
		return nil, a.err
	}
	n.engine.o.Observe.Answered(n, a)
	return a, nil
}

// Reader calls do with a reader of pictures, when one is free.
func (n *Network) Reader(do func(*predict.Reader) error) error {
	late := time.NewTimer(n.engine.o.Wait)
	defer late.Stop()
	select {
	case r := <-n.readers:
		defer func() { n.readers <- r }()
		return do(r)
	case <-late.C:
		return ErrLate
	}
}
