package download

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dnn/internal/fault"
	"dnn/internal/mnist/mnisttest"
)

// TestDownloadTwice starts two downloads at once: the second waits for the first, which waits for the second to say so.
func TestDownloadTwice(t *testing.T) {
	s := newTiny(t)
	waiting, asked := make(chan struct{}), make(chan struct{})
	srv := serve(t, s.GZ, func(_ http.ResponseWriter, _ *http.Request, name string) bool {
		if name == "train-images.gz" {
			close(asked)
			<-waiting
		}
		return false
	})
	s.Mirrors = []string{srv.URL}
	folder := t.TempDir()
	first := make(chan error)
	go func() {
		_, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv, StallTimeout: time.Minute})
		first <- err
	}()
	<-asked
	said := 0
	r, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Env: noEnv,
		Progress: Progress{Message: func(text string) {
			if said++; said > 1 || text != "waiting for another process that downloads into "+folder {
				t.Errorf("message %d: %q", said, text)
				return
			}
			close(waiting)
		}}})
	if err != nil || r.Downloaded != nil || len(r.Present) != 4 {
		t.Errorf("second: %+v, %v", r, err)
	}
	if err := <-first; err != nil {
		t.Errorf("first: %v", err)
	}
	if n := srv.count(""); n != 4 {
		t.Errorf("%d requests, wanted 4", n)
	}
	s.checkInstalled(t, folder)
}

func TestDownloadLocked(t *testing.T) {
	s := newTiny(t)
	folder := t.TempDir()
	unlock, err := lockFolder(t.Context(), folder, Progress{})
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	_, err = Files(late, Options{Set: s.Set, Folder: folder, Env: noEnv})
	wantFault(t, err, fault.Locked, ".lock: another process holds the lock")

	stop, cancelStop := context.WithCancel(t.Context())
	cancelStop()
	_, err = Files(stop, Options{Set: s.Set, Folder: folder, Env: noEnv})
	wantFault(t, err, fault.Interrupted)
}

// TestDownloadRemovesRemnants wants what a killed download left half-written to go, and nothing else.
func TestDownloadRemovesRemnants(t *testing.T) {
	s := newTiny(t)
	srv := serve(t, s.GZ, nil)
	folder := t.TempDir()
	mnisttest.WriteFile(t, filepath.Join(folder, ".train-images.0123abcd.tmp"), []byte("half"))
	mnisttest.WriteFile(t, filepath.Join(folder, ".mine.0123abcd.tmp"), []byte("of another program"))
	if _, err := Files(t.Context(), Options{Set: s.Set, Folder: folder, Mirror: srv.URL, Env: noEnv}); err != nil {
		t.Fatal(err)
	}
	got := mnisttest.List(t, folder)
	if slices.Contains(got, ".train-images.0123abcd.tmp") || !slices.Contains(got, ".mine.0123abcd.tmp") {
		t.Errorf("the folder holds %q", got)
	}
}
