package interop_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop"
)

// TestDamaged cuts the files of other programs, and flips bits of them, at random places: whatever comes of it goes through
// the choice of the format, its reader, the network and the experiment. The result is a fault about the data that a
// person can read, or a network: formats without a checksum cannot tell a flipped bit of a weight. The readers' own tests
// try all places, and compare the numbers where there is a checksum.
func TestDamaged(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*.*")
	if err != nil || len(files) < 60 {
		t.Fatalf("wanted files, found %d: %v", len(files), err)
	}
	like := unsaid(t, "net")
	r := rand.New(rand.NewPCG(3, 4))
	path := filepath.Join(t.TempDir(), "damaged")
	for _, f := range files {
		whole, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if len(whole) > 64<<10 || strings.HasSuffix(f, ".json") {
			continue
		}
		for try := range 24 {
			damaged := bytes.Clone(whole)
			switch at := r.IntN(len(whole)); {
			case try < 8:
				damaged = damaged[:at]
			case try < 16: // where formats have most of what they say
				damaged[at%min(len(whole), 512)] ^= 1 << r.IntN(8)
			default:
				damaged[len(whole)-1-at%min(len(whole), 2048)] ^= 1 << r.IntN(8)
			}
			if err := os.WriteFile(path, damaged, 0o666); err != nil {
				t.Fatal(err)
			}
			o := interop.Options{}
			if try%2 == 0 {
				o.Like = like
			}
			m, _, err := interop.Read(path, o)
			if err == nil {
				err = m.Check()
				if err != nil {
					t.Errorf("%s, try %d: a network that is none: %v", f, try, err)
				}
				continue
			}
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Kind != fault.Data || len(e.Error()) > 400+len(path) {
				t.Errorf("%s, try %d: wanted a short fault about the data, found %v", f, try, err)
			}
		}
	}
}
