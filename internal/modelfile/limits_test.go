package modelfile

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/nn"
	"dnn/internal/safetensors"
)

// A document of many empty objects is refused: an epoch or a layer takes fifty times the memory of the two bytes {}.
func TestDecodeBoundsDocument(t *testing.T) {
	good := encodeDocument(tiny())
	for what, replace := range map[string][2]string{
		"history": {`"history":[`, `"history":[%s`},
		"layers":  {`"layers":[`, `"layers":[%s`},
	} {
		crowd := strings.Repeat("{},", 1<<20)
		text := strings.Replace(good, replace[0], fmt.Sprintf(replace[1], crowd), 1)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := safetensors.CheckJSON([]byte(text))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.HasPrefix(err.Error(), "wanted objects of 24 bytes or more") {
			t.Errorf("%s: %v", what, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 2*uint64(len(text)) {
			t.Errorf("%s: allocated %d bytes for %d", what, n, len(text))
		}
	}
}

// Thousands of tensors are compared with the architecture in linear time, and the error still names the wrong one.
func TestManyTensors(t *testing.T) {
	m := tiny()
	m.Architecture.Layers = nil
	for i := range 5000 {
		m.Architecture.Layers = append(m.Architecture.Layers,
			nn.LayerSpec{Type: "dense", Name: nn.LayerName("dense", i), Units: 2, Activation: "relu"})
	}
	m.Tensors = nil
	for _, p := range m.Architecture.Params() {
		m.Tensors = append(m.Tensors, Tensor{Name: p.Name, Shape: p.Shape, Data: make([]float32, p.Count())})
	}
	file := encode(t, m)
	if _, err := Decode(bytes.NewReader(file), "m"); err != nil {
		t.Fatal(err)
	}
	m.Tensors[1], m.Tensors[9000] = m.Tensors[9000], m.Tensors[1]
	const want = "tensor dense_4500.kernel is number 2, the architecture has it as number 9001"
	if err := m.checkTensors(); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	long := append(bytes.Clone(file), make([]byte, 1<<20)...)
	if _, err := Decode(bytes.NewReader(long), "m"); fault.KindOf(err) != fault.Data ||
		!strings.Contains(err.Error(), "more than") {
		t.Errorf("%v", err)
	}
}
