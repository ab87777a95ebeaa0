package step

import "dnn/internal/nn"

// TrainingBytes estimates the memory of a training run in bytes: the parameters with a copy of the last epoch's and up to
// two moments each, the gradients by them where a step can be abandoned, and a batch's activations with their gradients.
// Data sets, and what they are packed into, come on top.
func TrainingBytes(a nn.Architecture, batch int) float64 {
	const element = 4
	perParameter := 4.0
	perSample := 10 * float64(a.Input) // pixels, lists of nonzeros by sample and by feature, all twice: this batch and the next
	parameters := 0.0                  // as a float64: a network that does not fit may not even be countable
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
	if long(batch, parameters) {
		perParameter++
	}
	return element * (perParameter*parameters + float64(batch)*perSample)
}

// long tells whether a step of so many samples through so many weights can be abandoned. To keep gradients takes a part of a step that is
// the larger the fewer samples it has: of a thousand less than a hundredth, so that some milliseconds make a step long; of some hundred a
// few hundredths, which only steps of some tenths of a second are made to spend.
func long(samples int, weights float64) bool {
	products := float64(samples) * weights
	return samples >= 1<<10 && products >= 1<<28 || samples >= 1<<8 && products >= 1<<33
}
