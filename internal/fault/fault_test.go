package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
)

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  *Error
		want string
	}{
		{New(Config, "mlp.yaml:3:1", "wanted at least %d, found %d", 1, 0), "mlp.yaml:3:1: wanted at least 1, found 0"},
		{New(Usage, "", "unknown command"), "unknown command"},
		{New(Write, "model.bin", "%w", fs.ErrPermission), "model.bin: permission denied"},
		{New(Data, "a", "100%% zeros"), "a: 100% zeros"},
		{New(Data, "a", "b").WithHint("try %s", "c"), "a: b"}, // the hint is a line of its own
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestCause(t *testing.T) {
	err := New(Data, "model.bin", "cannot read: %w", fs.ErrNotExist)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
	if err := New(Data, "model.bin", "cannot read: %v", fs.ErrNotExist); errors.Is(err, fs.ErrNotExist) || err.Err != nil {
		t.Error("a text that is no cause became one")
	}
}

func TestHint(t *testing.T) {
	err := New(Data, "a", "b")
	if err.Hint != "" {
		t.Errorf("hint %q before there is one", err.Hint)
	}
	if same := err.WithHint("%d%%", 5); same != err || err.Hint != "5%" {
		t.Errorf("hint %q, the same error: %t", err.Hint, same == err)
	}
}

func TestKindOf(t *testing.T) {
	inner := New(Network, "mirror", "no answer")
	for _, c := range []struct {
		name string
		err  error
		want Kind
	}{
		{"a fault", inner, Network},
		{"a wrapped fault", fmt.Errorf("outer: %w", inner), Network},
		{"a fault around a fault", New(Write, "file", "%w", inner), Write},
		{"joined", errors.Join(errors.New("plain"), inner), Network},
		{"a plain error", errors.New("plain"), Bug},
		{"no error", nil, Bug},
	} {
		if got := KindOf(c.err); got != c.want {
			t.Errorf("%s: kind %d, want %d", c.name, got, c.want)
		}
	}
}

// Scripts rely on these numbers.
func TestExitStatuses(t *testing.T) {
	for kind, want := range map[Kind]int{
		BelowMinimum: 1, Usage: 2, Config: 3, Data: 4, Write: 5, Network: 6, Resources: 7, Locked: 8,
		Diverged: 9, Bug: 70, Interrupted: 130, Terminated: 143,
	} {
		if int(kind) != want {
			t.Errorf("status %d, want %d", kind, want)
		}
	}
}

func TestEach(t *testing.T) {
	a, b, c := New(Data, "a", "broken"), errors.New("b"), New(Config, "c", "wrong: %w", errors.Join(errors.New("d"), errors.New("e")))
	for _, test := range []struct {
		err  error
		want []error
	}{
		{nil, []error{nil}},
		{a, []error{a}},
		{c, []error{c}}, // its cause is part of it
		{errors.Join(a, errors.Join(b, c)), []error{a, b, c}},
	} {
		if found := Each(test.err); !slices.Equal(found, test.want) {
			t.Errorf("Each(%v): %v, wanted %v", test.err, found, test.want)
		}
	}
}

func TestHintMissing(t *testing.T) {
	missing := New(Data, "a", "%w", fs.ErrNotExist).WithHint("old")
	if err := HintMissing(fmt.Errorf("wrapped: %w", missing), "new %d", 1); !errors.Is(err, missing) || missing.Hint != "new 1" {
		t.Errorf("%v, hint %q", err, missing.Hint)
	}
	other := New(Data, "a", "b").WithHint("old")
	if err := HintMissing(other, "new"); !errors.Is(err, other) || other.Hint != "old" {
		t.Errorf("%v, hint %q", err, other.Hint)
	}
	for _, err := range []error{nil, fs.ErrNotExist} {
		if got := HintMissing(err, "new"); !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
}
