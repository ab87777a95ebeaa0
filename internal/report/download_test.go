package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestDownloadLines(t *testing.T) {
	var out bytes.Buffer
	clk := newClock()
	d := NewDownload(&out, Screen{}, clk.now)
	d.Start("train-images-idx3-ubyte.gz", 9912422)
	d.Set(5000000)
	clk.advance(1250 * time.Millisecond)
	d.Set(9912422)
	d.Done()
	d.Start("broken.gz", 1000)
	d.Set(999)
	d.Done()
	d.Message("mirror does not answer, trying the next")
	d.Start("unknown-size.gz", 0)
	d.Set(28881)
	d.Done()
	golden(t, "download-lines.golden", out.Bytes())
}

func TestDownloadBar(t *testing.T) {
	for name, screen := range map[string]Screen{
		"plain": {Terminal: true}, "color": {Terminal: true, Color: true},
		"narrow": {Terminal: true, Width: fixedWidth(50)},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			d := NewDownload(&out, screen, nil)
			d.Start("labels.gz", 4542)
			d.Set(2000)
			d.Message("slow mirror")
			d.Set(4542)
			d.Done()
			d.Done() // one too many does nothing
			d.Set(1)
			text := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(out.String(), "")
			if colored := text != out.String(); colored != screen.Color {
				t.Errorf("color: %v, want %v", colored, screen.Color)
			}
			last := text[strings.LastIndexAny(strings.TrimSuffix(text, "\n"), "\r")+1:]
			if !regexp.MustCompile(`^(labels\.gz)? +100% +━{20} +\(4\.5/4\.5 kB, .*/s\)\x1b\[0K\n$`).MatchString(last) {
				t.Errorf("last state: %q", last)
			}
			if !strings.Contains(text, "\r\x1b[Kslow mirror\n\r") {
				t.Errorf("message disturbs the bar: %q", text)
			}
			if named := strings.HasPrefix(text, "labels.gz\n"); named != (name == "narrow") {
				t.Errorf("the name of the file has a line of its own: %v", named)
			}
		})
	}
}

// TestDownloadBarGivenUp checks that no empty line is left where a message ends a file.
func TestDownloadBarGivenUp(t *testing.T) {
	var out bytes.Buffer
	d := NewDownload(&out, Screen{Terminal: true}, nil)
	d.Start("labels.gz", 4542)
	d.Message("connection lost")
	d.Done()
	if !strings.HasSuffix(out.String(), "\r\x1b[Kconnection lost\n") {
		t.Errorf("got %q", out.String())
	}
}

func TestDownloadBarOfUnknownSize(t *testing.T) {
	var out bytes.Buffer
	d := NewDownload(&out, Screen{Terminal: true}, nil)
	d.Start("labels.gz", 0)
	d.Set(2000)
	d.Set(4542)
	d.Done()
	if !strings.Contains(out.String(), "labels.gz (") || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("got %q", out.String())
	}
}

func TestFollowDownload(t *testing.T) {
	var got []string
	progress, end := FollowDownload(&recorder{&got})
	progress("a", 0, 10)
	progress("a", 10, 10)
	progress("b", 5, 0)
	progress("c", 3, 9)
	end()
	end()
	want := "start a, set, set, done, start b, set, done, start c, set, done"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// recorder is a Download that records the calls of its methods.
type recorder struct{ calls *[]string }

func (r *recorder) Start(file string, _ int64) { *r.calls = append(*r.calls, "start "+file) }
func (r *recorder) Set(int64)                  { *r.calls = append(*r.calls, "set") }
func (r *recorder) Done()                      { *r.calls = append(*r.calls, "done") }
func (r *recorder) Message(string)             {}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 4542: "4.5 kB", 28881: "28.9 kB", 9912422: "9.9 MB",
		3e12: "3000.0 GB"} {
		if got := formatSize(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
