package kernel

// Worker is what a task computes with: the kernels, and memory that no other task uses at the same time.
type Worker struct {
	*Set
	index    int // from 0
	scratch  Scratch
	gradient []float32 // one block of a gradient, for an updater
	sample   []uint8   // one sample before it goes into a batch
	floats   []float32
	random   []uint32
	logits   Probabilities
}

// NewWorker returns the worker of that index, from 0 on.
func NewWorker(kernels *Set, index int) Worker { return Worker{Set: kernels, index: index} }

// Index returns the worker's place among the others, from 0 on.
func (w *Worker) Index() int { return w.index }

// StopIf makes long computations end early once stop returns true: nobody will use the results. A nil stop undoes that.
func (w *Worker) StopIf(stop func() bool) { w.scratch.stop = stop }

// Stopped reports whether the worker's results will not be used.
func (w *Worker) Stopped() bool { return w.scratch.stopped() }

// Multiply computes the product C = A B.
func (w *Worker) Multiply(c Matrix, a, b Operand) { w.Gemm(&w.scratch, c, a, b, false) }

// Bytes returns memory for a sample of that many bytes.
func (w *Worker) Bytes(n int) []uint8 { return resized(&w.sample, n) }

// Floats returns memory for n numbers.
func (w *Worker) Floats(n int) []float32 {
	if cap(w.floats) < n {
		w.floats = Floats(n)
	}
	return w.floats[:n]
}

// Random returns memory for the random bits of n elements.
func (w *Worker) Random(n int) []uint32 { return resized(&w.random, n) }

// BlockElements is about how many elements of a gradient an updater gets at a time: few enough for the first-level
// cache to hold them with their parameters and moments. (Some gradients are better computed in larger blocks.)
const BlockElements = 1024

// GradientBlock returns a matrix in the worker's memory for one block of gradient.
func (w *Worker) GradientBlock(rows, cols int) Matrix {
	stride := paddedStride(cols)
	if cap(w.gradient) < rows*stride {
		w.gradient = Floats(rows * stride)
	}
	return Matrix{Rows: rows, Cols: cols, Stride: stride, Data: w.gradient[:rows*stride]}
}
