package experiment

import (
	"runtime"

	"dnn/internal/fault"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/step"
	"dnn/internal/train/callback"
)

// Kernels returns the names of all kernels that this machine supports, and the name of those that it uses.
func Kernels(system *System) (available []string, chosen string, err error) {
	set, err := system.Kernels()
	if err != nil {
		return nil, "", err
	}
	for _, s := range kernel.Available() {
		available = append(available, s.Name)
	}
	return available, set.Name, nil
}

// NewEngine returns an engine with the given number of threads; 0 means one for each core.
func NewEngine(system *System, threads int) (*step.Engine, error) {
	set, err := system.Kernels()
	if err != nil {
		return nil, err
	}
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return step.NewEngine(set, threads), nil
}

// Bytes returns how much memory a run needs beside the data.
func (x *experiment) Bytes() float64 {
	var taught []nn.Architecture
	for _, t := range x.teachers {
		taught = append(taught, t.Architecture)
	}
	kept := x.Optimizer.PerWeight()
	if callback.RestoreBest(x.Callbacks) {
		kept++
	}
	return step.TrainingBytes(x.arch, kept, taught, min(x.BatchSize, x.source.Count))
}

// fitsMemory returns an error if a run would need more memory than is available.
func (x *experiment) fitsMemory(system *System) error {
	available, ok := system.Memory()
	if need := x.Bytes(); ok && need > float64(available) {
		return fault.New(fault.Resources, "layers", "training needs about %s of memory, there are %s",
			fault.Gigabytes(need), fault.Gigabytes(float64(available))).WithHint("use fewer units or a smaller batch_size")
	}
	return nil
}
