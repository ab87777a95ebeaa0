package source

import "testing"

func TestSpreadPanics(t *testing.T) {
	defer func() {
		if crash := recover(); crash != "a bug" {
			t.Errorf("recovered %v", crash)
		}
	}()
	Spread(1000, func(_, hi int) {
		if hi == 1000 {
			panic("a bug")
		}
	})
	t.Error("no panic")
}
