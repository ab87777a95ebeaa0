package report

import (
	"bytes"
	"testing"
	"time"
)

func TestLive(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	l := Live{W: &out, Screen: Screen{Terminal: true, Width: func() int { return 9 }}, Now: func() time.Time { return now }}
	if !l.Due() {
		t.Error("the first drawing is due at once")
	}
	l.Draw([]string{"one", "longer than the screen"})
	if l.Due() {
		t.Error("the next one is due at once, too")
	}
	now = now.Add(redrawPeriod)
	if !l.Due() {
		t.Error("the next one is never due")
	}
	l.Draw([]string{"two\n"})
	l.Clear()
	l.Clear()
	want := "one\nlonger t\n" + "\r\x1b[2A\x1b[J" + "two\n" + "\r\x1b[1A\x1b[J"
	if out.String() != want {
		t.Errorf("found %q, wanted %q", &out, want)
	}
	out.Reset()
	l.Screen.Terminal = false
	l.Draw([]string{"three"})
	l.Clear()
	if out.Len() > 0 || l.Due() {
		t.Errorf("no terminal: %q", &out)
	}
	if v := Value(0.09124); v != "0.0912" {
		t.Error(v)
	}
}

func TestLeft(t *testing.T) {
	for left, want := range map[time.Duration]string{
		12 * time.Second: "12s", 200 * time.Second: "3:20", 5 * time.Hour: "5:00:00", 24 * time.Hour: "1d 0h",
		(27*60 + 59) * time.Minute: "1d 3h", 100 * 24 * time.Hour: "100d 0h",
	} {
		if got := Left(left); got != want {
			t.Errorf("%v: found %q, wanted %q", left, got, want)
		}
	}
}

// TestLiveFit: what does not fit is left out as a whole.
func TestLiveFit(t *testing.T) {
	for width, want := range map[int]string{
		80: "point 3, loss 0.1, layers=[5]", 30: "point 3, loss 0.1, layers=[5]", 29: "point 3, loss 0.1, …",
		21: "point 3, loss 0.1, …", 20: "point 3, …", 5: "point 3, …",
	} {
		l := Live{Screen: Screen{Terminal: true, Width: func() int { return width }}}
		if got := l.Fit("point 3", "loss 0.1", "layers=[5]"); got != want {
			t.Errorf("%d columns: found %q, wanted %q", width, got, want)
		}
	}
	l := Live{Screen: Screen{Terminal: true, Width: func() int { return 21 }}}
	if got, want := l.Fit("point 3", "learning_rate=1", "seed 2"), "point 3, seed 2, …"; got != want {
		t.Errorf("found %q, wanted %q", got, want)
	}
	if l := (Live{Screen: Screen{Width: func() int { return 3 }}}); l.Fit("alone") != "alone" {
		t.Error("one part is cut by Draw")
	}
}
