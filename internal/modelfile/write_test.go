package modelfile

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"dnn/internal/fault"
)

func TestWriteFailures(t *testing.T) {
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "no", "where")
	_, err := Write(filepath.Join(nowhere, "m"), tiny())
	wantFault(t, err, fault.Write, filepath.Join(nowhere, "m")+": cannot write: there is no folder "+nowhere,
		"mkdir -p "+nowhere)

	_, err = Write(dir, tiny())
	wantFault(t, err, fault.Write, dir+": wanted the name of a file for the model, found a folder", "")

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		_, err = Write(filepath.Join(file, "m"), tiny())
		wantFault(t, err, fault.Write, filepath.Join(file, "m")+": cannot write: not a directory", "")
	}

	diverged := tiny()
	diverged.Tensors[1].Data[1] = float32(math.NaN())
	_, err = Write(file, diverged)
	wantFault(t, err, fault.Diverged,
		file+": the model diverged: tensor dense.bias: element 2 of 3 is NaN, not a finite number",
		"a smaller learning rate often helps")

	wrong := tiny()
	wrong.Tensors = wrong.Tensors[:3]
	_, err = Write(file, wrong)
	if fault.KindOf(err) != fault.Bug {
		t.Errorf("a model without one of its tensors: got %v, want a bug", err)
	}

	if old, err := os.ReadFile(file); err != nil || string(old) != "old" {
		t.Errorf("the old file is now %q (%v)", old, err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v (%v)", names, err)
	}
}

// TestEncodeRefuses breaks each rule about a Model.
func TestEncodeRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		want   string
		change func(m *Model)
	}{
		{"input shape [] has 0 values, the architecture takes 4", func(m *Model) { m.InputShape = nil }},
		{"input shape [2 3] has 6 values, the architecture takes 4", func(m *Model) { m.InputShape = []int{2, 3} }},
		{"input shape: wanted dimensions of 1 or more, found [-2 -2]", func(m *Model) { m.InputShape = []int{-2, -2} }},
		{"input shape: wanted dimensions of 1 or more, found [65536 65536 65536 65536]",
			func(m *Model) { m.InputShape = []int{1 << 16, 1 << 16, 1 << 16, 1 << 16} }},
		{"scale: wanted a finite number above 0, found 0", func(m *Model) { m.Scale = 0 }},
		{"scale: wanted a finite number above 0, found NaN", func(m *Model) { m.Scale = nan }},
		{"3 class names, the network tells 2 classes apart", func(m *Model) { m.Classes = []string{"a", "b", "c"} }},
		{`"\xff" is not UTF-8`, func(m *Model) { m.Dataset = "\xff" }},
		{`"\xff" is not UTF-8`, func(m *Model) { m.Classes[0] = "\xff" }},
		{"config: malformed JSON at byte 1: unexpected end of JSON input",
			func(m *Model) { m.Config = json.RawMessage("{") }},
		{`config: key "a" appears twice`, func(m *Model) { m.Config = json.RawMessage(`{"a":1,"a":2}`) }},
		{"config: wanted a JSON object, found something else", func(m *Model) { m.Config = json.RawMessage("[]") }},
		{"config: wanted a JSON object, found something else", func(m *Model) { m.Config = json.RawMessage("null") }},
		{"config is not UTF-8", func(m *Model) { m.Config = json.RawMessage("{\"a\":\"\xff\"}") }},
		{"history: epoch 2 has +Inf, not a finite number", func(m *Model) { m.History[1].ValLoss = inf }},
		{"architecture: wanted at least one layer, found none", func(m *Model) { m.Architecture.Layers = nil }},
		{`"\xff" is not UTF-8`, func(m *Model) { m.Architecture.Layers[0].Name = "\xff" }},
		{"tensor dense.bias: wanted one of shape [3], found none",
			func(m *Model) { m.Tensors = append(m.Tensors[:1], m.Tensors[2:]...) }},
		{"tensor extra with shape [1]: the architecture has no such parameter", func(m *Model) {
			m.Tensors = append(m.Tensors, Tensor{Name: "extra", Shape: []int{1}, Data: []float32{1}})
		}},
		{"tensor dense.bias is number 1, the architecture has it as number 2",
			func(m *Model) { m.Tensors[0], m.Tensors[1] = m.Tensors[1], m.Tensors[0] }},
		{"tensor dense.kernel: wanted the shape [4 3], found [3 4]",
			func(m *Model) { m.Tensors[0].Shape = []int{3, 4} }},
		{"tensor dense.bias: wanted 3 elements, for the shape [3], found 2",
			func(m *Model) { m.Tensors[1].Data = m.Tensors[1].Data[:2] }},
		{"tensor dense_1.bias: element 1 of 2 is -Inf, not a finite number",
			func(m *Model) { m.Tensors[3].Data[0] = float32(math.Inf(-1)) }},
	} {
		m := tiny()
		c.change(m)
		_, err := Encode(&bytes.Buffer{}, m)
		if err == nil {
			t.Errorf("%s: accepted", c.want)
			continue
		}
		if !strings.HasSuffix(err.Error(), ": "+c.want) {
			t.Errorf("got %v, want …: %s", err, c.want)
		}
	}
}
