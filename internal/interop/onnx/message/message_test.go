package message

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func TestRoundTrip(t *testing.T) {
	m := &Model{
		IR: 8, Producer: "dnn", ProducerVersion: "1", Opsets: []Opset{{"", 17}, {"ai.onnx.ml", 3}},
		Metadata: []Entry{{"classes", `["a"]`}},
		Graph: Graph{
			Name: "network",
			Nodes: []Node{{Op: "Clip", Domain: "d", Name: "n", Inputs: []string{"x", "", "k"}, Outputs: []string{"y"},
				Attributes: []Attribute{
					{Name: "a", Type: FloatAttribute, F: 0}, {Name: "b", Type: IntAttribute, I: -1}, {Name: "c", Type: StringAttribute, S: "s"},
				}}},
			Initializers: []Tensor{Floats("k", []int{1, 2}, []float32{1, -2}), Integers("i", 3, -4)},
			Inputs:       []Value{{Name: "x", Type: Float, Ranked: true, Dims: []Dim{{Name: "batch"}, {Size: 3}, {}}}},
			Outputs:      []Value{{Name: "y", Type: Float, Ranked: true}},
		},
	}
	got, err := Decode(m.Encode())
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, m)
	}
	if k := got.Graph.Initializers[1]; k.At(0) != 3 || k.At(1) != -4 || k.Check() != nil {
		t.Errorf("%v, %v", k.At(0), k.At(1))
	}
}

// fields returns a message of bytes fields and, where the value is a number, varints.
func fields(pairs ...any) []byte {
	var b []byte
	for i := 0; i < len(pairs); i += 2 {
		number := protowire.Number(pairs[i].(int))
		switch v := pairs[i+1].(type) {
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), uint64(v))
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), v)
		}
	}
	return b
}

// tensor decodes a TensorProto in the graph of a model.
func tensor(t *testing.T, b []byte) (*Tensor, error) {
	t.Helper()
	m, err := Decode(fields(7, fields(5, b), 8, fields(2, 17)))
	if err != nil {
		return nil, err
	}
	return &m.Graph.Initializers[0], m.Graph.Initializers[0].Check()
}

// TestTypes has tensors of all types, as typed and as raw data.
func TestTypes(t *testing.T) {
	fixed32 := func(number protowire.Number, vs ...float32) (b []byte) {
		for _, v := range vs {
			b = protowire.AppendFixed32(protowire.AppendTag(b, number, protowire.Fixed32Type), math.Float32bits(v))
		}
		return b
	}
	var doubles []byte
	for _, v := range []float64{1.5, -2} {
		doubles = protowire.AppendFixed64(doubles, math.Float64bits(v))
	}
	for name, c := range map[string]struct {
		b    []byte
		want []float64
	}{
		"float raw":           {fields(1, 2, 2, 1, 9, []byte{0, 0, 128, 63, 0, 0, 0, 192}), []float64{1, -2}},
		"float packed":        {fields(1, 2, 2, 1, 4, []byte{0, 0, 128, 63, 0, 0, 0, 192}), []float64{1, -2}},
		"float in two parts":  {fields(1, 2, 2, 1, 4, []byte{0, 0, 128, 63}, 4, []byte{0, 0, 0, 192}), []float64{1, -2}},
		"float one by one":    {append(fields(1, 2, 2, 1), fixed32(4, 1, -2)...), []float64{1, -2}},
		"double":              {fields(1, 2, 2, 11, 10, doubles), []float64{1.5, -2}},
		"double raw":          {fields(1, 2, 2, 11, 9, doubles), []float64{1.5, -2}},
		"float16":             {fields(1, 3, 2, 10, 5, []byte{0x80, 0x78, 0x80, 0x80, 0x02, 0x01}), []float64{1, 0, 1. / (1 << 24)}},
		"float16 raw":         {fields(1, 2, 2, 10, 9, []byte{0, 0x3c, 1, 0x80}), []float64{1, -1. / (1 << 24)}},
		"bfloat16 raw":        {fields(1, 2, 2, 16, 9, []byte{0x80, 0x3f, 0, 0xc0}), []float64{1, -2}},
		"int64":               {fields(1, 2, 2, 7, 7, []byte{3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}), []float64{3, -1}},
		"int64 one by one":    {fields(1, 2, 2, 7, 7, 3, 7, -1), []float64{3, -1}},
		"int32":               {fields(1, 2, 2, 6, 5, 3, 5, -1), []float64{3, -1}},
		"int8 raw":            {fields(1, 2, 2, 3, 9, []byte{3, 255}), []float64{3, -1}},
		"int16 raw":           {fields(1, 1, 2, 5, 9, []byte{255, 255}), []float64{-1}},
		"uint8":               {fields(1, 2, 2, 2, 5, 3, 5, 255), []float64{3, 255}},
		"uint64":              {fields(1, 1, 2, 13, 11, 7), []float64{7}},
		"bool":                {fields(1, 1, 2, 9, 5, 1), []float64{1}},
		"a number, no vector": {fields(2, 1, 9, []byte{0, 0, 128, 63}), []float64{1}},
	} {
		got, err := tensor(t, c.b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, want := range c.want {
			if got.At(i) != want {
				t.Errorf("%s: element %d is %v, wanted %v", name, i, got.At(i), want)
			}
		}
	}
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0001: 1. / (1 << 24), 0x03ff: 1023. / (1 << 24), 0x0400: 1. / (1 << 14), 0x3555: 0.333251953125, 0x7bff: 65504, 0xc000: -2,
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		if got := float64(half(bits)); got != want {
			t.Errorf("%04x is %v, wanted %v", bits, got, want)
		}
	}
	if v := half(0x7e00); v == v {
		t.Errorf("NaN is %v", v)
	}
}

func TestRefused(t *testing.T) {
	many := func(number, count int, inner []byte) []byte {
		var b []byte
		for range count {
			b = append(b, fields(number, inner)...)
		}
		return b
	}
	graph := func(b []byte) []byte { return fields(7, b, 8, fields(2, 17)) }
	node := fields(4, []byte("Relu"))
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"no graph":           {fields(8, fields(2, 17)), "wanted one graph, found 0"},
		"two graphs":         {fields(7, []byte{}, 7, []byte{}, 8, fields(2, 17)), "wanted one graph, found 2"},
		"no opset":           {fields(7, []byte{}), "wanted the version of its operators"},
		"nodes":              {graph(many(1, maxNodes+1, node)), "wanted at most 4096 operators, found more"},
		"tensors":            {graph(many(5, maxTensors+1, fields(2, 1))), "wanted at most 8192 tensors, found more"},
		"names":              {graph(fields(1, many(1, maxNames+1, nil))), "wanted at most 1024 names, found more"},
		"entries":            {append(graph(nil), many(14, maxEntries+1, nil)...), "wanted at most 1024 entries, found more"},
		"attributes":         {graph(fields(1, many(5, maxAttributes+1, nil))), "wanted at most 64 attributes, found more"},
		"elements":           {graph(many(5, 3, fields(2, 7, 7, make([]byte, 1<<20)))), "wanted at most 1048576 whole numbers of a tensor"},
		"sparse":             {graph(fields(15, []byte{})), "wanted dense tensors, found a sparse one"},
		"number for text":    {fields(2, 3), "field 2: wanted a text, found wire type 0"},
		"text for number":    {fields(1, []byte("x")), "field 1: wanted a number, found wire type 2"},
		"length":             {[]byte{7<<3 | 2, 200, 1, 0}, "unexpected EOF"},
		"external, no file":  {graph(fields(5, fields(14, 1))), "wanted the file of an external tensor, found none"},
		"negative dimension": {graph(fields(5, fields(1, -1))), "wanted a dimension from 0 to 2147483647, found -1"},
	} {
		if _, err := Decode(c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"too few":  {fields(1, 3, 2, 1, 9, make([]byte, 8)), "wanted 3 elements for the dimensions [3], found 2"},
		"part":     {fields(1, 2, 2, 1, 9, make([]byte, 7)), "wanted elements of 4 bytes, found 7 bytes"},
		"overflow": {fields(1, 1<<30, 1, 1<<30, 2, 1), "wanted at most 2147483647 elements"},
		"type":     {fields(1, 1, 2, 99), "wanted elements such as float32, found type 99"},
		"texts":    {fields(1, 2, 2, 8, 6, []byte("a")), "wanted 2 elements for the dimensions [2], found 1"},
	} {
		if _, err := tensor(t, c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}
