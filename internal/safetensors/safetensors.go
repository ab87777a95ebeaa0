// Package safetensors reads and writes dnn's container: a valid safetensors file that holds float32 tensors, one JSON
// document in its metadata, and a SHA-256 over everything else. It knows the layout and the hash, not what a model is.
//
// The bytes depend on the content alone, and Decode accepts no other bytes for that content: it refuses a file that was
// damaged, edited, or saved again by another program. docs/model-format.md describes every byte.
package safetensors

import (
	"encoding/binary"
	"iter"
	"math"
)

// Tensor is a named array of float32 values, row-major.
type Tensor struct {
	Name  string
	Shape []int // each >= 1
	Data  []float32

	// Stride is the distance in Data between two rows of a matrix, which may have gaps between them, so that it need not
	// be copied to be written. 0: there are none. Decode returns none.
	Stride int
}

// rows returns the values row by row, or all at once if there are no gaps. The tensor must be one that fits.
func (t *Tensor) rows() iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		if t.Stride == 0 {
			yield(t.Data)
			return
		}
		n, _ := elements(t.Shape)
		cols := t.Shape[len(t.Shape)-1]
		for r := range n / cols {
			if !yield(t.Data[r*t.Stride:][:cols]) {
				return
			}
		}
	}
}

// fits reports whether the data is as long as the shape says.
func (t *Tensor) fits() bool {
	n, ok := elements(t.Shape)
	if !ok || t.Stride == 0 || len(t.Shape) == 0 {
		return ok && n == len(t.Data) && t.Stride == 0
	}
	cols := t.Shape[len(t.Shape)-1]
	return t.Stride >= cols && len(t.Data) >= (n/cols-1)*t.Stride+cols
}

// File is what the container holds.
type File struct {
	Key      string // the document's key in the metadata, which says what it is about
	Document string // JSON
	Tensors  []Tensor
	Digest   string // the SHA-256 that seals the file, in hexadecimal; set by Decode, ignored by Encode
}

// A file is the header's length, a little-endian uint64; the header, JSON padded with spaces; and the tensors' bytes.
// The header starts with the seal, so that the digest is at the same place in every file.
const (
	lengthBytes  = 8
	sealPrefix   = `{"__metadata__":{"sha256":"`
	digestBytes  = 64          // hexadecimal digits
	alignment    = 8           // of the header's end, hence of the tensors
	maxHeader    = 100_000_000 // as in the reference implementation of safetensors
	metadataKey  = "__metadata__"
	sealKey      = "sha256"
	dtype        = "F32"
	elementBytes = 4
)

// Recognize reports whether a file that starts with prefix looks like a safetensors file, of dnn or of another program:
// a plausible length of the header, then a JSON object.
func Recognize(prefix []byte) bool {
	if len(prefix) <= lengthBytes {
		return false
	}
	n := binary.LittleEndian.Uint64(prefix)
	return n >= 2 && n <= maxHeader && prefix[lengthBytes] == '{'
}

// elements returns the number of elements of a tensor of the given shape. ok is false if a dimension is below 1, or if
// the size in bytes overflows an int.
func elements(shape []int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		if d < 1 || n > math.MaxInt/elementBytes/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// Sealed reports whether a file that starts with prefix is one that Encode wrote.
func Sealed(prefix []byte) bool {
	return len(prefix) > lengthBytes && Recognize(prefix) && sealed(prefix[lengthBytes:])
}
