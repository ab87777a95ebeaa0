package engine

import (
	"fmt"

	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
)

// add makes parts wait. They have count samples.
func (e *Engine) add(l *lane, parts []part, count int) error {
	now := e.o.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return ErrClosed
	case e.waiting > 0 && e.waiting+count > e.o.Queue: // one request alone may be larger: its memory is there already
		return ErrBusy
	}
	e.waiting += count
	if len(l.parts) == 0 {
		e.ready = append(e.ready, l)
	}
	for i := range parts {
		parts[i].begun = now
		l.parts = append(l.parts, &parts[i])
		e.some.Signal()
	}
	return nil
}

// hire returns a worker that is idle, if nothing waits. dismiss has to follow.
func (e *Engine) hire() (worker int, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || len(e.ready) > 0 || len(e.idle) == 0 {
		return 0, false
	}
	last := len(e.idle) - 1
	worker = e.idle[last]
	e.idle = e.idle[:last]
	return worker, true
}

// dismiss makes a worker idle.
func (e *Engine) dismiss(worker int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle = append(e.idle, worker)
	if len(e.ready) > 0 {
		e.some.Signal()
	}
}

// take waits for parts and an idle worker, and returns both: parts of one lane that fit into one batch. The lane is nil
// once all is done and the engine closed. dismiss has to follow.
func (e *Engine) take(into []*part) (l *lane, worker int, parts []*part) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.ready) == 0 || len(e.idle) == 0 {
		if e.closed && len(e.ready) == 0 {
			e.some.Broadcast() // others may have waited for an idle worker
			return nil, 0, nil
		}
		e.some.Wait()
	}
	last := len(e.idle) - 1
	worker = e.idle[last]
	e.idle = e.idle[:last]
	l = e.ready[0]
	e.ready = append(e.ready[:0], e.ready[1:]...)
	taken, count := 0, 0
	for taken < len(l.parts) && count+l.parts[taken].count <= step.MaxPredict {
		count += l.parts[taken].count
		taken++
	}
	into = append(into, l.parts[:taken]...)
	l.parts = append(l.parts[:0], l.parts[taken:]...)
	clear(l.parts[len(l.parts):][:taken]) // so that no request is kept
	if len(l.parts) > 0 {
		e.ready = append(e.ready, l)
		e.some.Signal()
	}
	e.waiting -= count
	return l, worker, into
}

// memory is where a worker puts samples of several requests beside each other.
type memory struct {
	bytes  []uint8
	floats []float32
}

// work adds a worker, and does what waits until the engine is closed.
func (e *Engine) work(worker int) {
	e.dismiss(worker)
	var m memory
	var parts []*part
	for {
		var l *lane
		l, worker, parts = e.take(parts[:0])
		if l == nil {
			return
		}
		now := e.o.Now()
		current := parts[:0]
		for _, p := range parts {
			waited := now.Sub(p.begun)
			e.o.Observe.Waited(waited)
			if waited > e.o.Wait {
				p.end(ErrLate)
				continue
			}
			current = append(current, p)
		}
		if len(current) > 0 {
			l.run(worker, &m, current, e.o)
		}
		e.dismiss(worker)
		clear(parts)
	}
}

// end tells whoever waits for the part.
func (p *part) end(err error) {
	if err != nil {
		p.answer.mu.Lock()
		p.answer.err = err
		p.answer.mu.Unlock()
	}
	p.answer.done.Done()
}

// runNow computes the answer of a part on the caller's goroutine if a worker is idle and nothing waits: to wake another
// goroutine, and be woken by it, takes as long as to compute the answer for an image. It reports whether it did.
func (e *Engine) runNow(l *lane, p *part) bool {
	worker, ok := e.hire()
	if !ok {
		return false
	}
	defer e.dismiss(worker)
	e.o.Observe.Waited(0)
	l.run(worker, nil, []*part{p}, e.o)
	return true
}

// run computes the answers of some parts, together. A bug that panics is an error of these parts alone.
func (l *lane) run(worker int, m *memory, parts []*part, o Options) {
	var err error
	defer func() {
		if crash := recover(); crash != nil {
			err = fmt.Errorf("a bug in dnn: %v", crash)
			l.predictors[worker] = nil
		}
		for _, p := range parts {
			p.end(err)
		}
	}()
	s := l.join(m, parts)
	if l.predictors[worker] == nil {
		l.predictors[worker] = step.NewPredictor(o.Kernels, l.network.Layers(), &l.like)
	}
	found := l.predictors[worker].Predict(&s, kernel.Span{Lo: 0, Hi: s.Count})
	o.Observe.Batch(s.Count)
	at := 0
	for _, p := range parts {
		classes := len(p.probabilities) / p.count
		for i := range p.count {
			y, to := found.Outputs.Row(at), p.probabilities[i*classes:][:classes]
			if len(y) == 1 { // the probability of class 1
				to[0], to[1] = 1-y[0], y[0]
			} else {
				copy(to, y)
			}
			p.class[i] = found.Class[at]
			at++
		}
	}
}

// join returns the samples of all parts. Those of a single part stay where they are, and need no memory.
func (l *lane) join(m *memory, parts []*part) batch.Samples {
	s := l.like
	s.Count = 0
	for _, p := range parts {
		s.Count += p.count
	}
	switch {
	case len(parts) == 1:
		s.Bytes, s.Floats = parts[0].bytes, parts[0].floats
	case s.Table != nil:
		m.bytes = m.bytes[:0]
		for _, p := range parts {
			m.bytes = append(m.bytes, p.bytes...)
		}
		s.Bytes = m.bytes
	default:
		m.floats = m.floats[:0]
		for _, p := range parts {
			m.floats = append(m.floats, p.floats...)
		}
		s.Floats = m.floats
	}
	return s
}
