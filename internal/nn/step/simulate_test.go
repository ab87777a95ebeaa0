package step

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

var simulateThreads = flag.Bool("simulate", false, "predict the time of a step on more threads than the machine has")

// The price of data that another core has written, and of a thread that waits for another: what two cores of a Xeon
// were measured to take (docs/threads.md).
const (
	handOver = 120e-9 // seconds until the first line, or a word like the one that says that a job is done, has arrived
	perLine  = 4e-9   // seconds for each line of 64 bytes, many of which are under way at once
	patience = 8e-6   // seconds until a worker takes a job of another's queue
	barrier  = 0.3e-6 // seconds from the last task of a phase to the first of the next, on more than one thread
)

// machine is threads with a cache each, which holds all that the thread has read or written since others wrote to it.
type machine struct {
	threads int
	holders map[string][]bool // by piece of memory: which caches hold its newest state
}

// piece is a piece of memory that a job uses.
type piece struct {
	name  string
	bytes int
	write bool
}

// fetch returns how long a thread takes to get the pieces that others have written, and notes that it has them.
func (m *machine) fetch(thread int, pieces []piece) (seconds float64) {
	for _, p := range pieces {
		h, known := m.holders[p.name]
		if !known {
			h = make([]bool, m.threads)
			m.holders[p.name] = h
		}
		others := false
		for i, holds := range h {
			others = others || holds && i != thread
		}
		if p.bytes > 0 && known && (!h[thread] || p.write && others) {
			seconds += handOver + perLine*math.Ceil(float64(p.bytes)/64)
		}
		if p.write {
			clear(h)
		}
		h[thread] = true
	}
	return seconds
}

// simulated is a job of a simulated phase.
type simulated struct {
	worker  int // in whose queue it is
	needs   []int
	seconds float64 // on a core that has all data
	uses    []piece
}

// run runs a phase: each thread takes the jobs of its queue in their order, and those of others if it has waited for
// long. It returns how long the phase takes.
func (m *machine) run(jobs []simulated) float64 {
	const never = math.MaxFloat64
	queues := make([][]int, m.threads)
	for i, j := range jobs {
		queues[j.worker] = append(queues[j.worker], i)
	}
	free, done, by := make([]float64, m.threads), make([]float64, len(jobs)), make([]int, len(jobs))
	for i := range done {
		done[i] = never
	}
	// begins returns when a thread can begin a job, if it must take it from another's queue or not.
	begins := func(thread, job int) float64 {
		at := free[thread]
		if jobs[job].worker != thread {
			at += patience
		}
		for _, n := range jobs[job].needs {
			if done[n] == never {
				return never
			}
			seen := done[n]
			if by[n] != thread {
				seen += handOver
			}
			at = max(at, seen)
		}
		return at
	}
	for range jobs {
		thread, queue, first := -1, -1, never
		for t := range m.threads {
			for q := range m.threads {
				if len(queues[q]) > 0 {
					if at := begins(t, queues[q][0]); at < first {
						thread, queue, first = t, q, at
					}
				}
			}
		}
		job := queues[queue][0]
		queues[queue] = queues[queue][1:]
		by[job] = thread
		done[job] = first + jobs[job].seconds + m.fetch(thread, jobs[job].uses)
		free[thread] = done[job]
	}
	return slices.Max(done)
}

// pieces returns what the i-th job of a phase reads and writes of that which moves between threads: the sums of the
// first layer and all that follows from them (by stage), and the weights with the optimizer's state (by share).
func pieces(t *Trainer, p phase, i, worker, nth int) []piece {
	shapes, n := t.model.Shapes(), t.workers
	out := shapes[0].Size()
	rowsOf := func(stage int) int { r := t.stage(stage); return r.Hi - r.Lo }
	if !t.pipelined() {
		rowsOf = func(w int) int { r := kernel.Part(w, n, len(t.loss), 2); return r.Hi - r.Lo }
	}
	inputOf := func(w int) int { // features whose rows of the kernel the worker updates
		if t.pipelined() {
			f := t.upcoming.Features(w)
			return f.Hi - f.Lo
		}
		f := kernel.Part(w, n, t.samples.Features, 16)
		return f.Hi - f.Lo
	}
	inner, values := 0, 0 // weights and outputs of the other layers
	for l, layer := range t.model.Layers()[1:] {
		values += shapes[l+1].Size()
		for _, q := range layer.Params() {
			inner += q.Value.Rows * q.Value.Cols
		}
	}
	sums := func(stage int, write bool) piece {
		return piece{fmt.Sprint("sums ", stage), 4 * rowsOf(stage) * out, write}
	}
	after := func(stage int, write bool) piece { // outputs and gradients of all layers
		return piece{fmt.Sprint("after ", stage), 4 * rowsOf(stage) * (out + 2*values), write}
	}
	first := func(w, part, parts int, floats int, write bool) piece {
		return piece{fmt.Sprintf("first %d.%d/%d x%d", w, part, parts, floats), 4 * floats * inputOf(w) / parts * out, write}
	}
	others := func(k int, floats int, write bool) piece {
		return piece{fmt.Sprintf("others %d x%d", k, floats), 4 * floats * inner / len(t.updating), write}
	}
	const parts = 4 // tasks of updateInputTasks
	var used []piece
	rest := func(stage int) {
		for k := range t.updating {
			used = append(used, others(k, 1, false))
		}
		used = append(used, after(stage, true))
	}
	update := func(nth int) {
		if nth >= parts+len(t.updateTasks(worker)) { // it loads
			return
		}
		one := len(t.loss) <= oneTaskBatch && t.pipelined()
		for stage := range n {
			used = append(used, after(stage, false))
		}
		for part := range parts {
			if one || nth == part {
				used = append(used, first(worker, part, parts, 1, true), first(worker, part, parts, 2, true))
			}
		}
		if k := slices.Index(t.updating, worker); k >= 0 && (one || nth == parts) {
			used = append(used, others(k, 1, true), others(k, 2, true))
		}
	}
	switch j := p.jobs[i]; j.kind {
	case "product":
		var stages []int
		for s := range n {
			if t.hasRows(s) {
				stages = append(stages, s)
			}
		}
		used = append(used, sums(stages[nth], true))
		for part := range parts {
			used = append(used, first(worker, part, parts, 1, false))
		}
	case "rest":
		used = append(used, sums(worker, true))
		rest(worker)
	case "idle":
		for part := range parts {
			used = append(used, first(worker, part, parts, 1, true), first(worker, part, parts, 2, true))
		}
	case "update":
		update(nth)
	case "": // divided by rows
		if p.name == rowsPhase {
			for w := range n {
				for part := range parts {
					used = append(used, first(w, part, parts, 1, false))
				}
			}
			rest(worker)
		} else {
			update(nth)
		}
	}
	return used
}

// measured takes steps with the jobs of a trainer one by one, on one thread, and returns the phases with the time
// of each job that only a twentieth falls short of.
func measured(t *Trainer, o interface{ Begin(rate float64) }, order []int32, batch, steps int) [][]simulated {
	phases := make([][]simulated, len(t.phases))
	times := make([][][]float64, len(t.phases))
	for p, phase := range t.phases {
		index := make(map[*job]int)
		times[p] = make([][]float64, len(phase.jobs))
		nth := make(map[string]int)
		for i, j := range phase.jobs {
			index[j] = i
			s := simulated{}
			if phase.first != nil {
				for s.worker+1 < t.workers && phase.first[s.worker+1] <= i {
					s.worker++
				}
			} else {
				for (s.worker+1)*len(phase.jobs)/t.workers <= i {
					s.worker++
				}
			}
			key := fmt.Sprint(s.worker, j.kind)
			s.uses = pieces(t, phase, i, s.worker, nth[key])
			nth[key]++
			for _, n := range j.after {
				s.needs = append(s.needs, index[n])
			}
			phases[p] = append(phases[p], s)
		}
		for i, j := range phase.jobs { // a job may wait for one of a later queue
			phases[p][i].needs = nil
			for _, n := range j.after {
				phases[p][i].needs = append(phases[p][i].needs, index[n])
			}
		}
	}
	for step := range steps {
		at := step * batch % (len(order) - 2*batch + 1) / batch * batch
		o.Begin(0.001)
		t.beginStep(order[at:at+batch], order[at+batch:at+2*batch])
		for p, phase := range t.phases {
			done := make([]bool, len(phase.jobs))
			for range phase.jobs {
				for i, s := range phases[p] {
					ready := !done[i]
					for _, n := range s.needs {
						ready = ready && done[n]
					}
					if !ready {
						continue
					}
					begun := time.Now()
					phase.jobs[i].run(&t.engine.workers[s.worker])
					times[p][i] = append(times[p][i], time.Since(begun).Seconds())
					done[i] = true
				}
			}
		}
		t.remember()
	}
	for p := range phases {
		for i := range phases[p] {
			slices.Sort(times[p][i])
			phases[p][i].seconds = times[p][i][len(times[p][i])/20]
		}
	}
	return phases
}

// predict returns the time of a step on as many threads as the plan is for, once all caches have what they can have.
func predict(threads int, phases [][]simulated) (seconds float64) {
	m := machine{threads: threads, holders: make(map[string][]bool)}
	for range 5 {
		seconds = 0
		for i, p := range phases {
			seconds += m.run(p)
			if threads > 1 && i > 0 {
				seconds += barrier
			}
		}
	}
	return seconds
}

// Three workers pass two stages on, as in the picture in doc.go, at hand-picked times.
func TestSimulation(t *testing.T) {
	m := machine{threads: 2, holders: make(map[string][]bool)}
	jobs := []simulated{
		{worker: 0, seconds: 10e-6, uses: []piece{{"sums 0", 640, true}}},
		{worker: 0, seconds: 10e-6, uses: []piece{{"sums 1", 640, true}}},
		{worker: 1, seconds: 5e-6},
		{worker: 1, seconds: 10e-6, needs: []int{0}, uses: []piece{{"sums 0", 640, true}}},
		{worker: 1, seconds: 10e-6, needs: []int{1}, uses: []piece{{"sums 1", 640, true}}},
	}
	const line = handOver + 10*perLine
	for _, wanted := range []float64{
		// Thread 1 waits for the first sums, then takes sums of ten lines twice, the second without a wait.
		10e-6 + handOver + 2*(10e-6+line),
		// In the second step, thread 0 has to get the sums back, one of them before thread 1 can begin.
		10e-6 + line + handOver + 2*(10e-6+line),
	} {
		if found := m.run(jobs); math.Abs(found-wanted) > 1e-12 {
			t.Errorf("wanted %g s, found %g", wanted, found)
		}
	}
	if found := predict(1, [][]simulated{{{seconds: 1}, {seconds: 2}}}); found != 3 {
		t.Errorf("one thread: wanted 3 s, found %g", found)
	}
}

// TestSimulateThreads prints the predicted times of a step, beside those of real steps on one and two threads:
//
//	go test -run SimulateThreads -simulate -v ./internal/nn/step
func TestSimulateThreads(t *testing.T) {
	if !*simulateThreads {
		t.Skip("no -simulate")
	}
	for _, net := range []struct {
		hidden  []int
		batches []int
		steps   int
	}{{[]int{100, 50}, []int{1, 8, 32, 100, 1000}, 3000}, {[]int{1000, 500}, []int{100}, 300},
		{[]int{2048, 2048, 2048}, []int{100, 512}, 8}} {
		var layers []nn.LayerSpec
		for _, units := range net.hidden {
			layers = append(layers, nntest.Dense(units, "relu"))
		}
		arch := nntest.Network(784, nn.CategoricalCrossentropy, append(layers, nntest.Dense(10, "softmax"))...)
		for _, batch := range net.batches {
			steps := max(4, net.steps/max(1, batch/100))
			var row strings.Builder
			for _, threads := range []int{1, 2, 4, 8, 16} {
				e := NewEngine(kernel.Available()[0], threads)
				m := nntest.RandomModel(t, arch, 1)
				o := adam(m.Params())
				samples := nntest.RandomBytes(max(2000, 3*batch), 784, 10, 1)
				order := nntest.Counting(samples.Count)
				trainer := NewTrainer(e, m, o, samples, batch)
				o.Begin(0.001)
				trainer.Step(order[:batch], order[batch:2*batch]) // packs the samples
				phases := measured(trainer, o, order, batch, steps)
				fmt.Fprintf(&row, "  %d: %.1f", threads, 1e6*predict(threads, phases))
				if threads <= 2 {
					fmt.Fprintf(&row, " (real %.1f)", 1e6*realSteps(trainer, o, order, batch, steps))
				}
				e.Close()
			}
			t.Logf("%v, batches of %d, µs a step:%s", net.hidden, batch, row.String())
		}
	}
}

// realSteps returns the time of real steps that only a twentieth falls short of. Other programs that take a core in
// some of the steps do not make it run on one thread.
func realSteps(t *Trainer, o interface{ Begin(rate float64) }, order []int32, batch, steps int) float64 {
	times := make([]float64, steps)
	for step := range times {
		at := step * batch % (len(order) - 2*batch + 1) / batch * batch
		o.Begin(0.001)
		begun := time.Now()
		t.tempo.Alone = false
		t.Step(order[at:at+batch], order[at+batch:at+2*batch])
		times[step] = time.Since(begun).Seconds()
	}
	slices.Sort(times)
	return times[steps/20]
}
