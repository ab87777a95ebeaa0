// Package live shows a training run while it goes on: the page of package board with the weights of each epoch, events for
// what changes, and what a person may do at a bench: pause, go on, stop, change the learning rate.
//
// A Training is a callback of the run, and a handler of requests. The run hands it a copy of the weights after each epoch,
// and obeys it between two steps; it never waits for who looks on. Weights of the run itself are read by the run's own
// goroutine only.
//
//	live.go      the callback
//	epochs.go    the epochs that are kept, in bounded memory
//	state.go     what a page is told
//	events.go    tells it, as server-sent events
//	control.go   what a person asks for
//	handler.go   the paths
package live

import (
	"bytes"
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dnn/internal/fault"
	"dnn/internal/history"
	"dnn/internal/modelfile"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
	"dnn/internal/serve/board"
	"dnn/internal/train"
)

// Options say how a run is shown.
type Options struct {
	Kernels *kernel.Set
	Stop    func() // ends the run as Ctrl-C does; it may be called more than once
	Paused  bool   // the run waits before its first step until a person lets it go on
	Stays   bool   // there is a page also after the run, whose data may be gone then
	Memory  int64  // bytes for the weights of epochs; 0: 256 MiB
	Now     func() time.Time
}

// maxImages is the size of the largest training set of which similar images are shown, in bytes: it is copied.
const maxImages = 512 << 20

// defaultMemory holds 798 epochs of the course's network, 784-100-50-10.
const defaultMemory = 256 << 20

// progressEvery is the shortest time between two events about steps of one epoch.
const progressEvery = 50 * time.Millisecond

// Training is a run that is shown.
type Training struct {
	o     Options
	ctx   context.Context //nolint:containedctx // that of the run: a pause ends with it
	run   *train.Run
	held  time.Duration                  // how long the run was paused; of the run's goroutine alone
	begun int                            // steps of the next epoch that were taken before the run was resumed
	like  modelfile.Model                // of the run, but for its weights
	train func() (*batch.Samples, error) // the training images; nil: it learns no images
	page  board.Page
	begin sync.Once     // makes the page show a network, when it is looked at for the first time
	busy  atomic.Bool   // whether StepEnd has something to do
	awake chan struct{} // tells the run that a person asked for something

	mu       sync.Mutex
	state    state
	history  history.Epochs
	kept     keeper
	asked    asked
	told     time.Time // when pages were last told of a step
	watchers map[chan struct{}]bool
	closed   bool
}

// New returns a Training for a run that ends with ctx.
func New(ctx context.Context, o Options) *Training {
	if o.Memory == 0 {
		o.Memory = defaultMemory
	}
	t := &Training{
		o: o, ctx: ctx, awake: make(chan struct{}, 1), watchers: map[chan struct{}]bool{},
		state: state{Begun: o.Now().UnixMicro(), Phase: Waiting, Factor: 1}, kept: keeper{memory: o.Memory, every: 1},
		asked: asked{factor: 1, paused: o.Paused},
	}
	t.page.Training = true
	t.busy.Store(o.Paused)
	return t
}

// Attach makes a run that has not begun one that is shown. like is the model that it would leave: its classes and its
// input. The run's clock stands still while it is paused.
func (t *Training) Attach(run *train.Run, like *modelfile.Model) {
	t.run, t.like = run, *like
	if size := len(run.Train.Bytes); size > 0 && size <= maxImages {
		t.train = sync.OnceValues(t.images)
	}
	now := run.Now
	run.Now = func() time.Time { return now().Add(-t.held) }
	run.Callbacks = append(run.Callbacks, train.Callback{
		TrainBegin: t.trainBegin, Resume: t.resume, EpochBegin: t.epochBegin, StepEnd: t.stepEnd, EpochEnd: t.epochEnd,
		Finish: t.finish,
	})
}

// trainBegin shows the network that has learned nothing.
func (t *Training) trainBegin(p train.Plan) error {
	weights := t.weights()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state.Phase, t.state.Epochs, t.state.Steps = Running, p.Epochs, p.Steps
	if t.run.From == nil {
		t.kept.add(0, weights)
	}
	t.tell()
	return nil
}

// resume shows what the run has learned before.
func (t *Training) resume(before history.Epochs, _ train.State) error {
	weights := t.run.From.EpochWeights()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.history = before[:len(before):len(before)]
	t.kept.add(len(before), weights)
	t.state.Epoch, t.begun = len(before), t.run.From.Step()
	t.state.Factor = t.run.RateChanges.Factor(len(before)*t.state.Steps + t.begun)
	t.asked.factor = t.state.Factor
	t.state.ByHand = t.run.RateChanges != nil
	t.tell()
	return nil
}

func (t *Training) epochBegin(epoch int) error {
	t.mu.Lock()
	t.state.Epoch, t.state.Step, t.begun = epoch, t.begun, 0
	t.state.Rate = t.run.RateAt(len(t.history)*t.state.Steps + t.state.Step)
	t.mu.Unlock()
	t.obey()
	return nil
}

// stepEnd costs next to nothing as long as nobody looks on or asks for anything.
func (t *Training) stepEnd(s train.Step) error {
	if !t.busy.Load() {
		return nil
	}
	t.mu.Lock()
	t.state.Step, t.state.Loss, t.state.Accuracy, t.state.Rate = s.Step, number(s.Loss), number(s.Accuracy), s.LearningRate
	if now := t.o.Now(); now.Sub(t.told) >= progressEvery {
		t.told = now
		t.tell()
	}
	t.mu.Unlock()
	if s.Step < t.run.Plan().Steps { // else the epoch ends first
		t.obey()
	}
	return nil
}

func (t *Training) epochEnd(e history.Epoch) error {
	weights := t.weights()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.history = append(t.history, e)
	t.kept.add(e.Epoch, weights)
	t.state.Step, t.state.Loss, t.state.Accuracy = t.state.Steps, number(e.Loss), number(e.Accuracy)
	t.state.Rate = e.LearningRate
	t.tell()
	return nil
}

// weights returns a copy of the run's weights.
func (t *Training) weights() []modelfile.Tensor {
	var m modelfile.Model
	m.Store(t.run.Model)
	return m.Tensors
}

// images returns a copy of the training images, which stays if their file shrinks.
func (t *Training) images() (_ *batch.Samples, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if crash := recover(); crash != nil {
			err = fault.New(fault.Data, "", "the training images cannot be read: %v", crash)
		}
	}()
	kept := *t.run.Train
	kept.Bytes, kept.Labels = bytes.Clone(kept.Bytes), slices.Clone(kept.Labels)
	return &kept, nil
}

// model returns the model with weights of some epoch.
func (t *Training) model(weights []modelfile.Tensor) *modelfile.Model {
	m := t.like
	m.Tensors = weights
	return &m
}

// finish is called after the last epoch, while the training images are still there.
func (t *Training) finish() error {
	t.mu.Lock()
	t.state.Phase = Testing
	t.tell()
	t.mu.Unlock()
	if t.o.Stays && t.train != nil {
		_, _ = t.train() // the error is kept for who asks for images
	}
	return nil
}

// Tested tells the result on the test samples: the mean loss, and the share that was right.
func (t *Training) Tested(loss, accuracy float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state.Test = &test{number(loss), number(accuracy)}
	t.tell()
}

// End tells that the run is over, with its error.
func (t *Training) End(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.state.Phase = Finished
	case t.ctx.Err() != nil:
		t.state.Phase, t.state.Message = Stopped, err.Error()
	default:
		t.state.Phase, t.state.Message = Failed, err.Error()
	}
	t.tell()
}

// Close ends the streams of events, after the last one.
func (t *Training) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.tell()
}
