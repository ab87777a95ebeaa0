package await_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"dnn/internal/await"
	"dnn/internal/fault"
)

func TestDo(t *testing.T) {
	bad := errors.New("bad")
	for _, wanted := range []error{nil, bad} {
		got, err := await.Do(t.Context(), func() (int, error) { return 3, wanted })
		if got != 3 || !errors.Is(err, wanted) {
			t.Errorf("%d, %v; wanted 3, %v", got, err, wanted)
		}
	}
	func() {
		defer func() {
			if got := recover(); got != "a mistake" {
				t.Errorf("panic with %v, wanted that of the function", got)
			}
		}()
		_, _ = await.Do(t.Context(), func() (int, error) { panic("a mistake") })
	}()
}

// TestDoStopped: once the context has ended, Do returns its cause, even if the function never returns.
func TestDoStopped(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	never, cause := make(chan struct{}), errors.New("enough")
	defer close(never)
	got, err := await.Do(ctx, func() (int, error) {
		cancel(cause)
		<-never
		return 3, nil
	})
	if got != 0 || !errors.Is(err, cause) {
		t.Errorf("%d, %v; wanted 0, %v", got, err, cause)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	fill := func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return err
	}
	if err := await.Write(t.Context(), path, fill); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != "new" {
			t.Errorf("the file has %q, %v", got, err)
		}
	}
	check()

	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	err := await.Write(ctx, path, func(w io.Writer) error {
		cancel(cause)
		_, err := io.WriteString(w, "newer")
		return err
	})
	if !errors.Is(err, cause) {
		t.Errorf("stopped in the middle: %v", err)
	}
	check()
	ctx, cancel = context.WithCancelCause(t.Context())
	err = await.Write(ctx, path, func(w io.Writer) error {
		defer cancel(cause)
		_, err := io.WriteString(w, "newer")
		return err
	})
	if !errors.Is(err, cause) {
		t.Errorf("stopped at the end: %v", err)
	}
	check()
	err = await.Write(t.Context(), filepath.Join(path, "below"), fill)
	if fault.KindOf(err) != fault.Write {
		t.Errorf("a file below a file: %v", err)
	}
}
