package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"dnn/internal/fault"
)

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
