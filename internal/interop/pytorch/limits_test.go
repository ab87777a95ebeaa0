package pytorch_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/pytorch"
)

// text returns the operation that pushes a text.
func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// number returns the operation that pushes a whole number.
func number(n int) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

// tensor returns the operations that push a tensor of the storage of the given key.
func tensor(key string, offset int, shape, strides string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text(key) + text("cpu") +
		number(100) + "tQ" + number(offset) + shape + strides + "\x89}tR"
}

// file returns a zip file of a pickle, and a storage 0 of the given size.
func file(t *testing.T, pickle string, size int) []byte {
	t.Helper()
	return zipped(t, map[string][]byte{"a/data.pkl": []byte("\x80\x02" + pickle + "."), "a/data/0": make([]byte, size)})
}

// zipped returns a zip file.
func zipped(t *testing.T, members map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range members {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// dict returns the operations that push a dictionary.
func dict(items ...string) string { return "}(" + strings.Join(items, "") + "u" }

func TestTensors(t *testing.T) {
	matrix := "(" + number(2) + number(3) + "t"
	for _, c := range []struct{ name, pickle, want string }{
		{"whole", dict(text("a.weight"), tensor("0", 0, matrix, "("+number(3)+number(1)+"t")), ""},
		{"transposed", dict(text("a.weight"), tensor("0", 0, matrix, "("+number(1)+number(2)+"t")), ""},
		{"offset", dict(text("a.weight"), tensor("0", 94, matrix, "("+number(3)+number(1)+"t")), ""},
		{"behind the end", dict(text("a.weight"), tensor("0", 95, matrix, "("+number(3)+number(1)+"t")), "wanted numbers that its storage has"},
		{"stride", dict(text("a.weight"), tensor("0", 0, matrix, "("+number(98)+number(1)+"t")), "wanted numbers that its storage has"},
		{"huge stride", dict(text("a.weight"), tensor("0", 0, matrix, "("+number(1<<31-1)+number(1<<31-1)+"t")), "wanted numbers that its storage has"},
		{"expanded", dict(text("a.weight"), tensor("0", 0, "("+number(1<<30)+number(1<<30)+"t", "("+number(0)+number(0)+"t")), "wanted numbers that its storage has"},
		{"negative", dict(text("a.weight"), tensor("0", 0, "("+number(-2)+number(3)+"t", "("+number(3)+number(1)+"t")), "wanted a storage, an offset, a shape and strides"},
		{"no storage", dict(text("a.weight"), tensor("1", 0, matrix, "("+number(3)+number(1)+"t")), `wanted a member "a/data/1"`},
		{"many times", dict(strings.Repeat(text("a.weight")+tensor("0", 0, matrix, "("+number(3)+number(1)+"t"), 5000)), "wanted at most 4096 arrays"},
		{"no name", dict("K\x01", tensor("0", 0, matrix, "("+number(3)+number(1)+"t"), text("a.weight"), tensor("0", 0, matrix, "("+number(3)+number(1)+"t")), "wanted names of tensors that are text, found a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := pytorch.Read(file(t, c.pickle, 400), "f")
			if c.want == "" {
				if err != nil || len(n.Steps) != 1 {
					t.Errorf("%+v, %v", n, err)
				}
				return
			}
			wantFault(t, err, c.want, "")
		})
	}
}

// TestByteOrder reads 1, 2, 3 from a file of a machine whose bytes are in the other order.
func TestByteOrder(t *testing.T) {
	for _, order := range []string{"little", "big"} {
		var o binary.AppendByteOrder = binary.LittleEndian
		if order == "big" {
			o = binary.BigEndian
		}
		var data []byte
		for i := range 3 {
			data = o.AppendUint32(data, math.Float32bits(float32(i+1)))
		}
		c, err := pytorch.Read(zipped(t, map[string][]byte{
			"a/data.pkl": []byte("\x80\x02" + dict(text("a.weight"),
				tensor("0", 0, "("+number(1)+number(3)+"t", "("+number(3)+number(1)+"t")) + "."),
			"a/data/0": data, "a/byteorder": []byte(order),
		}), "f")
		if err != nil {
			t.Fatal(err)
		}
		if d := c.Steps[0].(chain.Dense); !reflect.DeepEqual(d.Kernel, []float32{1, 2, 3}) {
			t.Errorf("%s: %v", order, d.Kernel)
		}
	}
}

// TestMemory is about pickles that take as much memory as they can.
func TestMemory(t *testing.T) {
	const most = 64 << 20
	matrix := tensor("0", 0, "("+number(1)+number(1)+"t", "("+number(1)+number(1)+"t")
	views := strings.Builder{} // of one storage of 1 MB
	for i := range 1000 {
		views.WriteString(text(fmt.Sprint("a", i, ".weight")) + tensor("0", 0, "("+number(500)+number(500)+"t", "("+number(500)+number(1)+"t"))
	}
	for _, c := range []struct {
		name, pickle string
		size         int
	}{
		{"lists", strings.Repeat("]", 1<<20), 0},
		{"remembered", strings.Repeat("}\x94", 1<<20), 0},
		{"appended", "]" + strings.Repeat("(]\x94h\x00h\x00h\x00h\x00e", 1<<17), 0},
		{"doubled", "]\x94" + strings.Repeat("(h\x00h\x00t2\x85\x94", 1<<17), 0},
		{"in itself", "}\x94(" + strings.Repeat(text("model")+"h\x00", 1<<17) + "u", 0},
		{"texts", strings.Repeat(text(strings.Repeat("x", 1000))+"0", 1<<12), 0},
		{"views", dict(views.String()), 1 << 20},
		{"long keys", "}(" + text(strings.Repeat("k", 1<<20)) + "\x94" + strings.Repeat("}h\x00", 1<<15) + "}u", 0},
		{"long paths", "}(" + text(strings.Repeat("k", 900)) + "\x94}(h\x00}(" + strings.Repeat("h\x00}", 1<<15) + "uuu", 0},
		{"long names of tensors", "}(" + text(strings.Repeat("k", 1<<20)) + "\x94" + matrix + "\x94" +
			strings.Repeat("h\x00h\x01", 1<<15) + "u", 4},
		{"long name of a class", text("numpy.dtypes") + text(strings.Repeat("x", 1<<20)) + "\x94" +
			strings.Repeat("00"+text("numpy.dtypes")+"h\x00\x93h\x00", 1<<12), 0},
		{"dictionaries", "](" + strings.Repeat("K\x01K\x02\x86", 1) + "\x94" + strings.Repeat("h\x00", 1<<16) + "e\x94" +
			strings.Repeat("cbuiltins\ndict\nh\x01\x85R", 1<<12), 0},
		{"arguments", "(" + strings.Repeat("N", 1<<16) + "t\x94" + strings.Repeat("ctorch._utils\n_rebuild_tensor_v2\nh\x00R", 1<<12), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := file(t, c.pickle, c.size)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := pytorch.Read(data, "f")
			runtime.ReadMemStats(&after)
			if fault.KindOf(err) != fault.Data {
				t.Errorf("%v", err)
			}
			if n := int(after.TotalAlloc-before.TotalAlloc) - 3*len(data); n > most {
				t.Errorf("%d MB of memory for %d bytes: %v", n>>20, len(data), err)
			}
		})
	}
}
