package download

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dnn/internal/fault"
	"dnn/internal/mnist/mnisttest"
)

const victim = "train-images.gz"

// TestResume has a server that breaks off, or a part that an earlier run left, and checks what is asked for and how.
func TestResume(t *testing.T) {
	gz := newTiny(t).GZ[victim]
	size := len(gz)
	wrong := []byte(strings.Repeat("x", 20))
	answer := func(header, value string, status int, data []byte) func(http.ResponseWriter, int) bool {
		return func(w http.ResponseWriter, _ int) bool {
			w.Header().Set(header, value)
			w.WriteHeader(status)
			_, _ = w.Write(data)
			return true
		}
	}
	for _, c := range []struct {
		name     string
		part     []byte                                    // left by an earlier run
		respond  func(w http.ResponseWriter, nth int) bool // to the nth request for the victim, from 1 on
		requests []string                                  // for the victim
		fails    string                                    // the mirror's reason; "" if it gives the file
	}{
		{"left over", gz[:20], nil, []string{"bytes=20-"}, ""},
		{"left over whole", gz, nil, nil, ""},
		{"left over wrong", wrong, nil, []string{"bytes=20-", ""}, ""},
		{"left over wrong and whole", []byte(strings.Repeat("x", size)), nil, []string{""}, ""},
		{"left over too long", []byte(strings.Repeat("x", size+1)), nil, []string{""}, ""},
		{"cut once", nil, func(w http.ResponseWriter, nth int) bool {
			if nth == 1 {
				breakAfter(w, gz, 10)
			}
			return false
		}, []string{"", "bytes=10-"}, ""},
		{"cut again and again", nil, func(w http.ResponseWriter, nth int) bool {
			if nth > 1 {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", nth-1, size-1, size))
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(gz[nth-1 : nth])
			} else {
				w.Header().Set("Content-Length", fmt.Sprint(size))
				_, _ = w.Write(gz[:1])
			}
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, []string{"", "bytes=1-", "bytes=2-", "bytes=3-", "bytes=4-"},
			fmt.Sprintf("connection broke after 5 of %d bytes: closed by the server", size)},
		{"cut without a byte", nil, func(w http.ResponseWriter, _ int) bool { breakAfter(w, gz, 0); return true },
			[]string{""}, fmt.Sprintf("connection broke after 0 of %d bytes", size)},
		{"Range ignored", gz[:20], answer("X", "", 200, gz), []string{"bytes=20-"}, ""},
		{"Range ignored with a page", gz[:20], answer("X", "", 200, []byte("log in")), []string{"bytes=20-"},
			"wrong size: 6 bytes"},
		{"Range ignored with a page without length", gz[:20], func(w http.ResponseWriter, _ int) bool {
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write([]byte("log in"))
			return true
		}, []string{"bytes=20-"}, `wrong content: it begins with "lo", wanted "\x1f\x8b"`},
		{"Range answered with another", gz[:20], func(w http.ResponseWriter, nth int) bool {
			return nth == 1 && answer("Content-Range", fmt.Sprintf("bytes 0-%d/%d", size-1, size), 206, gz)(w, nth)
		}, []string{"bytes=20-", ""}, ""},
		{"Range refused", gz[:20], func(w http.ResponseWriter, nth int) bool {
			return nth == 1 && answer("Content-Range", "bytes */5", 416, nil)(w, nth)
		}, []string{"bytes=20-", ""}, ""},
		{"Range refused for ever", gz[:20], answer("X", "", 416, nil), []string{"bytes=20-", ""}, "HTTP 416"},
		{"rest too short", gz[:20], answer("Content-Range", "bytes 20-29/30", 206, gz[20:30]), []string{"bytes=20-"},
			"wrong size: 30 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTiny(t)
			n := 0
			srv := serve(t, s.GZ, func(w http.ResponseWriter, _ *http.Request, name string) bool {
				if name != victim || c.respond == nil {
					return false
				}
				n++
				return c.respond(w, n)
			})
			s.Mirrors = []string{srv.URL}
			folder := t.TempDir()
			if c.part != nil {
				mnisttest.WriteFile(t, gzipPart(folder, s.Train.Images), c.part)
			}
			_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv, StallTimeout: time.Minute})
			var got []string
			for _, r := range srv.requests {
				if name, ranges, _ := strings.Cut(r, " "); name == victim {
					got = append(got, ranges)
				}
			}
			if !slices.Equal(got, c.requests) {
				t.Errorf("requests %q, wanted %q", got, c.requests)
			}
			if c.fails != "" {
				wantFault(t, err, fault.Network, c.fails)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s.checkInstalled(t, folder)
		})
	}
}

// TestPartSurvivesBadMirror checks that a mirror with a wrong answer does not cost what another one gave.
func TestPartSurvivesBadMirror(t *testing.T) {
	s := newTiny(t)
	gz := s.GZ[victim]
	page := serve(t, nil, func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		_, _ = w.Write([]byte("log in"))
		return true
	})
	endless := serve(t, nil, func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		_ = http.NewResponseController(w).Flush() // so it does not say how long it is
		_, _ = w.Write([]byte("log in"))
		return true
	})
	gone := serve(t, nil, nil)
	fine := serve(t, s.GZ, nil)
	s.Mirrors = []string{page.URL, endless.URL, gone.URL, fine.URL}
	folder := t.TempDir()
	mnisttest.WriteFile(t, gzipPart(folder, s.Train.Images), gz[:20])
	if _, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv}); err != nil {
		t.Fatal(err)
	}
	if fine.count(victim+" bytes=20-") != 1 {
		t.Errorf("asked for %q", fine.requests)
	}
}

// TestStall has mirrors that fall silent, in a bubble of its own time: before an answer, and in the middle of one.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTiny(t)
		gz := s.GZ[victim]
		var requests []string
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			name := filepath.Base(r.URL.Path)
			requests = append(requests, strings.TrimSpace(r.URL.Host+" "+name+" "+r.Header.Get("Range")))
			silence := silent{r.Context()}
			switch {
			case r.URL.Host == "mute.test":
				_, err := silence.Read(nil)
				return nil, err
			case r.Header.Get("Range") != "":
				head := http.Header{"Content-Range": {fmt.Sprintf("bytes 20-%d/%d", len(gz)-1, len(gz))}}
				return &http.Response{StatusCode: 206, Header: head, ContentLength: int64(len(gz) - 20),
					Body: io.NopCloser(bytes.NewReader(gz[20:]))}, nil
			case name == victim:
				body := io.MultiReader(bytes.NewReader(gz[:20]), silence)
				return &http.Response{StatusCode: 200, ContentLength: int64(len(gz)), Body: io.NopCloser(body)}, nil
			}
			body := io.NopCloser(bytes.NewReader(s.GZ[name]))
			return &http.Response{StatusCode: 200, ContentLength: -1, Body: body}, nil
		})}
		s.Mirrors = []string{"http://mute.test", "http://halting.test"}
		folder := t.TempDir()
		var l log
		_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Client: client, Env: noEnv,
			Progress: l.progress()})
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s: mute.test: no byte for 15s, trying halting.test\n"+
			"%s: halting.test: connection broke after 20 of %d bytes: stalled, less than 1024 bytes a second for 15s, going on",
			victim, victim, len(gz))
		if l.text() != want {
			t.Errorf("messages %q, wanted %q", l.text(), want)
		}
		all := []string{"mute.test " + victim, "halting.test " + victim, "halting.test " + victim + " bytes=20-"}
		if !slices.Equal(requests[:3], all) || len(requests) != 6 {
			t.Errorf("asked for %q", requests)
		}
		s.checkInstalled(t, folder)
	})
}

// silent gives nothing until its context ends.
type silent struct{ ctx context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// TestSlow has mirrors that are slow but never silent for long, in a bubble of their own time: one is fast enough, one
// is not.
func TestSlow(t *testing.T) {
	for _, c := range []struct {
		bytes   int // in ten seconds
		seconds float64
		want    string // "": all came
	}{
		{15 << 10, 60, ""},
		{10, 30, "connection broke after 20 of 86016 bytes: stalled, less than 1024 bytes a second for 15s"},
		{8 << 10, 30, "connection broke after 16384 of 86016 bytes: stalled, less than 1024 bytes a second for 15s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			const size = 84 << 10
			client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				var from int
				status, head := 200, http.Header{}
				if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
					status = 206
					head.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, size-1, size))
				}
				body := &drip{r.Context(), bytes.NewReader(make([]byte, size-from)), c.bytes}
				return &http.Response{StatusCode: status, Header: head, ContentLength: int64(size - from),
					Body: io.NopCloser(body)}, nil
			})}
			tr := transfer{client: client, stall: 15 * time.Second}
			u := &url.URL{Scheme: "http", Host: "slow.test"}
			begun := time.Now()
			err := tr.fetch(t.Context(), remote{url: u, label: "a", part: filepath.Join(t.TempDir(), "a.part"),
				size: size})
			_, unreachable := errors.AsType[unreachableError](err)
			if text := fmt.Sprint(err); c.want == "" && err != nil || c.want != "" && (text != c.want || !unreachable) {
				t.Errorf("%d bytes in 10 s: %v", c.bytes, err)
			}
			if took := time.Since(begun).Seconds(); took != c.seconds {
				t.Errorf("%d bytes in 10 s: ended after %v s, wanted %v", c.bytes, took, c.seconds)
			}
		})
	}
}

// TestDripEndsMirror: a mirror that is too slow twice is not asked for the other files.
func TestDripEndsMirror(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTiny(t)
		asked := map[string]int{}
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked[r.URL.Host]++
			gz := s.GZ[filepath.Base(r.URL.Path)]
			var body io.Reader = bytes.NewReader(gz)
			if r.URL.Host == "drip.test" {
				body = &drip{r.Context(), bytes.NewReader(gz), 1}
			}
			return &http.Response{StatusCode: 200, ContentLength: int64(len(gz)), Body: io.NopCloser(body)}, nil
		})}
		s.Mirrors = []string{"http://drip.test", "http://good.test"}
		folder := t.TempDir()
		var l log
		_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Client: client, Env: noEnv,
			Progress: l.progress()})
		if err != nil {
			t.Fatal(err)
		}
		if asked["drip.test"] != 2 || asked["good.test"] != 4 || strings.Count(l.text(), "\n") != 1 {
			t.Errorf("asked %v, messages %q", asked, l.text())
		}
		s.checkInstalled(t, folder)
	})
}

// drip gives some bytes every ten seconds.
type drip struct {
	ctx   context.Context
	r     *bytes.Reader
	bytes int
}

func (d *drip) Read(p []byte) (int, error) {
	if d.r.Len() == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(10 * time.Second):
		return d.r.Read(p[:min(len(p), d.bytes)])
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
}

// TestUnpackCannotWrite has a folder that is not there any more.
func TestUnpackCannotWrite(t *testing.T) {
	s := newTiny(t)
	path := t.TempDir() + "/gone/train-images"
	f, err := os.Open(s.InstallGZ(t) + "/" + victim)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	wantFault(t, unpack(s.Train.Images, f, path), fault.Write, path)
}
