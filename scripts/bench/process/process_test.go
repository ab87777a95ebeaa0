package process

import (
	"io"
	"slices"
	"testing"
)

func TestParseCPUs(t *testing.T) {
	if got, err := ParseCPUs("0,12"); err != nil || !slices.Equal(got, []int{0, 12}) {
		t.Errorf("CPUs %v, error %v", got, err)
	}
	for _, bad := range []string{"", "a", "0,", "-1", "0-3"} {
		if _, err := ParseCPUs(bad); err == nil {
			t.Errorf("parseCPUs(%q) found no fault", bad)
		}
	}
}

func TestNeutral(t *testing.T) {
	got := neutral([]string{"HOME=/h", "DNN_SIMD=generic", "OPENBLAS_CORETYPE=Haswell", "PATH=/bin"})
	if want := []string{"HOME=/h", "PATH=/bin"}; !slices.Equal(got, want) {
		t.Errorf("environment %v, want %v", got, want)
	}
}

func TestKeepBusyEndsWithItsInput(t *testing.T) {
	in, parent := io.Pipe()
	out, child := io.Pipe()
	ended := make(chan error)
	go func() { ended <- KeepBusy("-1", in, child) }()
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		t.Fatalf("ended before its input, with error %v", err)
	default:
	}
	if err := parent.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
