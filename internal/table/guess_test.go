package table

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
)

func TestGuess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	for _, c := range []struct {
		text, target string
		noHeader     bool
		ignore       []string
		wrong        string
	}{
		{"label,p0,p1,p2,p3\n1,0,9,2,4\n", "label", false, nil, ""},
		{"p0,p1,p2,p3,digit\n0,9,2,4,1\n", "digit", false, nil, ""},
		{"Id,Class,p0,p1,p2,p3\n7,1,0,9,2,4\n", "Class", false, []string{"Id"}, ""},
		{"1,0,9,2,4\n", "0", true, nil, ""},
		{"0,9,2,4,x\n", "4", true, nil, ""},
		{"p0,p1,p2,p3\n0,9,2,4\n", "", false, nil, "t.csv:1:1: wanted a column of classes called label, besides 2 x 2 pixels"},
		{"a,b,p0,p1,p2,p3\n7,1,0,9,2,4\n", "", false, nil, "wanted a column of classes called label"},
		{"label,p0,p1\n1,0,9\n", "", false, nil, "has 3 columns, wanted 4"},
		{"", "", false, nil, "is empty"},
		{"\x1f\x8b", "", false, nil, "found gzip"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Guess(path, 2, 2)
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) || fault.KindOf(err) != fault.Data {
				t.Errorf("%q: %v, wanted %s", c.text, err, c.wrong)
			}
			continue
		}
		if err != nil || got.Target != c.target || got.NoHeader != c.noHeader || !slices.Equal(got.Ignore, c.ignore) {
			t.Errorf("%q: %+v, %v", c.text, got, err)
		}
	}
	if _, err := Guess(path+"x", 2, 2); fault.KindOf(err) != fault.Data {
		t.Errorf("a file that is not there: %v", err)
	}
}
