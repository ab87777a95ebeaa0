package mnist

import (
	"encoding/hex"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	for _, name := range Names() {
		s, ok := Lookup(name)
		if !ok || s.Name != name {
			t.Errorf("Lookup(%q) = %q, %v", name, s.Name, ok)
		}
		if len(s.Classes) == 0 || s.Title == "" {
			t.Errorf("%s has no classes or no title", name)
		}
		seen := map[string]bool{}
		for _, f := range s.Files() {
			if seen[f.Name] {
				t.Errorf("%s: %s twice", name, f.Name)
			}
			seen[f.Name] = true
			if b, err := hex.DecodeString(f.SHA256); err != nil || len(b) != 32 {
				t.Errorf("%s: SHA-256 %q", f.Name, f.SHA256)
			}
			if b, err := hex.DecodeString(f.GzipMD5); err != nil || len(b) != 16 {
				t.Errorf("%s: MD5 %q", f.Name, f.GzipMD5)
			}
			if f == s.Train.Images || f == s.Test.Images {
				if (f.Bytes-16)%int64(s.Features()) != 0 {
					t.Errorf("%s: %d bytes are no whole images", f.Name, f.Bytes)
				}
			}
			if f.Bytes <= f.GzipBytes || f.GzipBytes <= 0 {
				t.Errorf("%s: %d bytes, compressed %d", f.Name, f.Bytes, f.GzipBytes)
			}
		}
	}
	if _, ok := Lookup("cifar"); ok {
		t.Error("Lookup knows cifar")
	}
}

// TestHash pins the hashes that model files carry.
func TestHash(t *testing.T) {
	for name, want := range map[string]string{
		"mnist":         "d0a3eec1f5a454401d758fdbf15b9b0163a7034963586d671960c180b97e2c1a",
		"fashion-mnist": "5cf0562c46b89a77940b86f40a9a4325e7bed59d53ec555c4d14f0bed41ca53a",
	} {
		s, _ := Lookup(name)
		if got := s.hash(); got != want {
			t.Errorf("%s: Hash() = %s, wanted %s", name, got, want)
		}
	}
}

// TestHashIsSha256sum checks what the comment promises: anyone can compute the hash in a shell.
func TestHashIsSha256sum(t *testing.T) {
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Skip("no sha256sum here")
	}
	s := newTiny(t)
	cmd := exec.Command("sh", "-c", "sha256sum train-images train-labels test-images test-labels | sha256sum")
	cmd.Dir, cmd.Env = s.Install(t), os.Environ()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want, _, _ := strings.Cut(string(out), " "); s.hash() != want {
		t.Errorf("Hash() = %s, sha256sum says %s", s.hash(), want)
	}
}
