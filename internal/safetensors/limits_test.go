package safetensors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// endless is a file with a tail of zeros that never ends, as a sparse file's may be.
type endless struct {
	start io.Reader
	read  int
}

func (e *endless) Read(p []byte) (int, error) {
	n, err := e.start.Read(p)
	if err != nil {
		clear(p)
		n = len(p)
	}
	e.read += n
	return n, nil
}

func TestDecodeReadsWhatTheHeaderPromises(t *testing.T) {
	good := encode(t, &File{Key: "k", Document: "{}", Tensors: many(2)})
	n := len(good)
	flipped := bytes.Replace(good, []byte("F32"), []byte("F33"), 1)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"a tail", good, fmt.Sprintf("damaged, with bytes after its end: wanted %d, found more than %d", n,
			n+maxExcess)},
		{"a damaged header and a tail", flipped, `header: tensor 2: dtype: wanted "F32", found "F33"`},
	} {
		file := &endless{start: bytes.NewReader(c.file)}
		_, err := Decode(file, "f")
		wantFault(t, err, "f: "+c.want, damagedHint)
		if file.read > n+4*maxExcess {
			t.Errorf("%s: read %d bytes of a file that should have %d", c.name, file.read, n)
		}
	}
	exact := append(bytes.Clone(good), make([]byte, maxExcess)...)
	_, err := Decode(bytes.NewReader(exact), "f")
	wantFault(t, err, fmt.Sprintf("f: damaged, with bytes after its end: wanted %d, found %d", n, len(exact)),
		damagedHint)
}

// A tensor that needs several buffers, and memory that grows.
func TestLargeTensor(t *testing.T) {
	f := &File{Key: "k", Document: "{}", Tensors: []Tensor{{Name: "x", Shape: []int{300, 333},
		Data: make([]float32, 300*333)}, many(1)[0]}}
	for i := range f.Tensors[0].Data {
		f.Tensors[0].Data[i] = float32(i)
	}
	file := encode(t, f)
	got, err := Decode(bytes.NewReader(file), "f")
	if err != nil {
		t.Fatal(err)
	}
	if again := encode(t, got); !bytes.Equal(again, file) {
		t.Error("reads other values")
	}
	if data := got.Tensors[0].Data; cap(data) != len(data) {
		t.Errorf("has memory for %d values, needs it for %d", cap(data), len(data))
	}
}

func TestCheckJSONLimits(t *testing.T) {
	numbered := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"%d":0,`, i)
		}
		return "{" + b.String() + `"last":0}`
	}
	for _, c := range []struct{ name, text, want string }{
		{"a few small objects", "[" + strings.Repeat("{},", fewObjects-1) + "{}]", ""},
		{"many small objects", "[" + strings.Repeat("{},", fewObjects) + "{}]",
			"wanted objects of 24 bytes or more on average, found smaller ones"},
		{"many objects of an honest size", "[" + strings.Repeat(`{"epoch":1,"loss":0.5,"x":[]},`, fewObjects) + "{}]",
			""},
		{"as many keys as there can be", numbered(maxKeys - 1), ""},
		{"one key more", numbered(maxKeys), "wanted at most 65536 keys in an object, found more"},
		{"too many values", "[" + strings.Repeat("1,", maxValues) + "1]",
			"wanted at most 8388608 values in it, found more"},
	} {
		err := CheckJSON([]byte(c.text))
		if got := fmt.Sprint(err); (c.want != "" || err != nil) && got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Keys are compared after unescaping, and strings that are values are not taken for keys.
func TestCheckJSONKeys(t *testing.T) {
	for text, twice := range map[string]bool{
		`{"a":"a","b":["a","a",{"a":1}],"c":{"a":"a"}}`:        false,
		`{"a":1,"\u0061":2}`:                                   true,
		`{"a\"":1,"a\\":2,"a":{"b":-1.5e3 , "c":null},"d":[]}`: false,
		`[{"a":{}},{"a":{} , "a" : 1}]`:                        true,
		"{\"\xff\":1,\"\ufffd\":2}":                            true,
		` "a" `:                                                false,
		` 12 `:                                                 false,
	} {
		if err := CheckJSON([]byte(text)); (err != nil) != twice {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The memory of the check is in proportion to the text.
func TestCheckJSONBoundsAllocation(t *testing.T) {
	for name, text := range map[string]string{
		"objects":  "[" + strings.Repeat("{},", 1<<20) + "{}]",
		"arrays":   "[" + strings.Repeat("[],", 1<<20) + "[]]",
		"strings":  "[" + strings.Repeat(`"",`, 1<<20) + `""]`,
		"a string": `"` + strings.Repeat(`\n`, 1<<20) + `"`,
	} {
		if !json.Valid([]byte(text)) {
			t.Fatalf("%s: not JSON", name)
		}
		data := []byte(text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = CheckJSON(data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: allocated %d bytes for %d", name, n, len(data))
		}
	}
}
