package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/fault"
)

// seal returns a file with the given header and data, and the digest that docs/model-format.md describes. The digest is
// computed independently of Encode: zeros at the bytes 35 to 98, SHA-256 over everything.
func seal(header string, data []byte) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	file = append(append(file, header...), data...)
	reseal(file)
	return file
}

func reseal(file []byte) {
	if len(file) < 99 {
		return
	}
	copy(file[35:99], strings.Repeat("0", 64))
	sum := sha256.Sum256(file)
	copy(file[35:99], hex.EncodeToString(sum[:]))
}

// start is a header up to the document, with a digest of zeros.
var start = `{"__metadata__":{"sha256":"` + strings.Repeat("0", 64) + `",`

func encode(t *testing.T, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEncodeBytes(t *testing.T) {
	f := &File{Key: "k", Document: `{"a":"<é>"}`, Tensors: []Tensor{
		{Name: "m", Shape: []int{1, 2}, Data: []float32{1, -2}},
		{Name: "s", Shape: []int{}, Data: []float32{0.5}},
	}}
	want := seal(start+`"k":"{\"a\":\"<é>\"}"},`+
		`"m":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},`+
		`"s":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}       `,
		[]byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f})
	var b bytes.Buffer
	digest, err := Encode(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Bytes(); !bytes.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if want := string(want[35:99]); digest != want {
		t.Errorf("digest %s, want %s", digest, want)
	}
	if n := binary.LittleEndian.Uint64(want); n%8 != 0 {
		t.Errorf("header of %d bytes is not aligned", n)
	}
}

func TestRoundTrip(t *testing.T) {
	for name, f := range map[string]*File{
		"no tensors": {Key: "k", Document: "{}"},
		"odd names": {Key: "a \"b\"\n", Document: `"\ud83d\ude00<&>\u2028"`,
			Tensors: []Tensor{{Name: "<é\t>", Shape: []int{1}, Data: []float32{1}}}},
		"every bit": {Key: "k", Document: "[]",
			Tensors: []Tensor{{Name: "x", Shape: []int{4},
				Data: []float32{float32(math.Copysign(0, -1)), math.SmallestNonzeroFloat32, float32(math.Inf(-1)),
					math.MaxFloat32}}}},
		"order kept": {Key: "k", Document: "1",
			Tensors: []Tensor{{Name: "z", Shape: []int{1}, Data: []float32{1}},
				{Name: "a", Shape: []int{1}, Data: []float32{2}}}},
		"many": {Key: "k", Document: "1", Tensors: many(300)},
		"scalar, cube ": {Key: "k", Document: "1",
			Tensors: []Tensor{{Name: "s", Shape: []int{}, Data: []float32{1}},
				{Name: "c", Shape: []int{1, 2, 1}, Data: []float32{2, 3}}}},
	} {
		t.Run(name, func(t *testing.T) {
			file := encode(t, f)
			got, err := Decode(iotest.OneByteReader(bytes.NewReader(file)), "f")
			if err != nil {
				t.Fatal(err)
			}
			f.Digest = string(file[len(sealPrefix)+lengthBytes:][:digestBytes])
			if diff := cmp.Diff(f, got); diff != "" {
				t.Error(diff)
			}
			if !Recognize(file[:9]) {
				t.Error("not recognized")
			}
		})
	}
}

// A matrix with gaps between its rows is written as one without; the gaps are not. Both are longer than a piece.
func TestEncodeLeavesOutGaps(t *testing.T) {
	const rows, cols, stride = 301, 77, 80
	var whole, gaps []float32
	for i := range rows * stride {
		gaps = append(gaps, float32(i))
		if i%stride < cols {
			whole = append(whole, float32(i))
		}
	}
	file := func(data []float32, stride int) *File {
		return &File{Key: "k", Document: "1", Tensors: []Tensor{
			{Name: "m", Shape: []int{rows, cols}, Data: data, Stride: stride},
			{Name: "v", Shape: []int{cols}, Data: data[:max(cols, stride)], Stride: stride},
		}}
	}
	want := encode(t, file(whole, 0))
	if got := encode(t, file(gaps, stride)); !bytes.Equal(got, want) {
		t.Error("with gaps: found other bytes")
	}
	if got, err := Decode(bytes.NewReader(want), "f"); err != nil || !slices.Equal(got.Tensors[0].Data, whole) {
		t.Errorf("found other elements, or %v", err)
	}
}

func many(n int) (ts []Tensor) {
	for i := range n {
		ts = append(ts, Tensor{Name: fmt.Sprint(n - i), Shape: []int{1}, Data: []float32{float32(i)}})
	}
	return ts
}

func TestEncodeRefuses(t *testing.T) {
	one := Tensor{Name: "x", Shape: []int{1}, Data: []float32{1}}
	reserved := Tensor{Name: "__metadata__", Shape: []int{1}, Data: []float32{1}}
	with := func(tensors ...Tensor) *File { return &File{Key: "k", Document: "{}", Tensors: tensors} }
	const name = "tensor name: wanted UTF-8, not __metadata__ and not another tensor's name, found "
	for want, f := range map[string]*File{
		`metadata key: wanted a name other than "sha256", found ""`:       {Document: "{}"},
		`metadata key: wanted a name other than "sha256", found "sha256"`: {Key: "sha256", Document: "{}"},
		"metadata k is not UTF-8":                                         {Key: "k", Document: "\"\xff\""},
		"metadata k: malformed JSON at byte 1":                            {Key: "k", Document: "x"},
		`metadata k: key "a" appears twice`:                               {Key: "k", Document: `{"a":1,"a":1}`},

		name + `"x"`:            with(one, one),
		name + `"__metadata__"`: with(reserved),

		"tensor x: its shape [2] does not fit its 1 elements": with(Tensor{Name: "x", Shape: []int{2}, Data: one.Data}),
		"tensor x: its shape [0] does not fit its 0 elements": with(Tensor{Name: "x", Shape: []int{0}}),
		"tensor x: its shape [2 2] does not fit its 4 elements": with(Tensor{Name: "x", Shape: []int{2, 2},
			Data: make([]float32, 4), Stride: 3}),
		"tensor x: its shape [2 3] does not fit its 6 elements": with(Tensor{Name: "x", Shape: []int{2, 3},
			Data: make([]float32, 6), Stride: 2}),
		"tensor x: its shape [-1 -1] does not fit": with(Tensor{Name: "x", Shape: []int{-1, -1},
			Data: one.Data}),
	} {
		var b bytes.Buffer
		if _, err := Encode(&b, f); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s…", err, want)
		}
		if b.Len() > 0 {
			t.Errorf("%s: wrote %d bytes all the same", want, b.Len())
		}
	}
}

func TestEncodeReportsWriteErrors(t *testing.T) {
	full := errors.New("no space left")
	for allowed := range 3 {
		w := &failingWriter{calls: allowed, err: full}
		if _, err := Encode(w, &File{Key: "k", Document: "{}", Tensors: many(2)}); !errors.Is(err, full) {
			t.Errorf("write %d: got %v", allowed+1, err)
		}
	}
}

type failingWriter struct {
	calls int
	err   error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.calls--; w.calls < 0 {
		return 0, w.err
	}
	return len(p), nil
}

func wantFault(t *testing.T, err error, want, hint string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Error() != want || e.Kind != fault.Data || e.Hint != hint {
		t.Errorf("got  %v (%+v)\nwant %s (hint %q)", err, e, want, hint)
	}
}
