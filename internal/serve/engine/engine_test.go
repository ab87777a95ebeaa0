package engine

import (
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

// batches notes the sizes of batches.
type batches struct {
	mu    sync.Mutex
	sizes []int
}

func (b *batches) Batch(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sizes = append(b.sizes, n)
}
func (*batches) Waited(time.Duration)       {}
func (*batches) Answered(*Network, *Answer) {}

// newEngine returns an engine without workers, and a network of four pixels. The time stands still at *now.
func newEngine(t *testing.T, now *time.Time, queue int) (*Engine, *Network, *batches) {
	t.Helper()
	kernels, err := kernel.Select("")
	if err != nil {
		t.Fatal(err)
	}
	layers, err := nn.New(nntest.Network(4, nn.CategoricalCrossentropy, nntest.Dense(3, "softmax")), 1)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.bin")
	m := &modelfile.Model{InputShape: []int{2, 2}, Scale: 1. / 255}
	m.Store(layers)
	if _, err := modelfile.Write(path, m); err != nil {
		t.Fatal(err)
	}
	b := &batches{}
	e := New(Options{Kernels: kernels, Queue: queue, Now: func() time.Time { return *now }, Observe: b})
	e.o.Threads = 1
	n, err := e.Load(path, func(string) {}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e, n, b
}

// wait begins predictions and returns once so many samples wait, and a function that waits for the answers.
func wait(e *Engine, samples int, ask ...func() error) (answers func() []error) {
	errs := make([]error, len(ask))
	var group sync.WaitGroup
	for i, f := range ask {
		group.Go(func() { errs[i] = f() })
	}
	for {
		e.mu.Lock()
		n := e.waiting
		e.mu.Unlock()
		if n == samples {
			break
		}
		runtime.Gosched()
	}
	return func() []error { group.Wait(); return errs }
}

// TestBatches lets requests wait before a worker begins: they are computed together, and the answers are those of each
// alone.
func TestBatches(t *testing.T) {
	now := time.Now()
	e, n, b := newEngine(t, &now, 0)
	images := [][]byte{{0, 0, 0, 0}, {255, 0, 0, 9}, {1, 2, 3, 4}, make([]byte, 4*300)}
	answers := make([]*Answer, len(images))
	var ask []func() error
	for i, image := range images {
		ask = append(ask, func() (err error) { answers[i], err = n.Bytes(image); return err })
	}
	wanted := wait(e, 303, ask...)
	e.workers.Go(func() { e.work(0) })
	for _, err := range wanted() {
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(b.sizes) > 5 { // three of at most 128 from the long request, with the others among them
		t.Errorf("wanted few batches, found those of %v", b.sizes)
	}
	for i, image := range images {
		alone, err := n.Bytes(image[:4])
		if err != nil {
			t.Fatal(err)
		}
		for c, p := range alone.Probabilities {
			if answers[i].Probabilities[c] != p {
				t.Errorf("image %d: wanted %v, found %v", i, alone.Probabilities, answers[i].Probabilities[:3])
			}
		}
	}
	e.Close()
	if _, err := n.Bytes(images[0]); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: found %v", err)
	}
}

// TestBounds tests what happens if too much waits, or for too long.
func TestBounds(t *testing.T) {
	now := time.Now()
	e, n, _ := newEngine(t, &now, 10)
	wanted := wait(e, 10, func() error { _, err := n.Bytes(make([]byte, 40)); return err })
	if _, err := n.Bytes(make([]byte, 4)); !errors.Is(err, ErrBusy) {
		t.Errorf("wanted %v, found %v", ErrBusy, err)
	}
	now = now.Add(time.Minute)
	e.workers.Go(func() { e.work(0) })
	if errs := wanted(); !errors.Is(errs[0], ErrLate) {
		t.Errorf("wanted %v, found %v", ErrLate, errs)
	}
	if _, err := n.Floats(make([]float32, 8)); err != nil {
		t.Errorf("afterwards: found %v", err)
	}
	e.Close()
}

// TestCrash lets a batch panic: its requests get an error, and later ones an answer.
func TestCrash(t *testing.T) {
	now := time.Now()
	e, n, _ := newEngine(t, &now, 0)
	e.workers.Go(func() { e.work(0) })
	features := n.bytes.like.Features
	n.bytes.like.Features = 5 // the predictor wants 4
	if _, err := n.Bytes(make([]byte, 4)); err == nil {
		t.Error("wanted an error, found none")
	}
	n.bytes.like.Features = features
	if _, err := n.Bytes(make([]byte, 4)); err != nil {
		t.Errorf("afterwards: found %v", err)
	}
	e.Close()
}

// TestAlone asks while a worker is idle: the goroutine that asks computes the answer. With none idle, or behind others that
// wait, it waits, until the engine is closed too.
func TestAlone(t *testing.T) {
	now := time.Now()
	e, n, b := newEngine(t, &now, 0)
	ask := func() error { _, err := n.Bytes(make([]byte, 4)); return err }
	e.dismiss(0)
	if err := ask(); err != nil { // there is no other goroutine
		t.Fatal(err)
	}
	if worker, ok := e.hire(); !ok || worker != 0 {
		t.Fatalf("wanted the worker 0 to be idle again, found %d, %t", worker, ok)
	}
	wanted := wait(e, 2, ask, ask)
	e.dismiss(0)
	if _, ok := e.hire(); ok {
		t.Error("wanted no worker as long as others wait, found one")
	}
	if worker := e.idle; len(worker) != 1 {
		t.Fatalf("wanted one idle worker, found %v", worker)
	}
	e.idle = nil // work adds it again
	e.workers.Go(func() { e.work(0) })
	for _, err := range wanted() {
		if err != nil {
			t.Error(err)
		}
	}
	if len(b.sizes) != 2 || b.sizes[1] != 2 {
		t.Errorf("wanted one sample, then both that waited, found %v", b.sizes)
	}
	e.Close()
}

// TestCloseWaits closes an engine while what waits has no idle worker yet: it is computed, and all workers end.
func TestCloseWaits(t *testing.T) {
	now := time.Now()
	e, n, _ := newEngine(t, &now, 0)
	e.o.Threads = 2
	n.bytes.predictors = append(n.bytes.predictors, nil)
	for worker := range 2 {
		e.workers.Go(func() { e.work(worker) })
	}
	var hired []int
	for len(hired) < 2 {
		if worker, ok := e.hire(); ok {
			hired = append(hired, worker)
		}
		runtime.Gosched()
	}
	wanted := wait(e, 1, func() error { _, err := n.Bytes(make([]byte, 4)); return err })
	closed := make(chan struct{})
	go func() { e.Close(); close(closed) }()
	for closing := false; !closing; {
		e.mu.Lock()
		closing = e.closed
		e.mu.Unlock()
	}
	for range 1000 { // lets them see that it is closed, and wait on
		runtime.Gosched()
	}
	e.dismiss(hired[0])
	if errs := wanted(); errs[0] != nil {
		t.Error(errs[0])
	}
	e.dismiss(hired[1])
	<-closed
}
