package augment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"dnn/internal/nn/kernel"
)

// all are ranges of every distortion, those of the accuracy table's larger networks.
var all = Distortions{&Affine{0.7, 12, 0.15, 0.1}, &Elastic{34, 6}}

// strokes returns images with a few random strokes of gray, and zeros elsewhere.
func strokes(images, rows, cols int) []uint8 {
	rng := rand.New(rand.NewPCG(1, 2))
	pixels := make([]uint8, images*rows*cols)
	for i := range images {
		image := pixels[i*rows*cols : (i+1)*rows*cols]
		for range 5 {
			r, c := rng.IntN(rows), rng.IntN(cols)
			for range (rows + cols) / 2 {
				image[r*cols+c] = uint8(128 + rng.IntN(128))
				r, c = min(max(r+rng.IntN(3)-1, 0), rows-1), min(max(c+rng.IntN(3)-1, 0), cols-1)
			}
		}
	}
	return pixels
}

// distort returns all images of an epoch as worker makes them.
func distort(a *Augmenter, k *kernel.Set, worker, epoch int, pixels []uint8) []uint8 {
	a.Begin(epoch)
	size := a.rows * a.cols
	out := make([]uint8, len(pixels))
	for at := 0; at < len(pixels); at += size {
		a.Apply(k, worker, out[at:at+size], pixels[at:at+size], at/size)
	}
	return out
}

// With all ranges zero an image stays what it was, at any size.
func TestIdentity(t *testing.T) {
	for _, k := range kernel.Available() {
		for _, size := range [][2]int{{28, 28}, {1, 1}, {5, 8}, {17, 40}, {40, 17}} {
			pixels := strokes(3, size[0], size[1])
			a := New(Distortions{}, size[0], size[1], 1, 1)
			if got := distort(a, k, 0, 1, pixels); !bytes.Equal(got, pixels) {
				t.Errorf("%s, %d x %d: images changed", k.Name, size[0], size[1])
			}
		}
	}
}

// Each distortion does what its name says, in the direction and to the extent that its numbers say: the center of mass
// and the second moments of a bright rectangle before and after.
func TestDistortions(t *testing.T) {
	const side = 28
	image := make([]uint8, side*side)
	for r := 8; r < 20; r++ {
		for c := 11; c < 17; c++ {
			image[r*side+c] = 255
		}
	}
	before := momentsOf(image, side)
	for _, c := range []struct {
		name string
		r    Affine
		// want returns the moments of the image after a map, given those before.
		want func(a affineMap, m moments) moments
	}{
		{"shift", Affine{Shift: 3}, func(a affineMap, m moments) moments {
			m.x -= float64(a.shiftX)
			m.y -= float64(a.shiftY)
			return m
		}},
		{"rotation", Affine{Rotation: 60}, func(a affineMap, m moments) moments {
			sin, cos := math.Sincos(-float64(a.rotation) * math.Pi / 180)
			return m.mapped(cos, -sin, sin, cos)
		}},
		{"scale", Affine{Scale: 0.3}, func(a affineMap, m moments) moments {
			return m.mapped(1/(1+float64(a.scaleX)), 0, 0, 1/(1+float64(a.scaleY)))
		}},
		{"shear", Affine{Shear: 0.5}, func(a affineMap, m moments) moments {
			return m.mapped(1, -float64(a.shear), 0, 1)
		}},
	} {
		a := New(Distortions{&c.r}, side, side, 1, 1)
		out := make([]uint8, len(image))
		for sample := range 50 {
			a.Apply(kernel.Available()[0], 0, out, image, sample)
			got, want := momentsOf(out, side), c.want(c.r.draw(a.workspaces[0].numbers), before)
			if math.Abs(got.x-want.x) > 0.02 || math.Abs(got.y-want.y) > 0.02 {
				t.Fatalf("%s, sample %d: center at (%.3f, %.3f), wanted (%.3f, %.3f)",
					c.name, sample, got.x, got.y, want.x, want.y)
			}
			// Interpolation widens by up to half a pixel's square.
			if math.Abs(got.xx-want.xx) > 0.6 || math.Abs(got.yy-want.yy) > 0.6 || math.Abs(got.xy-want.xy) > 0.2 {
				t.Fatalf("%s, sample %d: moments %.2f, %.2f and %.2f, wanted %.2f, %.2f and %.2f",
					c.name, sample, got.xx, got.yy, got.xy, want.xx, want.yy, want.xy)
			}
		}
	}
}

// moments are an image's center of mass, and its variances and covariance around it.
type moments struct{ x, y, xx, yy, xy float64 }

func momentsOf(image []uint8, side int) (m moments) {
	mass := 0.0
	for i, b := range image {
		mass += float64(b)
		m.x += float64(b) * float64(i%side)
		m.y += float64(b) * float64(i/side)
	}
	m.x /= mass
	m.y /= mass
	for i, b := range image {
		dx, dy := float64(i%side)-m.x, float64(i/side)-m.y
		m.xx += float64(b) * dx * dx / mass
		m.yy += float64(b) * dy * dy / mass
		m.xy += float64(b) * dx * dy / mass
	}
	return m
}

// mapped returns the moments after the map of the plane with that matrix, which leaves the center where it is.
func (m moments) mapped(a, b, c, d float64) moments {
	return moments{
		m.x, m.y,
		a*a*m.xx + 2*a*b*m.xy + b*b*m.yy,
		c*c*m.xx + 2*c*d*m.xy + d*d*m.yy,
		a*c*m.xx + (a*d+b*c)*m.xy + b*d*m.yy,
	}
}

// The same bits for any kernels and any worker, in any order.
func TestSameBits(t *testing.T) {
	for _, size := range [][2]int{{28, 28}, {9, 35}} {
		for _, r := range []Distortions{
			all, {&Elastic{8, 4}}, {&Affine{Rotation: 170, Scale: 0.9, Shear: 2}}, {&Affine{Shift: 100}},
			{&Elastic{300, 1.3}}, {&Elastic{2, 0.5}},
			append(Distortions{&Flips{true, true}, &RandomErasing{0.7, 0.02, 0.5, 0.3, fillRandom}}, all...),
		} {
			pixels := strokes(20, size[0], size[1])
			var want []uint8
			for _, k := range kernel.Available() {
				a := New(r, size[0], size[1], 1, 3)
				for worker := range 3 {
					got := distort(a, k, worker, 7, pixels)
					if want == nil {
						want = got
					}
					if !bytes.Equal(got, want) {
						t.Errorf("%d x %d, %v: %s and worker %d make other images", size[0], size[1], r, k.Name, worker)
					}
				}
				last := len(pixels) - size[0]*size[1]
				got := make([]uint8, size[0]*size[1])
				a.Apply(k, 0, got, pixels[last:], 19)
				if !bytes.Equal(got, want[last:]) {
					t.Errorf("%d x %d, %v: %s makes another image of the last one alone", size[0], size[1], r, k.Name)
				}
			}
		}
	}
}

// What a seed gives, on any system. A change on purpose puts the new hashes here and says so in the change log.
func TestGoldenImages(t *testing.T) {
	pixels := strokes(20, 28, 28)
	for _, c := range []struct {
		name string
		r    Distortions
		want string
	}{
		{"all", all, "f6f9cad3dd525580"},
		{"elastic", Distortions{&Elastic{8, 4}}, "9f78785de9fe0503"},
		{"affine", Distortions{&Affine{2, 10, 0.1, 0.1}}, "fab99e22811c35ab"},
		{"flips", append(Distortions{&Flips{true, true}}, all...), "054e2317bf2871ea"},
		{"flips last", append(slices.Clone(all), &Flips{true, true}), "054e2317bf2871ea"},
		{"horizontal flip", Distortions{&Flips{Horizontal: true}}, "eb23b89938f7871f"},
		{"vertical flip", Distortions{&Elastic{8, 4}, &Flips{Vertical: true}}, "55594c76c41e31d8"},
		{"erasing", append(Distortions{&RandomErasing{0.5, 0.02, 0.33, 0.3, fillRandom}}, all...), "fd5f3d5237eb8ad8"},
	} {
		hash := sha256.Sum256(distort(New(c.r, 28, 28, 1, 1), kernel.Available()[0], 0, 1, pixels))
		if got := hex.EncodeToString(hash[:8]); got != c.want {
			t.Errorf("%s: got %s, wanted %s", c.name, got, c.want)
		}
	}
}

// Each image gets draws of its own, in each epoch and for each seed, and gets them again.
func TestDrawsAreKeyed(t *testing.T) {
	image := strokes(1, 28, 28)
	k := kernel.Available()[0]
	seen := map[string]string{}
	for _, seed := range []uint64{1, 2} {
		for epoch := range 3 {
			for sample := range 50 {
				a := New(all, 28, 28, seed, 1)
				a.Begin(epoch)
				got := make([]uint8, len(image))
				a.Apply(k, 0, got, image, sample)
				name := fmt.Sprintf("seed %d, epoch %d, sample %d", seed, epoch, sample)
				if other, ok := seen[string(got)]; ok {
					t.Errorf("%s gives what %s gave", name, other)
				}
				seen[string(got)] = name
			}
		}
	}
	a := New(all, 28, 28, 2, 1)
	first := distort(a, k, 0, 2, image)
	distort(a, k, 0, 3, image)
	if !bytes.Equal(distort(a, k, 0, 2, image), first) {
		t.Error("an epoch that comes again gives other images")
	}
}

// Leaving a distortion out does not change what the others do.
func TestDrawsDoNotDependOnOtherRanges(t *testing.T) {
	more := append(Distortions{&Flips{true, true}, &RandomErasing{1, 0.02, 0.33, 0.3, fillRandom}}, all...)
	whole, part := New(more, 28, 28, 1, 1), New(Distortions{&Affine{Rotation: 12}, &Elastic{34, 6}}, 28, 28, 1, 1)
	w, p := whole.workspaces[0], part.workspaces[0]
	for sample := range 10 {
		whole.draw(w, sample)
		part.draw(p, sample)
		n := whole.across
		for i := firstBump; i < whole.down; i++ {
			for j := firstBump; j < n; j++ {
				if w.c[i*n+j] != p.c[i*n+j] {
					t.Fatalf("sample %d: bump (%d, %d) is %g, without the others %g",
						sample, i-firstBump, j-firstBump, w.c[i*n+j], p.c[i*n+j])
				}
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for a range less than zero")
		}
	}()
	New(Distortions{&Affine{Shift: -1}}, 28, 28, 1, 1)
}

func TestApplyAllocatesNothing(t *testing.T) {
	pixels := strokes(1, 28, 28)
	dst := make([]uint8, len(pixels))
	a := New(all, 28, 28, 1, 1)
	for _, k := range kernel.Available() {
		if n := testing.AllocsPerRun(10, func() { a.Apply(k, 0, dst, pixels, 1) }); n != 0 {
			t.Errorf("%s: an image allocates %v times", k.Name, n)
		}
	}
}

// BenchmarkApply is one image of MNIST's size on one core.
func BenchmarkApply(b *testing.B) {
	pixels := strokes(100, 28, 28)
	dst := make([]uint8, 28*28)
	for _, c := range []struct {
		name string
		r    Distortions
	}{
		{"affine", Distortions{&Affine{2, 10, 0.1, 0.1}}}, {"every", append(All()[2:], all...)},
		{"elastic-6", all}, {"elastic-4", Distortions{&Elastic{8, 4}}},
		{"erasing", Distortions{&RandomErasing{0.5, 0.02, 0.33, 0.3, fillRandom}}},
	} {
		for _, k := range kernel.Available() {
			b.Run(c.name+"/"+k.Name, func(b *testing.B) {
				a := New(c.r, 28, 28, 1, 1)
				for i := 0; b.Loop(); i++ {
					a.Apply(k, 0, dst, pixels[i%100*784:][:784], i)
				}
			})
		}
	}
}
