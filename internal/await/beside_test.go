package await_test

import (
	"testing"

	"dnn/internal/await"
)

// Whoever waits gets the panic of what went on beside, and can wait again; without one, both are done.
func TestBeside(t *testing.T) {
	done := false
	wait := await.Beside(func() { done = true })
	wait()
	wait()
	if !done {
		t.Error("wait returned before the end")
	}
	failed := await.Beside(func() { panic("broken") })
	for range 2 {
		func() {
			defer func() {
				if crash := recover(); crash != "broken" {
					t.Errorf("wanted the panic, found %v", crash)
				}
			}()
			failed()
		}()
	}
}
