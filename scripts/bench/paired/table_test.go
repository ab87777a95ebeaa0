package paired

import "testing"

func TestDigits(t *testing.T) {
	for value, want := range map[float64]string{
		1234.5: "1234", 110: "110", 19.34: "19.3", 1.234: "1.23", 0.25: "0.250", 0.0491: "0.0491",
		0.00123: "0.00123", 0: "0",
	} {
		if got := Digits(value); got != want {
			t.Errorf("digits(%v) = %q, want %q", value, got, want)
		}
	}
}
