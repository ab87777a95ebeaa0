package runner

import (
	"math/bits"
	"time"
)

// tuner finds out how many threads a run should have, so that all together train the most samples a second. Threads of
// one run wait for each other and runs do not, but runs at once share the caches. It measures this with the first
// points: they are trained with one thread each, then others with two each, and so on, as long as that is faster. Those
// that are not finished by then are stopped for a while, not thrown away. It measures again for networks of another size.
//
// What it finds has no influence on results.
type tuner struct {
	total int          // threads
	best  map[int]int  // threads of a run, by the class of its network
	now   *measurement // nil: none goes on
}

// measurement is the search for one class of networks.
type measurement struct {
	class   int
	threads int // of a run, at the moment
	begun   time.Time
	work    uint64 // when it began
	timer   *time.Timer

	best int // the fastest so far
	rate float64
}

// window is how long each number of threads is measured. It is many steps of most networks.
const window = 400 * time.Millisecond

// worthwhile is how long the jobs that wait must take, at the least, for more threads to be tried: while they are, a part
// of a window is lost, and a job that was stopped for it may be the last to end.
const worthwhile = 20 * window

// gain is by how much more threads must be faster to be chosen: a measurement is not exact.
const gain = 1.03

func newTuner(threads int) tuner { return tuner{total: threads, best: map[int]int{}} }

// classOf returns the class of a network: networks of one class differ less than fourfold in size.
func classOf(j *job) int { return bits.Len(uint(j.trial.Parameters())) / 2 }

// measures reports whether a measurement goes on.
func (t *tuner) measures() bool { return t.now != nil }

// over returns the channel that tells the end of a window; nil: none goes on.
func (t *tuner) over() <-chan time.Time {
	if t.now == nil {
		return nil
	}
	return t.now.timer.C
}

// threads returns how many threads the job should have. ok is false if it cannot begin because of a measurement.
func (t *tuner) threads(p *pool, j *job) (threads int, ok bool) {
	class := classOf(j)
	if t.now != nil && class == t.now.class {
		return t.now.threads, true
	}
	if t.now != nil {
		if p.free() < t.total {
			return 0, false
		}
		t.end() // no more jobs of its class
	}
	if best, ok := t.best[class]; ok {
		return best, true
	}
	if t.total == 1 || !p.gather(class) {
		t.best[class] = t.nearest(class)
		return t.best[class], true
	}
	if p.free() < t.total {
		return 0, false // alone, so that it measures nothing else
	}
	t.now = &measurement{class: class}
	t.measure(p, 1)
	return 1, classOf(&p.queue[0]) == class
}

// nearest returns what was found for the class nearest to one; 1: for none.
func (t *tuner) nearest(class int) int {
	for distance := range 64 {
		for _, c := range []int{class - distance, class + distance} {
			if best, ok := t.best[c]; ok {
				return best
			}
		}
	}
	return 1
}

// measure begins the window of a number of threads.
func (t *tuner) measure(p *pool, threads int) {
	t.now.threads, t.now.begun, t.now.work = threads, p.system.Now(), p.work.Load()
	t.now.timer = time.NewTimer(window)
}

// giveUp ends a measurement for which there are no more jobs.
func (t *tuner) giveUp(p *pool) {
	if t.now != nil && p.free() > 0 {
		t.end()
	}
}

func (t *tuner) end() {
	t.best[t.now.class] = max(1, t.now.best)
	t.now.timer.Stop()
	t.now = nil
}

// decide is called at the end of a window.
func (p *pool) decide() {
	m := p.tuner.now
	work := p.work.Load() - m.work
	switch {
	case p.free() == p.tuner.total: // the jobs that are stopped leave no memory for others
		p.tuner.end()
		return
	case work == 0: // not even one step
		m.timer.Reset(window)
		return
	}
	rate := float64(work) / p.system.Now().Sub(m.begun).Seconds()
	if m.best > 0 && rate <= m.rate*gain {
		p.tuner.end()
		p.freeze()
		return
	}
	m.best, m.rate = m.threads, rate
	if 2*m.threads > p.tuner.total || !p.waits(rate*worthwhile.Seconds()) {
		p.tuner.end()
		return
	}
	p.freeze()
	p.tuner.measure(p, 2*m.threads)
}

// waits reports whether the jobs of the queue compute so much.
func (p *pool) waits(work float64) bool {
	for i := 0; i < len(p.queue) && work > 0; i++ {
		if j := &p.queue[i]; p.prepare(j) == nil {
			work -= j.trial.Work()
		}
	}
	return work <= 0
}

// freeze stops the jobs that go on. thaw lets them go on later.
func (p *pool) freeze() {
	for _, a := range p.active {
		if !a.trained {
			a.gate.Close()
		}
	}
}

// gather moves jobs with networks of a class to the front of the queue: enough to measure with. It reports whether there
// are so many among the next ones.
func (p *pool) gather(class int) bool {
	const ahead = 16 // jobs for each thread
	var of, others []job
	enough := 2 * p.Threads
	n := min(len(p.queue), ahead*p.Threads)
	for i := range p.queue[:n] {
		j := &p.queue[i]
		if len(of) < enough && p.prepare(j) == nil && classOf(j) == class {
			of = append(of, *j)
		} else {
			others = append(others, *j)
		}
	}
	if len(of) < enough {
		return false
	}
	copy(p.queue, append(of, others...))
	return true
}
