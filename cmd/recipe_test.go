package cmd_test

import (
	"crypto/sha256"
	"fmt"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dnn/internal/nn/kernel"
)

// TestRecipe runs the course's recipe on all of MNIST, from end to end. configs/mlp.yaml must reach what it promises,
// and train, eval, summary and the files must agree.
func TestRecipe(t *testing.T) {
	if testing.Short() {
		t.Skip("trains ten epochs on all of MNIST")
	}
	env := map[string]string{"DNN_DATA_DIR": needMNIST(t)}
	model := filepath.Join(t.TempDir(), "model.bin")

	trained := runDNN(t, env, "train", "--config", "../configs/mlp.yaml", "-o", model)
	line := lastLine(trained)
	var loss, accuracy float64
	if _, err := fmt.Sscanf(line, "Test Loss and Accuracy -> [%g, %g]", &loss, &accuracy); err != nil {
		t.Fatalf("last line of training: %q: %v", line, err)
	}
	// Keras's mean over 20 seeds is 0.0911 and 0.9739; these bounds are four standard deviations or more away.
	if accuracy < 0.970 || accuracy > 0.981 {
		t.Errorf("test accuracy %v, wanted 0.970 to 0.981", accuracy)
	}
	if loss >= 0.105 {
		t.Errorf("test loss %v, wanted less than 0.105", loss)
	}

	checkSameBytes(t, env, trained, model)

	if got := lastLine(runDNN(t, env, "eval", model)); got != line {
		t.Errorf("eval says %q, training said %q", got, line)
	}
	table := runDNN(t, env, "summary", model)
	for _, count := range []string{"78,500", "5,050", "510", "Total params: 84,060 "} {
		if !strings.Contains(table, count) {
			t.Errorf("the summary lacks %q:\n%s", count, table)
		}
	}
	if !strings.HasPrefix(trained, table) {
		t.Errorf("training began with another summary than that of its model:\n%s", trained)
	}
	checkValidation(t, env, model)
	checkHistory(t, strings.TrimSuffix(model, ".bin")+".history.csv", 10)
	checkPNG(t, strings.TrimSuffix(model, ".bin")+".history.png")
}

// recipeModel is the SHA-256 of the model.bin that the recipe gives on every machine. It changes with the version, and
// with any change of the arithmetic, which must then be intended.
const recipeModel = "0e888dfc0baea8340b85f30ad8a6679e4368a395a2f956abe5499de7ae505e3d"

// checkSameBytes checks that every set of kernels gives the recipe's known model.
func checkSameBytes(t *testing.T, env map[string]string, trained, model string) {
	t.Helper()
	if got := digest(t, model); got != recipeModel {
		t.Errorf("SHA-256 of the model: %s, wanted %s\n%s", got, recipeModel, trained)
	}
	for _, set := range kernel.Available() {
		if set.Name == "generic" {
			continue // minutes of emulated arithmetic: TestSameSeedSameModel compares it on a smaller network
		}
		other := filepath.Join(t.TempDir(), set.Name+".bin")
		with := maps.Clone(env)
		with["DNN_SIMD"] = set.Name
		runDNN(t, with, "train", "--quiet", "--threads", "3", "-o", other)
		if got := digest(t, other); got != recipeModel {
			t.Errorf("SHA-256 of the model with %s: %s, wanted %s", set.Name, got, recipeModel)
		}
	}
}

// digest returns the SHA-256 of a file, in hex.
func digest(t *testing.T, path string) string {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(file))
}

// checkValidation checks that eval gives for the validation data the result of the last epoch of the training.
func checkValidation(t *testing.T, env map[string]string, model string) {
	t.Helper()
	line := lastLine(runDNN(t, env, "eval", model, "--split", "validation"))
	var loss, accuracy float64
	if _, err := fmt.Sscanf(line, "Test Loss and Accuracy -> [%g, %g]", &loss, &accuracy); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	history, err := os.ReadFile(strings.TrimSuffix(model, ".bin") + ".history.csv")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(",%v,%v,0.001", loss, accuracy); !strings.HasSuffix(lastLine(string(history)), want) {
		t.Errorf("eval finds %v and %v, the last epoch was %s", loss, accuracy, lastLine(string(history)))
	}
}

// checkHistory checks that the history has a header and a complete line for each epoch.
func checkHistory(t *testing.T, path string, epochs int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != 1+epochs {
		t.Fatalf("%d lines, wanted a header and %d:\n%s", len(lines), epochs, text)
	}
	for i, line := range lines[1:] {
		whole := regexp.MustCompile(fmt.Sprintf(`^%d(,[0-9.e-]+){6}$`, i+1))
		if !whole.MatchString(line) {
			t.Errorf("epoch %d: %q", i+1, line)
		}
	}
}

func checkPNG(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X < 400 || size.Y < 200 {
		t.Errorf("the curves are %v pixels, too small to read", size)
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
