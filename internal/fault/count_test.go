package fault

import "testing"

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"0 epochs": Count(0, "epoch"), "1 epoch": Count(1, "epoch"), "2 epochs": Count(2, "epoch"),
		"1 class": Count(int64(1), "class"), "10 classes": Count(int64(10), "class"),
		"1 training sample": Count(1, "training sample"), "2 training samples": Count(2, "training sample"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
