package cmd

import (
	"runtime"

	"dnn/internal/fault"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
)

// kernels returns the kernels that DNN_SIMD names, or the fastest ones that there are.
func kernels(system *System) (*kernel.Set, error) {
	name, _ := system.Env("DNN_SIMD")
	set, err := kernel.Select(name)
	if err != nil {
		return nil, fault.New(fault.Usage, "DNN_SIMD", "%w", err)
	}
	return set, nil
}

// newEngine returns an engine with that many threads, or with one for each core if threads is 0.
func newEngine(system *System, threads int) (*nn.Engine, error) {
	set, err := kernels(system)
	if err != nil {
		return nil, err
	}
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	return nn.NewEngine(set, threads), nil
}
