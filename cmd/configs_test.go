package cmd_test

import (
	"path/filepath"
	"testing"
)

// TestConfigs checks that each experiment in configs/ is valid when run from the root of the project, also without any
// data set or teacher.
func TestConfigs(t *testing.T) {
	t.Chdir("..")
	files, err := filepath.Glob("configs/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %v, %v", files, err)
	}
	runDNN(t, map[string]string{"DNN_DATA_DIR": t.TempDir()}, append([]string{"config", "validate"}, files...)...)
}
