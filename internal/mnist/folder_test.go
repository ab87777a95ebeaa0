package mnist

import (
	"path/filepath"
	"runtime"
	"testing"

	"dnn/internal/fault"
)

func TestFolder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the cache folder's rules differ")
	}
	type vars map[string]string
	s, _ := Lookup("mnist")
	for _, c := range []struct {
		name, dataDir string
		vars          vars
		want          string // "" for an error
	}{
		{"flag", "/d", vars{"DNN_DATA_DIR": "/e", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/d/mnist"},
		{"relative flag", "data", nil, "data/mnist"},
		{"variable", "", vars{"DNN_DATA_DIR": "/e", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/e/mnist"},
		{"XDG", "", vars{"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/dnn/mnist"},
		{"home", "", vars{"DNN_DATA_DIR": "", "XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/dnn/mnist"},
		{"relative XDG", "", vars{"XDG_CACHE_HOME": "x", "HOME": "/h"}, ""},
		{"nothing", "", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := s.Folder(c.dataDir, func(k string) (string, bool) { v, ok := c.vars[k]; return v, ok })
			if c.want == "" {
				wantFault(t, err, fault.Write)
				return
			}
			if err != nil || got != filepath.FromSlash(c.want) {
				t.Errorf("got %q, %v, wanted %q", got, err, c.want)
			}
		})
	}
}
