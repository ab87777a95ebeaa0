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
	if v, left := Value(0.09124), Left(200*time.Second); v != "0.0912" || left != "3:20" {
		t.Error(v, left)
	}
}
