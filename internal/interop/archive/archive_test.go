package archive_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/archive"
)

type member struct {
	name    string
	method  uint16
	content string
}

// file returns a zip file.
func file(t *testing.T, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.CreateHeader(&zip.FileHeader{Name: m.name, Method: m.method})
		if err == nil {
			_, err = w.Write([]byte(m.content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	want := []member{{"a", zip.Store, "stored"}, {"b/c", zip.Deflate, strings.Repeat("deflated ", 99)}, {"empty", zip.Store, ""}}
	a, err := archive.Open(file(t, want...), "f")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(a.Names()); got != "[a b/c empty]" || !a.Has("a") || a.Has("b") || a.Bytes() != 6+9*99 {
		t.Errorf("names %s, %d bytes", got, a.Bytes())
	}
	for _, m := range want {
		if content, err := a.Read(m.name); err != nil || string(content) != m.content {
			t.Errorf("%s: %q, %v", m.name, content, err)
		}
	}
}

func TestRefuse(t *testing.T) {
	small := file(t, member{"a", zip.Store, "stored"}, member{"b", zip.Deflate, "deflated"})
	change := func(old, with string, n int) []byte {
		changed := strings.Replace(string(small), old, with, n)
		if changed == string(small) {
			t.Fatalf("%q is not there", old)
		}
		return []byte(changed)
	}
	encrypted := bytes.Clone(small)
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "damaged or cut"},
		{"cut", small[:len(small)-1], "damaged or cut"},
		{"twice", file(t, member{"a", zip.Store, ""}, member{"a", zip.Store, ""}), `two members "a"`},
		{"encrypted", encrypted, `the member "a" of the zip file is encrypted`},
		{"a bomb", file(t, member{"a", zip.Deflate, strings.Repeat("\x00", 26<<20)}), "a zip bomb?"},
		{"stored", change("stored", "stared", 1), "checksum error"},
		{"other name", change("a", "x", 1), "its name is another one than the directory says"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := archive.Open(c.file, "f")
			if err == nil {
				_, err = a.Read("a")
			}
			if fault.KindOf(err) != fault.Data || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	a, err := archive.Open(small, "f")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read("z"); fault.KindOf(err) != fault.Data {
		t.Error(err)
	}
}

// TestBombWithin is about a member that is larger than the directory says: it is read no further.
func TestBombWithin(t *testing.T) {
	bomb := file(t, member{"a", zip.Deflate, strings.Repeat("\x00", 8<<20)})
	at := bytes.Index(bomb, []byte("PK\x01\x02"))
	copy(bomb[at+24:], "\x00\x10\x00\x00") // the size: 4096
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := archive.Open(bomb, "f")
	if err == nil {
		_, err = a.Read("a")
	}
	runtime.ReadMemStats(&after)
	if fault.KindOf(err) != fault.Data {
		t.Error(err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes of memory", n)
	}
	if errors.Is(err, zip.ErrChecksum) {
		t.Error("all of it was read")
	}
}
