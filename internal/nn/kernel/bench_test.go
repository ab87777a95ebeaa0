package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchSets runs bench for every set of kernels that this CPU has.
func benchSets(b *testing.B, bench func(b *testing.B, s *Set)) {
	for _, s := range Available() {
		b.Run(s.Name, func(b *testing.B) { bench(b, s) })
	}
}

// aligned returns n numbers around 1 that begin at a cache line.
func aligned(n int) []float32 {
	rng := rand.New(rand.NewPCG(1, 2))
	x := Floats(n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// perElement reports the time for each of n things that every iteration does.
func perElement(b *testing.B, n int, unit string) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/"+unit)
}

// gflops reports the speed of iterations of so many floating-point operations.
func gflops(b *testing.B, operations float64) {
	b.ReportMetric(operations*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

// BenchmarkGemmTile is a whole tile whose operands are in the first-level cache: the limit of Sgemm.
func BenchmarkGemmTile(b *testing.B) {
	benchSets(b, func(b *testing.B, s *Set) {
		const k = 128
		x, y, c := aligned(s.TileRows*k), aligned(s.TileCols*k), Floats(s.TileRows*s.TileCols)
		for b.Loop() {
			s.GemmTile(s.TileRows, s.TileCols, k, x, 1, s.TileRows, y, s.TileCols, c, s.TileCols, true)
		}
		gflops(b, 2*float64(s.TileRows*s.TileCols*k))
	})
}

// digits returns images like MNIST's: 28x28 bytes, of which 19 % are not zero, in the middle and in strokes. The images of
// one call are alike where those of a data set are: what lies at the margin is zero in all of them.
func digits(images int) []uint8 {
	const side = 28
	rng := rand.New(rand.NewPCG(3, 4))
	pixels := make([]uint8, images*side*side)
	for i := range images {
		image := pixels[i*side*side : (i+1)*side*side]
		for n := 0; n < 150; {
			length := 3 + rng.IntN(5)
			at := int(14+4.5*rng.NormFloat64())*side + int(14+3.5*rng.NormFloat64())
			for j := at; j < at+length; j++ {
				if j >= 0 && j < len(image) && image[j] == 0 {
					image[j] = uint8(1 + rng.IntN(255))
					n++
				}
			}
		}
	}
	return pixels
}

// gatherRows returns the entries of a matrix of bytes, row by row, and where each row begins.
func gatherRows(rows, cols int, pixels []uint8) (entries []uint32, start []int32) {
	entries, start = make([]uint32, len(pixels)+GatherSlack), make([]int32, rows+1)
	n := 0
	for r := range rows {
		n += gather(entries[n:], pixels[r*cols:(r+1)*cols], 0)
		start[r+1] = int32(n)
	}
	return entries[:n], start
}

// BenchmarkSparseMul is the input layer of 784-100 with a batch of 100 images: forward, a product of 100 rows of 150
// entries with the weights, and the gradient, 784 rows of 19 entries with the layer's.
func BenchmarkSparseMul(b *testing.B) {
	const images, inputs, cols, ld = 100, 784, 100, 112
	pixels := digits(images)
	transposed := make([]uint8, len(pixels))
	transposeBytes(images, inputs, pixels, inputs, transposed, images)
	for _, c := range []struct {
		name         string
		rows, inputs int
		pixels       []uint8
	}{{"forward", images, inputs, pixels}, {"gradient", inputs, images, transposed}} {
		entries, start := gatherRows(c.rows, c.inputs, c.pixels)
		factor, y := aligned(c.inputs*ld), Floats(c.rows*ld)
		var table [256]float32
		for i := range table {
			table[i] = float32(i) / 255
		}
		b.Run(c.name, func(b *testing.B) {
			benchSets(b, func(b *testing.B, s *Set) {
				for b.Loop() {
					s.SparseMul(c.rows, cols, entries, start, 1, &table, factor, ld, y, ld, false)
				}
				perElement(b, len(entries), "entry")
			})
		})
	}
}

// BenchmarkSparseAdam is the gradient of the input layer of 784-100 with a batch of 100 images, and its step.
func BenchmarkSparseAdam(b *testing.B) {
	const images, inputs, cols, ld = 100, 784, 100, 112
	pixels, transposed := digits(images), make([]uint8, images*inputs)
	transposeBytes(images, inputs, pixels, inputs, transposed, images)
	entries, start := gatherRows(inputs, images, transposed)
	table := new([256]float32)
	for i := range table {
		table[i] = float32(i) / 255
	}
	dz := aligned(images * ld)
	for i := range dz {
		dz[i] *= 1e-3
	}
	benchSets(b, func(b *testing.B, s *Set) {
		step := AdamStep{Alpha: 1e-3, C1: 0.1, C2: 0.001, Epsilon: 1e-7}
		p, m, v, g := aligned(inputs*ld), Floats(inputs*ld), Floats(inputs*ld), Floats(inputs*ld)
		for b.Loop() {
			if s.SparseAdam != nil {
				s.SparseAdam(inputs, cols, entries, start, 1, table, dz, ld, p, m, v, ld, step, AllRows)
				continue
			}
			s.SparseMul(inputs, cols, entries, start, 1, table, dz, ld, g, ld, false)
			s.Adam(inputs, cols, p, m, v, ld, g, ld, step)
		}
		perElement(b, len(entries), "entry")
	})
}

// BenchmarkAdam is the step of a layer of 784-100: as a whole, and of a part that stays in the first-level cache.
func BenchmarkAdam(b *testing.B) {
	for _, n := range []int{1024, 78400} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchSets(b, func(b *testing.B, s *Set) {
				p, m, v, g := aligned(n), Floats(n), Floats(n), aligned(n)
				for i := range g {
					g[i] *= 1e-3
				}
				for b.Loop() {
					s.Adam(1, n, p, m, v, n, g, n, AdamStep{Alpha: 1e-3, C1: 0.1, C2: 0.001, Epsilon: 1e-7})
				}
				perElement(b, n, "element")
			})
		})
	}
}

// BenchmarkPacked is a thousand images packed, and batches of 100 random ones of them unpacked.
func BenchmarkPacked(b *testing.B) {
	const images, inputs, batch, block = 1000, 784, 100, 112
	pixels, edges := digits(images), []int32{0}
	for at := block; at <= inputs; at += block {
		edges = append(edges, int32(at))
	}
	blocks := len(edges) - 1
	data, at := make([]uint8, images*PackedSize(inputs, blocks)+PackedSlack), make([]uint32, images)
	b.Run("pack", func(b *testing.B) {
		benchSets(b, func(b *testing.B, s *Set) {
			if s.Pack == nil {
				b.Skip("not in this set")
			}
			for b.Loop() {
				n := 0
				for i := range images {
					at[i] = uint32(n)
					n += s.Pack(edges, pixels[i*inputs:][:inputs], data[n:])
				}
			}
			perElement(b, images, "image")
		})
	})
	b.Run("unpack", func(b *testing.B) {
		benchSets(b, func(b *testing.B, s *Set) {
			if s.Unpack == nil {
				b.Skip("not in this set")
			}
			order := make([]int32, images)
			for i := range order {
				order[i] = int32(i * 7919 % images)
			}
			dst, start, dense := make([]uint32, batch*inputs+GatherSlack), make([]int32, batch*(blocks+1)), make([]uint8, batch*inputs)
			for i := 0; b.Loop(); i = (i + batch) % images {
				s.Unpack(order[i:i+batch], at, data, edges, 0, blocks, dst, 0, start, dense, inputs)
			}
			perElement(b, batch, "image")
		})
	})
}

// BenchmarkSoftmax is that of 100 samples of 10 classes, whose logits come and go by rows.
func BenchmarkSoftmax(b *testing.B) {
	const classes, samples = 10, 100
	benchSets(b, func(b *testing.B, s *Set) {
		rows, columns := aligned(samples*16), Floats(classes*112)
		largest, sums, best := Floats(samples), Floats(samples), make([]int32, samples)
		for b.Loop() {
			s.Transpose(samples, classes, rows, 16, columns, 112)
			s.Softmax(classes, samples, columns, 112, largest, sums, best)
			s.Transpose(classes, samples, columns, 112, rows, 16)
		}
		perElement(b, samples, "sample")
	})
}

func BenchmarkGather(b *testing.B) {
	const images, inputs = 100, 784
	pixels := digits(images)
	transposed := make([]uint8, len(pixels))
	transposeBytes(images, inputs, pixels, inputs, transposed, images)
	for _, c := range []struct {
		name       string
		rows, cols int
		pixels     []uint8
	}{{"rows", images, inputs, pixels}, {"columns", inputs, images, transposed}} {
		b.Run(c.name, func(b *testing.B) {
			benchSets(b, func(b *testing.B, s *Set) {
				entries, start := make([]uint32, c.rows*c.cols+GatherSlack), make([]int32, c.rows+1)
				for b.Loop() {
					s.GatherRows(c.rows, c.cols, c.pixels, c.cols, entries, 0, 0, 0, start, 1)
				}
				perElement(b, c.rows*c.cols, "byte")
			})
		})
	}
}

func BenchmarkTransposeBytes(b *testing.B) {
	const rows, cols = 100, 784
	src, dst := digits(rows), make([]uint8, rows*cols)
	benchSets(b, func(b *testing.B, s *Set) {
		for b.Loop() {
			s.TransposeBytes(rows, cols, src, cols, dst, rows)
		}
		perElement(b, rows*cols, "byte")
	})
}

func BenchmarkTranspose(b *testing.B) {
	for _, shape := range [][2]int{{100, 100}, {8, 192}, {6, 192}} {
		rows, cols := shape[0], shape[1]
		b.Run(fmt.Sprintf("%dx%d", rows, cols), func(b *testing.B) {
			src, dst := aligned(rows*cols), Floats(rows*cols)
			benchSets(b, func(b *testing.B, s *Set) {
				for b.Loop() {
					s.Transpose(rows, cols, src, cols, dst, rows)
				}
				perElement(b, rows*cols, "element")
			})
		})
	}
}

// BenchmarkRows is the kernels that go over a batch of activations once, for layers of 100 and 10.
func BenchmarkRows(b *testing.B) {
	const rows = 100
	for _, cols := range []int{100, 10} {
		ld := (cols + 15) / 16 * 16
		x, y := aligned(rows*ld), aligned(rows*ld)
		for _, k := range []struct {
			name string
			run  func(s *Set)
		}{
			{"BiasRelu", func(s *Set) { s.BiasRelu(rows, cols, y, ld, x) }},
			{"ReluGrad", func(s *Set) { s.ReluGrad(rows, cols, x, ld, y, ld) }},
			{"ColumnSums", func(s *Set) { s.ColumnSums(rows, cols, x, ld, y) }},
			{"Exp", func(s *Set) { s.Exp(y[:rows*cols], x[:rows*cols]) }},
		} {
			b.Run(fmt.Sprintf("%s/%dx%d", k.name, rows, cols), func(b *testing.B) {
				benchSets(b, func(b *testing.B, s *Set) {
					for b.Loop() {
						k.run(s)
					}
					perElement(b, rows*cols, "element")
				})
			})
		}
	}
}
