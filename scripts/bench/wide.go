package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dnn/scripts/bench/paired"
)

// The network of the scenario "wide" has wideHidden hidden layers of wideUnits.
const (
	wideUnits  = 2048
	wideHidden = 3
	wideBatch  = 512
)

// openBLASProducts is the time that a step would take if OpenBLAS computed its matrix products and there were nothing
// else.
const openBLASProducts = "OpenBLAS, the products alone"

// wideSizes returns the number of features of the input and after each layer.
func (b *bench) wideSizes() []int {
	return slices.Concat([]int{b.set.Features()}, slices.Repeat([]int{wideUnits}, wideHidden),
		[]int{len(b.set.Classes)})
}

// wideDNN is dnn. Its metric "step" is the milliseconds of a training step. dnn always trains a full epoch, so all
// images except those of a few steps are held out for validation. The time is the sum of the phases without validation, in
// the second epoch: in the first one it warms up, as the peers do.
func (b *bench) wideDNN() paired.Contender {
	return paired.Contender{Name: dnn2, Run: func(ctx context.Context) (paired.Figures, error) {
		images := b.effort.wideSteps * wideBatch
		held := float64(b.set.TrainCount()-images) + 0.5 // dnn rounds down; half an image is to be on the safe side
		t, err := b.train(ctx, nil, "--threads", "2", "--epochs", "2", "--batch-size", strconv.Itoa(wideBatch),
			"--layers", strings.Join(slices.Repeat([]string{strconv.Itoa(wideUnits)}, wideHidden), ","),
			"--validation-split", strconv.FormatFloat(held/float64(b.set.TrainCount()), 'f', -1, 64))
		if err != nil {
			return nil, err
		}
		var seconds float64
		for phase, s := range t.epochs[1].Phases {
			if phase != "validation" {
				seconds += s
			}
		}
		if seconds == 0 {
			return nil, fmt.Errorf("dnn train --json: wanted the phases' times, found %q", t.Stdout)
		}
		return paired.Figures{"step": seconds * 1e3 / float64(b.effort.wideSteps)}, nil
	}}
}

// widePython is a Python program that does the same steps.
func (b *bench) widePython(name, venv, script string) paired.Contender {
	return paired.Contender{Name: name, Run: func(ctx context.Context) (paired.Figures, error) {
		args := []string{b.images, strconv.Itoa(wideBatch), strconv.Itoa(b.effort.wideWarming),
			strconv.Itoa(b.effort.wideSteps), "2"}
		for _, size := range b.wideSizes() {
			args = append(args, strconv.Itoa(size))
		}
		line, err := python[struct {
			Milliseconds float64 `json:"step_ms"`
		}](ctx, b, venv, nil, script, args...)
		return paired.Figures{"step": line.Milliseconds}, err
	}}
}

// wideOpenBLAS is the time that OpenBLAS takes for the products of a step.
func (b *bench) wideOpenBLAS() paired.Contender {
	return paired.Contender{Name: openBLASProducts, Run: func(ctx context.Context) (paired.Figures, error) {
		products := stepProducts(wideBatch, b.wideSizes())
		var shapes []string
		for _, p := range products {
			shapes = append(shapes, p.String())
		}
		line, err := b.runOpenBLAS(ctx, 2, shapes...)
		if err != nil {
			return nil, err
		}
		var seconds float64
		for _, p := range products {
			seconds += p.flops() / (line.GFLOPS[p.String()] * 1e9)
		}
		return paired.Figures{"step": seconds * 1e3}, nil
	}}
}

// product is a matrix product, [m, k] by [k, n].
type product struct{ m, k, n int }

func (p product) String() string { return fmt.Sprintf("%dx%dx%d", p.m, p.k, p.n) }

func (p product) flops() float64 { return 2 * float64(p.m) * float64(p.k) * float64(p.n) }

// stepProducts returns the products of one training step of a dense network. For each layer, these are the forward
// pass, the gradient of the weights and, except in the first layer, the gradient of the input.
func stepProducts(batch int, sizes []int) []product {
	var products []product
	for i, in := range sizes[:len(sizes)-1] {
		out := sizes[i+1]
		products = append(products, product{batch, in, out}, product{in, batch, out})
		if i > 0 {
			products = append(products, product{batch, out, in})
		}
	}
	return products
}
