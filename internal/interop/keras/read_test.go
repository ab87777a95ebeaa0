package keras

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
)

// testCase is what a program computed with its model before it saved it.
type testCase struct {
	Note    string            `json:"note"`
	Expect  string            `json:"expect"`
	Inputs  []any             `json:"inputs"`
	Outputs [][]float64       `json:"outputs"`
	Files   map[string]string `json:"files"`
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func cases(t testing.TB, folder string) map[string]testCase {
	t.Helper()
	var all map[string]testCase
	if err := json.Unmarshal(readFile(t, filepath.Join("../testdata", folder, "cases.json")), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// flatten appends the numbers of nested lists in row-major order.
func flatten(x []float64, v any) []float64 {
	switch v := v.(type) {
	case float64:
		return append(x, v)
	case []any:
		for _, one := range v {
			x = flatten(x, one)
		}
	}
	return x
}

// tolerances are how much the outputs of Keras may differ from those in float64. A network that computes in float16 or
// bfloat16 rounds each sum and each activation to 11 or 8 bits; sums here are below 4 and probabilities above 0.01.
var tolerances = map[string]float64{"mixed_float16": 2e-3, "bfloat16": 2e-2}

func readCase(t testing.TB, c testCase, folder, format string) (*chain.Chain, error) {
	path := filepath.Join("../testdata", folder, c.Files[format])
	if format != "weights.h5" {
		return Read(readFile(t, path), path)
	}
	return ReadWeights(readFile(t, path), readFile(t, strings.TrimSuffix(path, ".weights.h5")+".keras"), path)
}

func TestFilesOfKeras(t *testing.T) {
	for _, folder := range []string{"keras", "keras2"} {
		for name, c := range cases(t, folder) {
			for format := range c.Files {
				t.Run(name+"."+format, func(t *testing.T) {
					got, err := readCase(t, c, folder, format)
					if c.Expect == "refuse" {
						if fault.KindOf(err) != fault.Data {
							t.Fatalf("wanted it refused, found %v", err)
						}
						t.Log(err)
						return
					}
					if err != nil {
						t.Fatal(err)
					}
					t.Log(got.Input, got.Bytes, got.Loss, got.Program, strings.Join(got.Notes, "; "))
					tolerance := tolerances[name]
					if tolerance == 0 {
						tolerance = 1e-5
					}
					worst := 0.0
					for i, x := range c.Inputs {
						y := chaintest.Run(got, flatten(nil, x))
						if len(y) != len(c.Outputs[i]) {
							t.Fatalf("%d outputs, wanted %d", len(y), len(c.Outputs[i]))
						}
						for j := range y {
							worst = max(worst, math.Abs(y[j]-c.Outputs[i][j]))
						}
					}
					t.Logf("differs by %.2g", worst)
					if worst > tolerance || math.IsNaN(worst) {
						t.Errorf("outputs differ by %g", worst)
					}
				})
			}
		}
	}
	_ = slices.Sort[[]int]
}
