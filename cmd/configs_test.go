package cmd_test

import (
	"path/filepath"
	"testing"
)

// TestConfigs wants each example in configs/ to be valid as seen from the project's root, where they are run, whether
// or not there is any data set or teacher.
func TestConfigs(t *testing.T) {
	t.Chdir("..")
	files, err := filepath.Glob("configs/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %v, %v", files, err)
	}
	runDNN(t, map[string]string{"DNN_DATA_DIR": t.TempDir()}, append([]string{"config", "validate"}, files...)...)
}
