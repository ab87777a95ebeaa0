package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSame(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link": "a", "dangling": "none", "here": "."} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Link("a", "hard"); err != nil {
		t.Skip(err)
	}
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"a", "./a", true},
		{"a", filepath.Join(folder, "a"), true},
		{"a", "link", true},
		{"a", "hard", true},
		{"a", "here/a", true},
		{"a", "b", false},
		{"a", "none", false},
		{"none", "dangling", true}, // neither is there yet
		{"none", "here/none", true},
		{"none", "other", false},
		{"none", "NONE", ignoresCase(folder)},
	} {
		if Same(test.a, test.b) != test.same || Same(test.b, test.a) != test.same {
			t.Errorf("%s and %s: wanted %v", test.a, test.b, test.same)
		}
	}
}
