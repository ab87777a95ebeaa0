package mlflow

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTogether: of two who send one record, one does, and the server has one run. The other says who.
func TestTogether(t *testing.T) {
	s, h := start(t)
	folder := t.TempDir()
	s.refuse(func(string) bool { return true })
	train(t, h.URL, folder, 2)
	s.refuse(nil)
	sync := func() (lines []string) {
		if err := Sync(t.Context(), folder, none, func(line string) { lines = append(lines, line) }); err != nil {
			t.Error(err)
		}
		return lines
	}
	begun, goOn, first := make(chan bool), make(chan bool), make(chan []string)
	s.refuse(func(request string) bool {
		if request == "/runs/create" {
			begun <- true
			<-goOn
		}
		return false
	})
	go func() { first <- sync() }()
	<-begun
	path := RecordPath(filepath.Join(folder, "model.bin"))
	if second, want := sync(), path+": is being sent: process "; len(second) != 1 || !strings.HasPrefix(second[0], want) {
		t.Errorf("wanted %q, found %q", want, second)
	}
	close(goOn)
	if lines := <-first; len(lines) != 1 || lines[0] != path+": sent" {
		t.Errorf("wanted that it was sent, found %q", lines)
	}
	s.check(t, 2)
	if left, err := filepath.Glob(filepath.Join(folder, ".*")); len(left) > 0 || err != nil {
		t.Errorf("wanted no lock left, found %q, %v", left, err)
	}
}

// TestWalk: a link to a folder is as good as the folder, and one that cannot be read is told and keeps
// nothing else back.
func TestWalk(t *testing.T) {
	s, h := start(t)
	folder := t.TempDir()
	s.refuse(func(string) bool { return true })
	inner := filepath.Join(folder, "b", "c")
	if err := os.MkdirAll(inner, 0o777); err != nil {
		t.Fatal(err)
	}
	train(t, h.URL, inner, 2)
	s.refuse(nil)
	link, closed := filepath.Join(t.TempDir(), "link"), filepath.Join(folder, "a")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(closed, 0); err != nil {
		t.Fatal(err)
	}
	_, unreadable := os.ReadDir(closed)
	var lines []string
	err := Sync(t.Context(), link, none, func(line string) { lines = append(lines, line) })
	if unreadable != nil { // root reads everything
		if want := filepath.Join(link, "a") + ": cannot read"; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("wanted %q, found %v", want, err)
		}
	} else if err != nil {
		t.Error(err)
	}
	if want := RecordPath(filepath.Join(link, "b", "c", "model.bin")) + ": sent"; len(lines) != 1 || lines[0] != want {
		t.Errorf("wanted %q, found %q", want, lines)
	}
	s.check(t, 2)
}

// TestKilled: who is killed while it sends leaves the number of the run, so that there is no second one.
func TestKilled(t *testing.T) {
	s, h := start(t)
	folder := t.TempDir()
	s.refuse(func(string) bool { return true })
	train(t, h.URL, folder, 2)
	var noted string
	s.refuse(func(request string) bool {
		if request == "/runs/log-batch" && noted == "" {
			r, err := readRecord(RecordPath(filepath.Join(folder, "model.bin")))
			if err != nil {
				t.Error(err)
				return false
			}
			noted = r.RunID
		}
		return false
	})
	if err := Sync(t.Context(), folder, none, func(string) {}); err != nil || noted != "abc" {
		t.Errorf("wanted the run abc in the record as soon as the server has made it, found %q, %v", noted, err)
	}
}

// TestUnanswered: a server that was too slow to answer has made the run, which is then taken.
func TestUnanswered(t *testing.T) {
	s, h := start(t)
	s.set(func() { s.silent = true })
	folder := t.TempDir()
	if note := train(t, h.URL, folder, 2); !strings.Contains(note, "504") {
		t.Errorf("wanted a note about the server, found %q", note)
	}
	s.set(func() { s.silent = false })
	if err := Sync(t.Context(), folder, none, func(string) {}); err != nil {
		t.Fatal(err)
	}
	s.check(t, 2)
}
