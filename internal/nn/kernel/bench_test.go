package kernel

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// benchSets runs bench for every set of this CPU.
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

// perElement reports the time per element, for iterations over n elements.
func perElement(b *testing.B, n int, unit string) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/"+unit)
}

// gflops reports the speed, for iterations of so many floating-point operations.
func gflops(b *testing.B, operations float64) {
	b.ReportMetric(operations*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

// BenchmarkGemmTile multiplies one whole tile, with operands in the first-level cache: the limit of Sgemm.
func BenchmarkGemmTile(b *testing.B) {
	benchSets(b, func(b *testing.B, s *Set) {
		const k = 128
		x := mat(k, s.TileRows, s.TileRows, aligned(s.TileRows*k)).Transposed()
		y, c := mat(k, s.TileCols, s.TileCols, aligned(s.TileCols*k)),
			mat(s.TileRows, s.TileCols, s.TileCols, Floats(s.TileRows*s.TileCols))
		for b.Loop() {
			multiplyTile(s, c, x, y, true)
		}
		gflops(b, 2*float64(s.TileRows*s.TileCols*k))
	})
}

// digits returns images like MNIST's: 28x28 bytes, of which 19 % are not zero, in strokes around the middle. In all
// images of one call, the same margin is zero.
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

// BenchmarkSparseMul is the input layer of 784-100 with a batch of 100 images. Forward, 100 rows of 150 entries are
// multiplied by the weights; for the gradient, 784 rows of 19 entries by the gradient of the outputs.
func BenchmarkSparseMul(b *testing.B) {
	const images, inputs, cols, ld = 100, 784, 100, 112
	pixels := digits(images)
	transposed := make([]uint8, len(pixels))
	transposeBytes(byteMat(inputs, images, images, transposed), byteMat(images, inputs, inputs, pixels))
	for _, c := range []struct {
		name         string
		rows, inputs int
		pixels       []uint8
	}{{"forward", images, inputs, pixels}, {"gradient", inputs, images, transposed}} {
		entries, start := gatherRows(c.rows, c.inputs, c.pixels)
		factor, y := mat(c.inputs, cols, ld, aligned(c.inputs*ld)), mat(c.rows, cols, ld, Floats(c.rows*ld))
		var table [256]float32
		for i := range table {
			table[i] = float32(i) / 255
		}
		x := Sparse{Rows: c.rows, Entries: entries, Start: start, Step: 1, Table: &table}
		b.Run(c.name, func(b *testing.B) {
			benchSets(b, func(b *testing.B, s *Set) {
				for b.Loop() {
					s.SparseMul(y, x, factor, false)
				}
				perElement(b, len(entries), "entry")
			})
		})
	}
}

// BenchmarkSparseAdam is the gradient and the update of the input layer of 784-100 with a batch of 100 images.
func BenchmarkSparseAdam(b *testing.B) {
	const images, inputs, cols, ld = 100, 784, 100, 112
	pixels, transposed := digits(images), make([]uint8, images*inputs)
	transposeBytes(byteMat(inputs, images, images, transposed), byteMat(images, inputs, inputs, pixels))
	entries, start := gatherRows(inputs, images, transposed)
	table := new([256]float32)
	for i := range table {
		table[i] = float32(i) / 255
	}
	dz := mat(images, cols, ld, aligned(images*ld))
	for i := range dz.Data {
		dz.Data[i] *= 1e-3
	}
	benchSets(b, func(b *testing.B, s *Set) {
		step := AdamStep{Alpha: 1e-3, C1: 0.1, C2: 0.001, Epsilon: 1e-7}
		x := Sparse{Rows: inputs, Entries: entries, Start: start, Step: 1, Table: table}
		of := func(data []float32) Matrix { return mat(inputs, cols, ld, data) }
		p, m, v, g := of(aligned(inputs*ld)), of(Floats(inputs*ld)), of(Floats(inputs*ld)), of(Floats(inputs*ld))
		for b.Loop() {
			if s.FusesAdam() {
				s.SparseAdam(p, m, v, x, dz, step, AllRows)
				continue
			}
			s.SparseMul(g, x, dz, false)
			s.Adam(p, m, v, g, step)
		}
		perElement(b, len(entries), "entry")
	})
}

// BenchmarkAdam is the update of a layer of 784-100: all of it, and a part that stays in the first-level cache.
func BenchmarkAdam(b *testing.B) {
	for _, n := range []int{1024, 78400} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchSets(b, func(b *testing.B, s *Set) {
				of := func(data []float32) Matrix { return mat(1, n, n, data) }
				p, m, v, g := of(aligned(n)), of(Floats(n)), of(Floats(n)), of(aligned(n))
				for i := range g.Data {
					g.Data[i] *= 1e-3
				}
				for b.Loop() {
					s.Adam(p, m, v, g, AdamStep{Alpha: 1e-3, C1: 0.1, C2: 0.001, Epsilon: 1e-7})
				}
				perElement(b, n, "element")
			})
		})
	}
}

// BenchmarkPacked packs a thousand images, and unpacks batches of 100 random ones.
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
			if !s.Packs() {
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
			if !s.Packs() {
				b.Skip("not in this set")
			}
			order := make([]int32, images)
			for i := range order {
				order[i] = int32(i * 7919 % images)
			}
			packed, dense := Packed{Edges: edges, At: at, Data: data},
				byteMat(batch, inputs, inputs, make([]uint8, batch*inputs))
			x := Sparse{Rows: batch, Entries: make([]uint32, batch*inputs+GatherSlack),
				Start: make([]int32, batch*(blocks+1)), Step: blocks + 1}
			for i := 0; b.Loop(); i = (i + batch) % images {
				s.Unpack(x, 0, dense, packed, order[i:i+batch], 0)
			}
			perElement(b, batch, "image")
		})
	})
}

// BenchmarkSoftmax is the softmax of 100 samples of 10 classes, transposed there and back.
func BenchmarkSoftmax(b *testing.B) {
	const classes, samples = 10, 100
	benchSets(b, func(b *testing.B, s *Set) {
		rows, columns := mat(samples, classes, 16, aligned(samples*16)), mat(classes, samples, 112, Floats(classes*112))
		largest, sums, best := Floats(samples), Floats(samples), make([]int32, samples)
		for b.Loop() {
			s.Transpose(columns, rows)
			s.Softmax(columns, largest, sums, best)
			s.Transpose(rows, columns)
		}
		perElement(b, samples, "sample")
	})
}

func BenchmarkGather(b *testing.B) {
	const images, inputs = 100, 784
	pixels := digits(images)
	transposed := make([]uint8, len(pixels))
	transposeBytes(byteMat(inputs, images, images, transposed), byteMat(images, inputs, inputs, pixels))
	for _, c := range []struct {
		name       string
		rows, cols int
		pixels     []uint8
	}{{"rows", images, inputs, pixels}, {"columns", inputs, images, transposed}} {
		b.Run(c.name, func(b *testing.B) {
			benchSets(b, func(b *testing.B, s *Set) {
				x := Sparse{Rows: c.rows, Entries: make([]uint32, c.rows*c.cols+GatherSlack),
					Start: make([]int32, c.rows+1), Step: 1}
				for b.Loop() {
					s.Gather(x, 0, byteMat(c.rows, c.cols, c.cols, c.pixels), 0, 0)
				}
				perElement(b, c.rows*c.cols, "byte")
			})
		})
	}
}

func BenchmarkTransposeBytes(b *testing.B) {
	const rows, cols = 100, 784
	src, dst := byteMat(rows, cols, cols, digits(rows)), byteMat(cols, rows, rows, make([]uint8, rows*cols))
	benchSets(b, func(b *testing.B, s *Set) {
		for b.Loop() {
			s.TransposeBytes(dst, src)
		}
		perElement(b, rows*cols, "byte")
	})
}

func BenchmarkTranspose(b *testing.B) {
	for _, shape := range [][2]int{{100, 100}, {8, 192}, {6, 192}} {
		rows, cols := shape[0], shape[1]
		b.Run(fmt.Sprintf("%dx%d", rows, cols), func(b *testing.B) {
			src, dst := mat(rows, cols, cols, aligned(rows*cols)), mat(cols, rows, rows, Floats(rows*cols))
			benchSets(b, func(b *testing.B, s *Set) {
				for b.Loop() {
					s.Transpose(dst, src)
				}
				perElement(b, rows*cols, "element")
			})
		})
	}
}

// BenchmarkRows is the kernels that pass once over a batch of activations, for layers of 100 and 10.
func BenchmarkRows(b *testing.B) {
	const rows = 100
	for _, cols := range []int{100, 10} {
		ld := (cols + 15) / 16 * 16
		x, y := mat(rows, cols, ld, aligned(rows*ld)), mat(rows, cols, ld, aligned(rows*ld))
		for _, k := range []struct {
			name string
			run  func(s *Set)
		}{
			{"BiasRelu", func(s *Set) { s.BiasRelu(y, x.Data) }},
			{"ReluGrad", func(s *Set) { s.ReluGrad(y, x) }},
			{"ColumnSums", func(s *Set) { s.ColumnSums(y.Data, x) }},
			{"Exp", func(s *Set) { s.Exp(y.Data[:rows*cols], x.Data[:rows*cols]) }},
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

// BenchmarkElementwise runs each elementwise kernel on matrices of 100 x 100, which the second-level cache holds.
func BenchmarkElementwise(b *testing.B) {
	const n = 100
	for _, c := range elementwiseCases() {
		if strings.HasSuffix(c.name, "in place") { // its results would become denormal
			continue
		}
		b.Run(c.name, func(b *testing.B) {
			benchSets(b, func(b *testing.B, s *Set) {
				var matrices []Matrix
				for range c.matrices {
					matrices = append(matrices, mat(n, n, n+12, aligned(n*(n+12))))
				}
				var vectors [][]float32
				for range c.vectors {
					vectors = append(vectors, aligned(n))
				}
				for b.Loop() {
					c.run(s, matrices, vectors)
				}
				perElement(b, n*n, "element")
			})
		})
	}
}
