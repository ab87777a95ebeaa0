package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"dnn/scripts/bench/paired"
)

// The contenders of the matrix product.
const (
	dnnGemm  = "dnn's kernels"
	openBLAS = "OpenBLAS"
)

// gemmShapes are the products to measure: n for n x n by n x n, and mxkxn for m x k by k x n.
func gemmShapes() []string {
	return []string{"64", "128", "256", "512", "1024", "2048", "100x784x100"}
}

// gemmThreads are the numbers of threads with which each is measured.
func gemmThreads() []int { return []int{1, 2} }

// gemmMetric returns the name of the metric of a shape and a number of threads.
func gemmMetric(shape string, threads int) string {
	if threads == 1 {
		return shape + ", 1 thread"
	}
	return fmt.Sprintf("%s, %d threads", shape, threads)
}

// dnnProducts is BenchmarkSgemm of package blas, with the fastest kernels for this CPU.
func (b *bench) dnnProducts() paired.Contender {
	return paired.Contender{Name: dnnGemm, Run: func(ctx context.Context) (paired.Figures, error) {
		program := filepath.Join(b.work, "blas.test")
		// After the first round, the build is cached.
		if err := b.build(ctx, program, "test", "-c", "-o", program, "./internal/nn/blas"); err != nil {
			return nil, err
		}
		which := fmt.Sprintf("^BenchmarkSgemm$/^(%s)$/^%s$", strings.Join(gemmShapes(), "|"), b.sets[0])
		done, err := b.command(ctx, nil, program, "-test.run=^$", "-test.bench="+which,
			"-test.benchtime="+b.effort.gemmTime.String())
		if err != nil {
			return nil, err
		}
		got := parseBenchmarks(done.Stdout)
		if len(got) == 0 {
			return nil, fmt.Errorf("no figures of %s in %q", which, done.Stdout)
		}
		return got, nil
	}}
}

// benchmarkPattern matches BenchmarkSgemm/SHAPE/KERNELS[/THREADS]-GOMAXPROCS and its GFLOP/s. THREADS is written as 2
// or threads=2; without it, there is one.
var benchmarkPattern = regexp.MustCompile(
	`^BenchmarkSgemm/([0-9x]+)/[a-z0-9]+(?:/(?:threads=)?(\d+))?(?:-\d+)?\s.*?([0-9.]+) GFLOP/s`)

// parseBenchmarks returns the GFLOP/s in the output of go test -bench, by gemmMetric.
func parseBenchmarks(stdout []byte) paired.Figures {
	got := paired.Figures{}
	for lines := bufio.NewScanner(bytes.NewReader(stdout)); lines.Scan(); {
		m := benchmarkPattern.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		threads := 1
		if m[2] != "" {
			threads, _ = strconv.Atoi(m[2]) // cannot fail: the pattern allows only digits
		}
		if gflops, err := strconv.ParseFloat(m[3], 64); err == nil {
			got[gemmMetric(m[1], threads)] = gflops
		}
	}
	return got
}

// openBLASLine is what openblas.py prints.
type openBLASLine struct {
	Version string             `json:"version"`
	Kernels string             `json:"kernels"` // as OpenBLAS calls them
	GFLOPS  map[string]float64 `json:"gflops"`  // by shape
}

// runOpenBLAS measures OpenBLAS through NumPy.
func (b *bench) runOpenBLAS(ctx context.Context, threads int, shapes ...string) (openBLASLine, error) {
	env := []string{"OPENBLAS_NUM_THREADS=" + strconv.Itoa(threads)}
	args := append([]string{strconv.FormatFloat(b.effort.gemmTime.Seconds(), 'f', -1, 64)}, shapes...)
	return python[openBLASLine](ctx, b, pythonNumPy, env, "openblas.py", args...)
}

// blasProducts is OpenBLAS computing the same products.
func (b *bench) blasProducts() paired.Contender {
	return paired.Contender{Name: openBLAS, Run: func(ctx context.Context) (paired.Figures, error) {
		got := paired.Figures{}
		for _, threads := range gemmThreads() {
			line, err := b.runOpenBLAS(ctx, threads, gemmShapes()...)
			if err != nil {
				return nil, err
			}
			for shape, gflops := range line.GFLOPS {
				got[gemmMetric(shape, threads)] = gflops
			}
		}
		return got, nil
	}}
}
