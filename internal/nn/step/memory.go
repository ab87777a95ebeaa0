package step

import "dnn/internal/nn"

// TrainingBytes estimates the memory of a training run in bytes: the parameters, a copy of them after the last epoch,
// up to two moments of each, their gradients if a step can be abandoned, and two batches with the activations of one
// and their gradients. It does not count data sets, packed or not, nor teachers.
func TrainingBytes(a nn.Architecture, batch int) float64 {
	const element = 4
	perParameter := 4.0
	perSample := 10 * float64(a.Input) // bytes, lists by sample and by feature, of this batch and of the next
	parameters := 0.0                  // an int might overflow
	for _, l := range a.Summary() {
		perSample += 2 * float64(l.Output.Size())
	}
	for _, p := range a.Params() {
		n := 1.0
		for _, d := range p.Shape {
			n *= float64(d)
		}
		parameters += n
	}
	if abandonable(batch, parameters) {
		perParameter++
	}
	return element * (perParameter*parameters + float64(batch)*perSample)
}

// abandonable reports whether a step of so many samples through so many weights is long enough to be abandoned. Keeping
// gradients costs a fraction of the step, the larger the fewer samples there are (docs/kernels.md): with a thousand
// samples it is small, and a step of some milliseconds is long enough; with some hundred, only a step of some tenths of
// a second is.
func abandonable(samples int, weights float64) bool {
	products := float64(samples) * weights
	return samples >= 1<<10 && products >= 1<<28 || samples >= 1<<8 && products >= 1<<33
}
