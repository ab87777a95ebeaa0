package nn_test

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/nn/nntest"
)

func TestFloatsRoundTrip(t *testing.T) {
	for _, shape := range [][]int{{1}, {17}, {3, 1}, {5, 16}, {7, 17}, {2, 1024}, {3, 1000}} {
		p := nn.NewParam(nn.ParamSpec{Name: "p", Shape: shape})
		count := 1
		for _, n := range shape {
			count *= n
		}
		if p.Count() != count {
			t.Errorf("%v: %d elements, wanted %d", shape, p.Count(), count)
		}
		want := make([]float32, count)
		for i := range want {
			want[i] = float32(i + 1)
		}
		p.SetFloats(want)
		got := p.Floats()
		if !slices.Equal(got, want) {
			t.Errorf("%v: wanted %v, found %v", shape, want, got)
		}
		if last := p.Value.Row(p.Value.Rows - 1); last[len(last)-1] != float32(count) {
			t.Errorf("%v: the last element is %v, wanted %d", shape, last[len(last)-1], count)
		}
		var sum float32
		for _, v := range p.Value.Data {
			sum += v
		}
		if wantSum := float32(count) * float32(count+1) / 2; sum != wantSum {
			t.Errorf("%v: elements and padding add up to %v, wanted %v", shape, sum, wantSum)
		}
		got[0] = -1
		if p.Value.Data[0] == -1 {
			t.Errorf("%v: Floats is no copy", shape)
		}
	}
}

func TestSetFloatsOfAnotherLength(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	nn.NewParam(nn.ParamSpec{Name: "p", Shape: []int{2, 3}}).SetFloats(make([]float32, 7))
}

func TestSnapshotAndRestore(t *testing.T) {
	arch := nntest.Network(7, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 17, Activation: "relu"},
		nn.LayerSpec{Units: 3, Activation: "softmax"})
	m := nntest.RandomModel(t, arch, 1)
	before := nntest.Digest(m)
	snapshot := m.Snapshot(nil)
	change := func() {
		for _, p := range m.Params() {
			values := p.Floats()
			for i := range values {
				values[i]++
			}
			p.SetFloats(values)
		}
	}
	change()
	changed := nntest.Digest(m)
	if changed == before {
		t.Fatal("nothing changed")
	}
	m.Restore(snapshot)
	if got := nntest.Digest(m); got != before {
		t.Errorf("restored %s, wanted %s", got, before)
	}
	change()
	if again := m.Snapshot(snapshot); &again[0][0] != &snapshot[0][0] {
		t.Error("a snapshot into another one allocates")
	}
	change()
	m.Restore(snapshot)
	if got := nntest.Digest(m); got != changed {
		t.Errorf("restored %s, wanted the second snapshot %s", got, changed)
	}
}

func TestFinite(t *testing.T) {
	arch := nntest.Network(7, nn.CategoricalCrossentropy, nn.LayerSpec{Units: 17, Activation: "relu"},
		nn.LayerSpec{Units: 3, Activation: "softmax"})
	m := nntest.RandomModel(t, arch, 1)
	if !m.Finite() {
		t.Error("a new network is not finite")
	}
	for _, p := range m.Params() {
		for _, bad := range []float32{nntest.NaN, nntest.Inf, -nntest.Inf} {
			values := p.Floats()
			saved := values[len(values)-1]
			values[len(values)-1] = bad
			p.SetFloats(values)
			if m.Finite() {
				t.Errorf("finite with %v in %s", bad, p.Name)
			}
			values[len(values)-1] = saved
			p.SetFloats(values)
		}
	}
	m.Params()[0].Value.Data[0] = math.MaxFloat32
	if !m.Finite() {
		t.Error("the largest number counts as infinite")
	}
}

func TestNewMatrix(t *testing.T) {
	for _, cols := range []int{1, 15, 16, 17, 100, 784, 1023, 1024, 2048, 3000} {
		m := kernel.NewMatrix(3, cols)
		if m.Stride < cols || m.Stride >= cols+32 || m.Stride%16 != 0 || m.Stride%1024 == 0 {
			t.Errorf("%d columns: rows are %d apart", cols, m.Stride)
		}
		if at := uintptr(unsafe.Pointer(&m.Data[0])); at%64 != 0 {
			t.Errorf("%d columns: begins at %#x, which is no cache line", cols, at)
		}
		if len(m.Data) != 3*m.Stride {
			t.Errorf("%d columns: %d elements for 3 rows %d apart", cols, len(m.Data), m.Stride)
		}
	}
}

func TestRowsAndColumns(t *testing.T) {
	m := kernel.NewMatrix(5, 20)
	for r := range m.Rows {
		for c, v := 0, m.Row(r); c < len(v); c++ {
			v[c] = float32(100*r + c)
		}
	}
	part := m.Slice(2, 4).Columns(3, 17)
	if part.Rows != 2 || part.Cols != 14 || part.Data[0] != 203 || part.Data[part.Stride+13] != 316 {
		t.Errorf("rows 2-4, columns 3-17 are %d x %d from %v to %v",
			part.Rows, part.Cols, part.Data[0], part.Data[part.Stride+13])
	}
	if empty := m.Slice(5, 5); empty.Rows != 0 || empty.Cols != 20 {
		t.Errorf("no rows are %d x %d", empty.Rows, empty.Cols)
	}
	if empty := m.Columns(20, 20); empty.Rows != 5 || empty.Cols != 0 {
		t.Errorf("no columns are %d x %d", empty.Rows, empty.Cols)
	}
}
