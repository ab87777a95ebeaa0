package step

import "dnn/internal/nn"

// TrainingBytes estimates the memory of a training run in bytes: the parameters, a copy of them after the last epoch, one
// for the model file, what else is kept of each (by the optimizer, see optimizer.Spec.PerWeight, and of the best epoch),
// their gradients if a step can be abandoned, and two batches with the activations of one and their gradients; of each
// teacher, the parameters and the activations of a batch. It does not count data sets, packed or not.
func TrainingBytes(a nn.Architecture, kept int, teachers []nn.Architecture, batch int) float64 {
	const element = 4
	perParameter := 3.0 + float64(kept)
	perSample := 10*float64(a.Input) + 2*units(a) // bytes, lists by sample and by feature, of this batch and of the next
	read, unitsOfTeachers := parameters(a), 0.0   // what a step goes through
	for _, t := range teachers {
		read += parameters(t)
		unitsOfTeachers += units(t)
	}
	if abandonable(batch, read) {
		perParameter++
	}
	ofTeachers := read - parameters(a) + float64(batch)*unitsOfTeachers
	return element * (perParameter*parameters(a) + float64(batch)*perSample + ofTeachers)
}

// parameters returns the number of parameters, as a float64, since an int might overflow.
func parameters(a nn.Architecture) float64 {
	sum := 0.0
	for _, p := range a.Params() {
		n := 1.0
		for _, d := range p.Shape {
			n *= float64(d)
		}
		sum += n
	}
	return sum
}

// units returns the number of outputs of all layers, for one sample.
func units(a nn.Architecture) float64 {
	sum := 0.0
	for _, l := range a.Summary() {
		sum += float64(l.Output.Size())
	}
	return sum
}

// abandonable reports whether a step of so many samples through so many weights is long enough to be abandoned. Keeping
// gradients costs a fraction of the step, the larger the fewer samples there are (docs/kernels.md): with a thousand
// samples it is small, and a step of some milliseconds is long enough; with some hundred, only a step of some tenths of
// a second is.
func abandonable(samples int, weights float64) bool {
	products := float64(samples) * weights
	return samples >= 1<<10 && products >= 1<<28 || samples >= 1<<8 && products >= 1<<33
}
