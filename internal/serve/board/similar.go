package board

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"dnn/internal/fault"
	"dnn/internal/nn/batch"
)

// similarCount is how many similar images are shown.
const similarCount = 3

// gallery is the images that a model was trained on.
type gallery struct {
	load     func() (*batch.Samples, error)
	features int
	classes  []string

	mutex   sync.Mutex
	samples *batch.Samples // nil until load has succeeded
	norms   []float32      // of each image: the Euclidean length of its bytes
}

// match is a training image, and how similar it is.
type match struct {
	Index      int     `json:"index"`      // in the training data
	Class      string  `json:"class"`      // its name; empty if it is unknown
	Similarity float64 `json:"similarity"` // the cosine of the angle between the two images, 0 to 1
	Pixels     []byte  `json:"pixels"`     // in base64
}

// similar answers with the training images that are the most similar to the bytes of one.
func (b *board) similar(w http.ResponseWriter, r *http.Request, m *shown) {
	if m.gallery == nil {
		refuse(w, http.StatusNotFound, "wanted a model with its training images, found none for "+m.Name)
		return
	}
	image, ok := body(w, r, maxImage)
	if !ok {
		return
	}
	if len(image) != m.Height*m.Width {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("wanted %d bytes, one for each of %dx%d pixels, found %s",
			m.Height*m.Width, m.Height, m.Width, fault.Count(len(image), "byte")))
		return
	}
	if err := m.gallery.open(); err != nil {
		refuse(w, http.StatusServiceUnavailable, "no training images: "+reason(err))
		return
	}
	start := time.Now()
	images := m.gallery.nearest(image, similarCount)
	w.Header().Set("Server-Timing", fmt.Sprintf("scan;dur=%.2f", time.Since(start).Seconds()*1000))
	answer(w, http.StatusOK, map[string]any{"images": images, "of": m.gallery.samples.Count})
}

// open loads the images if that has not been done.
func (g *gallery) open() error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.samples != nil {
		return nil
	}
	s, err := g.load()
	switch {
	case err != nil:
		return err
	case s.Bytes == nil || s.Features != g.features:
		return fault.New(fault.Data, "", "wanted images of %d bytes, found samples of %s", g.features,
			fault.Count(s.Features, "feature"))
	}
	norms := make([]float32, s.Count)
	divide(s.Count, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			sum := 0
			for _, v := range s.Pixels(i) {
				sum += int(v) * int(v)
			}
			norms[i] = float32(math.Sqrt(float64(sum)))
		}
	})
	g.norms, g.samples = norms, s
	return nil
}

// nearest returns the n images with the largest cosines between their bytes and those of image, the most similar first; of
// equals, the first. An image without ink is similar to none.
func (g *gallery) nearest(image []byte, n int) []match {
	var at []int32 // pixels with ink: the products with all others are 0
	var ink []int32
	sum := 0
	for i, v := range image {
		if v != 0 {
			at, ink = append(at, int32(i)), append(ink, int32(v))
			sum += int(v) * int(v)
		}
	}
	if sum == 0 {
		return []match{}
	}
	norm := math.Sqrt(float64(sum))
	parts := make([][]match, runtime.GOMAXPROCS(0))
	divide(g.samples.Count, func(part, lo, hi int) {
		var best []match
		for i := lo; i < hi; i++ {
			product := dot(g.samples.Pixels(i), at, ink)
			cosine := 0.0
			if g.norms[i] > 0 {
				cosine = float64(product) / (norm * float64(g.norms[i]))
			}
			if len(best) == n && cosine <= best[n-1].Similarity {
				continue
			}
			best = insert(best, match{Index: i, Similarity: cosine}, n)
		}
		parts[part] = best
	})
	all := slices.Concat(parts...)
	slices.SortStableFunc(all, bySimilarity)
	all = all[:min(n, len(all))]
	for i := range all {
		m := &all[i]
		m.Similarity = min(m.Similarity, 1)
		m.Pixels = g.samples.Pixels(m.Index)
		if g.samples.Labels != nil {
			m.Class = g.class(int(g.samples.Labels[m.Index]))
		}
	}
	return all
}

// class returns the name of a class.
func (g *gallery) class(label int) string {
	if label < len(g.classes) {
		return g.classes[label]
	}
	return strconv.Itoa(label)
}

// dot is the sum of pixels[at] ink. It fits: a model's image has at most 65,536 pixels, of which a sum of bytes'
// products needs 32 bits without a sign.
func dot(pixels []byte, at, ink []int32) uint32 {
	ink = ink[:len(at)]
	var even, odd uint32
	k := 0
	for ; k+1 < len(at); k += 2 {
		even += uint32(pixels[at[k]]) * uint32(ink[k])
		odd += uint32(pixels[at[k+1]]) * uint32(ink[k+1])
	}
	if k < len(at) {
		even += uint32(pixels[at[k]]) * uint32(ink[k])
	}
	return even + odd
}

// insert puts m into the n best, which are in order.
func insert(best []match, m match, n int) []match {
	i, _ := slices.BinarySearchFunc(best, m, func(a, b match) int {
		if a.Similarity >= b.Similarity {
			return -1
		}
		return 1
	})
	best = slices.Insert(best, i, m)
	return best[:min(n, len(best))]
}

func bySimilarity(a, b match) int {
	return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(a.Index, b.Index))
}

// divide calls do for parts of [0, n), one for each CPU, at the same time.
func divide(n int, do func(part, lo, hi int)) {
	parts := runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	for part := range parts {
		all.Go(func() { do(part, part*n/parts, (part+1)*n/parts) })
	}
	all.Wait()
}
