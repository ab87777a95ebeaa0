package wire

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/serve/engine"
)

func TestParseNumbers(t *testing.T) {
	for text, want := range map[string]Numbers{
		"7":                         {nil, []float64{7}},
		"[]":                        {[]int{0}, nil},
		"\t[ 1 , 2 ]\n":             {[]int{2}, []float64{1, 2}},
		"[[1,2],[3,4],[5,6]]":       {[]int{3, 2}, []float64{1, 2, 3, 4, 5, 6}},
		"[-1.5e3,0.25,1234567890]":  {[]int{3}, []float64{-1500, 0.25, 1234567890}},
		"[true,false,1]":            {[]int{3}, []float64{1, 0, 1}},
		"[[],[]]":                   {[]int{2, 0}, nil},
		"[0, 7,65,\t255,256,1000 ]": {[]int{6}, []float64{0, 7, 65, 255, 256, 1000}},
	} {
		if found, err := ParseNumbers([]byte(text)); err != nil || !reflect.DeepEqual(found, want) {
			t.Errorf("%s: wanted %v, found %v, %v", text, want, found, err)
		}
	}
	for _, text := range []string{
		"[[1,2],[3]]", "[1,[2]]", "[[1],2]", `["1"]`, "[null]", "[{}]", "[1e999]", strings.Repeat("[", 9) + strings.Repeat("]", 9),
		"[[],[1]]", "[[[]],[]]",
	} {
		if found, err := ParseNumbers([]byte(text)); err == nil {
			t.Errorf("%s: wanted an error, found %v", text, found)
		}
	}
}

func TestParseMember(t *testing.T) {
	for text, want := range map[string]Numbers{
		`{ "x" : [ [0,12,255], [1, 2, 3] ] }`: {[]int{2, 3}, []float64{0, 12, 255, 1, 2, 3}},
		`{"x":[-0.5e-1,1E+2,100000000000]}`:   {[]int{3}, []float64{-0.05, 100, 1e11}},
		`{"x":[]}`:                            {[]int{0}, nil},
		`{"x":[true,false]}`:                  {[]int{2}, []float64{1, 0}},
	} {
		if found, ok := ParseMember([]byte(text), "x"); !ok || !reflect.DeepEqual(found, want) {
			t.Errorf("%s: wanted %v, found %v, %t", text, want, found, ok)
		}
	}
	for _, text := range []string{
		"", "{", `{"x"`, `{"x":`, `{"x":[`, `{"x":[1`, `{"x":[1]`, `{"x":[1]}}`, `{"x":[1]},`, `{"x":7}`, `{"y":[1]}`, `{"xx":[1]}`,
		`{"x":[1],"y":2}`, `{"x":[1,]}`, `{"x":[1,2,]}`, `{"x":[,1]}`, `{"x":[1 2]}`, `{"x":[1,,2]}`, `{"x":[01]}`, `{"x":[01,2,3]}`,
		`{"x":[+1]}`, `{"x":[.5]}`, `{"x":[5.]}`, `{"x":[1_0]}`, `{"x":[0x10]}`, `{"x":[Inf]}`, `{"x":[nan]}`, `{"x":[1e]}`, `{"x":[truer]}`,
		`{"x":[1.e2]}`, `{"x":[-]}`, `{"x":[[1,2],[3]]}`, `{"x":["1"]}`, "{\"x\":[1]}\x00", "{\"x\":[1\x00]}", `{"x ":[1]}`, `[{"x":[1]}]`,
	} {
		if found, ok := ParseMember([]byte(text), "x"); ok {
			t.Errorf("%s: wanted that encoding/json reads it, found %v", text, found)
		}
	}
}

// FuzzParseMember compares with encoding/json and ParseNumbers: what is read is valid, and the same.
func FuzzParseMember(f *testing.F) {
	for _, text := range []string{`{"x":[[1,2],[3,4]]}`, `{"x":[1.5e3,-0,true]}`, `{"x":[1,]}`, `{"x":[01,2]}`, `{"x":[ 12, 255,0]} `} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		found, ok := ParseMember(text, "x")
		if !ok {
			return
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil {
			t.Fatalf("%s is no JSON, found %v", text, found)
		}
		if want, err := ParseNumbers(object["x"]); err != nil || len(object) != 1 || !reflect.DeepEqual(found, want) {
			t.Fatalf("%s: wanted %v, found %v", text, want, found)
		}
	})
}

// FuzzParseNumbers compares with encoding/json: what is read has the same numbers in the same order.
func FuzzParseNumbers(f *testing.F) {
	for _, text := range []string{"[[1,2],[3,4]]", "[1.5e3,-0,true]", "[[],[]]", "7", `[null,"x",{}]`, "[[1],2]", "1234567890123"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		found, err := ParseNumbers(text)
		if err != nil {
			return
		}
		var want []float64
		decoder := json.NewDecoder(bytes.NewReader(text))
		for {
			token, err := decoder.Token()
			if err != nil {
				break
			}
			switch v := token.(type) {
			case float64:
				want = append(want, v)
			case bool:
				want = append(want, map[bool]float64{true: 1}[v])
			}
		}
		if len(want) != len(found.Data) {
			t.Fatalf("wanted %v, found %v", want, found.Data)
		}
		for i, v := range want {
			if math.Float64bits(v) != math.Float64bits(found.Data[i]) && v != 0 {
				t.Errorf("wanted %v, found %v", want, found.Data)
			}
		}
	})
}

func TestAppendRows(t *testing.T) {
	nan := float32(math.NaN())
	for want, c := range map[string][]float32{
		"[]": nil, "[[1,2]]": {1, 2}, "[[0.1,null],[1e-10,3]]": {0.1, nan, 1e-10, 3},
	} {
		found := AppendRows(nil, c, 2)
		if string(found) != want || !json.Valid(found) {
			t.Errorf("wanted %s, found %s", want, found)
		}
	}
}

// TestBodies tests the bounds of one body and of all together.
func TestBodies(t *testing.T) {
	b := &Bodies{Max: 100 << 10, All: 150 << 10}
	read := func(n int) (*Body, error) {
		return b.Read(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", n))))
	}
	first, err := read(100 << 10)
	if err != nil || len(first.Data) != 100<<10 {
		t.Fatal(err)
	}
	want := func(err error, code int) {
		t.Helper()
		if s, ok := errors.AsType[*StatusError](err); !ok || s.Code != code {
			t.Errorf("wanted %d, found %v", code, err)
		}
	}
	_, err = read(10 << 10)
	want(err, http.StatusServiceUnavailable)
	first.Release()
	second, err := read(10 << 10)
	if err != nil {
		t.Fatal(err)
	}
	second.Release()
	_, err = read(100<<10 + 1)
	want(err, http.StatusRequestEntityTooLarge)
	if held := b.held.Load(); held != 0 {
		t.Errorf("wanted that nothing is held, found %d bytes", held)
	}
}

// TestLargestBody reads a body of as many bytes as are allowed, with and without a length, where no more are held.
func TestLargestBody(t *testing.T) {
	const most = 100 << 10
	b := &Bodies{Max: most, All: most + 1}
	for _, length := range []int64{most, -1} {
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", most)))
		q.ContentLength = length
		body, err := b.Read(q)
		if err != nil || len(body.Data) != most {
			t.Fatalf("length %d: %v", length, err)
		}
		body.Release()
	}
}

// TestShort cuts texts to 400 characters, whatever they are made of.
func TestShort(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"é\xff\xffx", "é\ufffdx"}, {strings.Repeat("é", 400), strings.Repeat("é", 400)},
		{strings.Repeat("é", 401), strings.Repeat("é", 399) + "…"}, {strings.Repeat("\U0001f600", 400), strings.Repeat("\U0001f600", 400)},
		{strings.Repeat("\U0001f600", 401), strings.Repeat("\U0001f600", 399) + "…"}, {strings.Repeat("x", 1<<20), strings.Repeat("x", 399) + "…"},
		{strings.Repeat("\xff", 1<<20), "\ufffd…"},
	} {
		if found := Short(c.text); found != c.want {
			t.Errorf("%.20q: wanted %.20q, found %.20q", c.text, c.want, found)
		}
	}
}

func TestTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "deflate, gzip;q=0.5": true, "gzip;q=0": false, "br": false, "*": true, "gzip; q=0.000": false,
	} {
		q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		q.Header.Set("Accept-Encoding", header)
		if TakesGzip(q) != want {
			t.Errorf("%q: wanted %t", header, want)
		}
	}
}

// FuzzBodies reads any body in any encoding: it has at most the bytes that are allowed, or is refused with a status, and
// nothing is held afterwards.
func FuzzBodies(f *testing.F) {
	b := &Bodies{Max: 1 << 12, All: 1 << 20}
	for encoding, pack := range map[string]func(io.Writer) io.WriteCloser{
		"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	} {
		var packed bytes.Buffer
		z := pack(&packed)
		_, err := z.Write(make([]byte, 1<<13)) // more than allowed
		if err := errors.Join(err, z.Close()); err != nil {
			f.Fatal(err)
		}
		f.Add(packed.Bytes(), encoding)
		f.Add(packed.Bytes()[:packed.Len()/2], encoding)
		f.Add(append(packed.Bytes(), packed.Bytes()...), encoding)
	}
	f.Add([]byte("hello"), "")
	f.Add([]byte("hello"), "br")
	f.Fuzz(func(t *testing.T, text []byte, encoding string) {
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(text))
		q.Header.Set("Content-Encoding", encoding)
		body, err := b.Read(q)
		if err == nil {
			if len(body.Data) > 1<<12 {
				t.Errorf("found %d bytes", len(body.Data))
			}
			body.Release()
		} else if s, ok := errors.AsType[*StatusError](err); !ok || s.Code < 400 || s.Code >= 500 {
			t.Errorf("found %v", err)
		}
		if held := b.held.Load(); held != 0 {
			t.Errorf("found %d bytes held", held)
		}
	})
}

// TestNoModel lists the models that there are; of many, some.
func TestNoModel(t *testing.T) {
	models := func(count int, name string) (all engine.Models) {
		for i := range count {
			all = append(all, &engine.Model{Name: fmt.Sprint(name, i)})
		}
		return all
	}
	for name, c := range map[string]struct {
		models engine.Models
		want   string
	}{
		"one":  {models(1, "m"), `unknown model "x\n": this server has "m0"`},
		"some": {models(8, "m"), `unknown model "x\n": this server has "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"`},
		"many": {models(1000, "m"), `, "m7" and 992 more`},
		"long": {models(1000, strings.Repeat("y", 500)), ` and 992 more`},
	} {
		err := NoModel(c.models, "x\n")
		if _, text := StatusOf(err); err.Code != http.StatusNotFound || !strings.Contains(text, c.want) {
			t.Errorf("%s: wanted %s, found %d %s", name, c.want, err.Code, text)
		}
	}
}

// TestHintsForRequests: who sends a request reads of its query, not of options of a command.
func TestHintsForRequests(t *testing.T) {
	for hint, want := range map[string]string{
		"--raw takes it as it is":                             "a.png: no digit (/predict?raw=true takes it as it is)",
		"give it a CSV file whose first line has these names": "a.png: no digit (POST rows to /v1/models/NAME:predict or /v2/models/NAME/infer)",
		"--show=stages shows what was seen of it":             "a.png: no digit (dnn predict --show=stages shows what was seen of it)",
	} {
		code, text := StatusOf(fault.New(fault.Data, "a.png", "no digit").WithHint("%s", hint))
		if code != http.StatusBadRequest || text != want {
			t.Errorf("wanted %q, found %d, %q", want, code, text)
		}
	}
}
