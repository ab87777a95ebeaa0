package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"runtime"
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

// TestDecodeRefusesSealed has files with a correct digest and wrong content.
func TestDecodeRefusesSealed(t *testing.T) {
	const doc = `"k":"{}"}`
	x := func(rest string) string { return start + doc + `,"x":{` + rest + `}}` }
	for _, c := range []struct{ name, header, want string }{
		{"malformed", start + doc + `,}`, "header: malformed JSON at byte 104: invalid character '}' looking for beginning of object key string"},
		{"trailing", start + doc + `} x`, "header: malformed JSON at byte 105: invalid character 'x' after top-level value"},
		{"tensor twice", start + doc + `,"x":1,"x":2}`, `header: key "x" appears twice`},
		{"metadata twice", start + doc + `,"__metadata__":{}}`, `header: key "__metadata__" appears twice`},
		{"seal twice", start + `"sha256":"",` + doc + `}`, `header: key "sha256" appears twice`},
		{"value no string", start + `"k":1}}`, "header: __metadata__: wanted a string, found a number"},
		{"two documents", start + `"j":"{}",` + doc + `}`,
			"wanted one document in __metadata__ next to the seal, found 2"},
		{"document malformed", start + `"k":"{"}}`,
			"metadata k: malformed JSON at byte 1: unexpected end of JSON input"},
		{"entry no object", start + doc + `,"x":[]}`, "header: tensor x: wanted an object, found an array"},
		{"unknown key", x(`"dtype":"F32","shape":[2],"offset":0`), `header: tensor x: unknown key "offset"`},
		{"dtype", x(`"dtype":"F16","shape":[2],"data_offsets":[0,4]`),
			`header: tensor x: dtype: wanted "F32", found "F16"`},
		{"no shape", x(`"dtype":"F32","data_offsets":[0,8]`),
			"header: tensor x: shape: wanted dimensions of 1 or more, found []"},
		{"negative", x(`"dtype":"F32","shape":[-2],"data_offsets":[0,8]`),
			"header: tensor x: shape: wanted dimensions of 1 or more, found [-2]"},
		{"overflow", x(`"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]`),
			"header: tensor x: shape: wanted dimensions of 1 or more, found [4294967296 4294967296]"},
		{"fraction", x(`"dtype":"F32","shape":[1.5],"data_offsets":[0,8]`),
			"header: tensor x: shape: wanted a whole number, found a number 1.5"},
		{"no offsets", x(`"dtype":"F32","shape":[2]`),
			"header: tensor x: data_offsets: wanted a begin and an end, found []"},
		{"backwards", x(`"dtype":"F32","shape":[2],"data_offsets":[8,0]`),
			"header: tensor x: data_offsets: wanted a begin and an end, found [8 0]"},
		{"below zero", x(`"dtype":"F32","shape":[2],"data_offsets":[-8,0]`),
			"header: tensor x: data_offsets: wanted a begin and an end, found [-8 0]"},
		{"misfit", x(`"dtype":"F32","shape":[3],"data_offsets":[0,8]`),
			"header: tensor x: data_offsets [0 8]: wanted 12 bytes, for the shape [3], found 8"},
		{"out of range", x(`"dtype":"F32","shape":[3],"data_offsets":[0,12]`), "wanted 12 bytes of tensors, found 8"},
		{"too little", x(`"dtype":"F32","shape":[1],"data_offsets":[0,4]`), "wanted 4 bytes of tensors, found 8"},
		{"hole at 0", x(`"dtype":"F32","shape":[1],"data_offsets":[4,8]`),
			"header: tensor x: a hole of 4 bytes before it"},
		{"overlap", x(`"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]`), "header: tensor y: its first 4 bytes belong to another tensor too"},
		{"spaces", x(`"dtype":"F32", "shape":[2],"data_offsets":[0,8]`),
			"its header is not written as dnn writes it: another order, spacing or spelling"},
		{"order", x(`"shape":[2],"dtype":"F32","data_offsets":[0,8]`),
			"its header is not written as dnn writes it: another order, spacing or spelling"},
		{"unaligned", x(`"dtype":"F32","shape":[2],"data_offsets":[0,8]`),
			"its header is not written as dnn writes it: another order, spacing or spelling"},
		{"lone surrogate", start + `"k":"\ud800"}}`,
			"metadata k: malformed JSON at byte 1: invalid character 'ï' looking for beginning of value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := make([]byte, 8)
			if !strings.Contains(c.header, `"x"`) {
				data = nil
			}
			hint := ""
			if strings.HasPrefix(c.want, "header: ") { // the header is checked before the seal
				hint = damagedHint
			}
			_, err := Decode(bytes.NewReader(seal(c.header, data)), "f")
			wantFault(t, err, "f: "+c.want, hint)
		})
	}
}

// TestDecodeRefusesUnsealed is about files that are damaged, cut, or none of dnn's.
func TestDecodeRefusesUnsealed(t *testing.T) {
	good := encode(t, &File{Key: "k", Document: "{}", Tensors: many(2)})
	n := len(good)
	other := func(header string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	}
	flipped := bytes.Clone(good)
	flipped[n-1] ^= 1
	sum := func() string {
		f := bytes.Clone(flipped)
		reseal(f)
		return string(f[35:99])
	}()
	long := binary.LittleEndian.AppendUint64(nil, maxHeader+1)
	for _, c := range []struct {
		name       string
		file       []byte
		want, hint string
	}{
		{"empty", nil, "empty file", ""},
		{"in the length", good[:5], "truncated: it ends after 5 bytes, within its first number", damagedHint},
		{"after the length", good[:8], fmt.Sprintf("truncated: its header has %d bytes, the file ends after 0 of them",
			n-16), damagedHint},
		{"in the header", good[:100], fmt.Sprintf("truncated: its header has %d bytes, the file ends after 92 of them",
			n-16), damagedHint},
		{"in the data", good[:n-1], fmt.Sprintf("truncated: wanted %d bytes, found %d", n, n-1), damagedHint},
		{"trailing", append(bytes.Clone(good), 0),
			fmt.Sprintf("damaged, with bytes after its end: wanted %d, found %d", n, n+1), damagedHint},
		{"flipped", flipped, fmt.Sprintf("damaged: wanted the SHA-256 %s, found %s", good[35:99], sum), damagedHint},
		{"absurd header", long, "damaged, or not a safetensors file: its header would have 100000001 bytes, the most is 100000000", ""},
		{"no header", make([]byte, 20), "damaged, or not a safetensors file: its header would have 0 bytes, the most is 100000000", ""},
		{"another's", other(`{"w":{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}`),
			"a safetensors file, but not one that dnn wrote", ""},
		{"another's metadata", other(`{"__metadata__":{"format":"pt"}}`),
			"a safetensors file, but not one that dnn wrote", ""},
		{"saved again", other(`{"__metadata__":{"dnn":"{}","sha256":"00"}}`),
			"a safetensors file that another program saved again: its SHA-256 is not where dnn puts it",
			"use the file as dnn wrote it"},
		{"no JSON", other(`{x}`), "damaged, or not a safetensors file: its header: malformed JSON at byte 2: invalid character 'x' looking for beginning of object key string", ""},
		{"no object", other(`[]`), "damaged, or not a safetensors file: its header: wanted an object, found an array",
			""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(bytes.NewReader(c.file), "f")
			wantFault(t, err, "f: "+c.want, c.hint)
		})
	}
}

func TestDecodeReportsReadErrors(t *testing.T) {
	good := encode(t, &File{Key: "k", Document: "{}", Tensors: many(2)})
	for _, n := range []int{0, 3, 8, 20, len(good) - 3} {
		broken := errors.New("input/output error")
		r := iotest.DataErrReader(bytes.NewReader(good[:n]))
		_, err := Decode(&brokenReader{r, broken}, "f")
		wantFault(t, err, "f: cannot read: input/output error", "")
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: the cause is lost", n)
		}
	}
}

// brokenReader fails where its reader ends.
type brokenReader struct {
	r interface {
		Read(p []byte) (int, error)
	}
	err error
}

func (b *brokenReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil {
		err = b.err
	}
	return n, err
}

func wantFault(t *testing.T, err error, want, hint string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Error() != want || e.Kind != fault.Data || e.Hint != hint {
		t.Errorf("got  %v (%+v)\nwant %s (hint %q)", err, e, want, hint)
	}
}

// TestEveryFlipAndTruncation is exhaustive: no single flipped bit, no cut and no added byte goes unnoticed.
func TestEveryFlipAndTruncation(t *testing.T) {
	good := encode(t, &File{Key: "k", Document: `{"a":[1,2]}`, Tensors: many(2)})
	for bit := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := Decode(bytes.NewReader(bad), "f"); fault.KindOf(err) != fault.Data {
			t.Errorf("bit %d of byte %d flipped: got %v", bit%8, bit/8, err)
		}
	}
	for n := range good {
		if _, err := Decode(bytes.NewReader(good[:n]), "f"); fault.KindOf(err) != fault.Data {
			t.Errorf("cut to %d bytes: got %v", n, err)
		}
	}
}

func TestDecodeBoundsAllocation(t *testing.T) {
	huge := start + `"k":"{}"},"x":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}`
	for name, file := range map[string][]byte{
		"header": append(binary.LittleEndian.AppendUint64(nil, maxHeader), start...),
		"tensor": seal(huge, make([]byte, 8)),
		"cut":    seal(huge, nil)[:150],
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Decode(bytes.NewReader(file), "f"); err == nil {
			t.Errorf("%s: accepted", name)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: allocated %d bytes for a file of %d", name, n, len(file))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, file := range []*File{
		{Key: "k", Document: "{}"},
		{Key: "dnn", Document: `{"a":[1,"\ufffd",null]}`, Tensors: many(3)},
	} {
		var b bytes.Buffer
		if _, err := Encode(&b, file); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes(), true)
		f.Add(b.Bytes(), false)
	}
	f.Add(seal(start+`"k":"1"},"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, make([]byte, 4)), true)
	f.Fuzz(func(t *testing.T, file []byte, sealIt bool) {
		if sealIt { // else nearly nothing gets past the digest
			file = bytes.Clone(file)
			reseal(file)
		}
		decoded, err := Decode(bytes.NewReader(file), "f")
		if err != nil {
			if fault.KindOf(err) != fault.Data {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		if again := encode(t, decoded); !bytes.Equal(again, file) {
			t.Fatalf("decodes, but encodes to other bytes:\n%q\n%q", file, again)
		}
	})
}
