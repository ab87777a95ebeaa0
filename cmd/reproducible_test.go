package cmd_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"dnn/internal/nn/kernel"
)

// TestSameSeedSameModel trains one network with different numbers of threads, twice with the same, and with each set of
// kernels that this machine has. The model files are equal to the last byte. The widths are no multiples of a tile.
func TestSameSeedSameModel(t *testing.T) {
	if testing.Short() {
		t.Skip("trains the same network again and again")
	}
	root := needMNIST(t)
	type run struct{ threads, simd string }
	runs := []run{{"1", ""}, {"2", ""}, {"3", ""}, {"7", ""}, {"7", ""}, {"1", ""}}
	for _, s := range kernel.Available() {
		runs = append(runs, run{"2", s.Name})
	}
	var first []byte
	for i, r := range runs {
		t.Run(fmt.Sprintf("%d threads=%s simd=%s", i, r.threads, r.simd), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.bin")
			env := map[string]string{"DNN_DATA_DIR": root, "DNN_SIMD": r.simd}
			runDNN(t, env, "train", "--quiet", "--layers", "33,17", "--epochs", "1", "--batch-size", "97",
				"--validation-split", "0.8", "--threads", r.threads, "-o", path)
			model, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = model
			}
			if !bytes.Equal(model, first) {
				t.Error("the model is not that of the first run")
			}
		})
	}
}
