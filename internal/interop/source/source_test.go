package source

import (
	"bytes"
	"fmt"
	"go/format"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/chain/chaintest"
	"dnn/internal/interop/inference"
	"dnn/internal/nn"
)

// Every program prints a line for each input of each example: the class, and the outputs.

func TestGo(t *testing.T) {
	program := tool(t, "go")
	dir := t.TempDir()
	write := func(path string, text []byte) { writeFile(t, filepath.Join(dir, path), text) }
	var imports, calls strings.Builder
	all := examples(t)
	for _, e := range all {
		code := generate(t, WriteGo, e)
		if formatted, err := format.Source(code); err != nil {
			t.Errorf("%s: %v", e.name, err)
		} else if !bytes.Equal(code, formatted) {
			t.Errorf("%s: gofmt would change it", e.name)
		}
		write(filepath.Join(e.name, e.name+".go"), code)
		fmt.Fprintf(&imports, "\t%q\n", "try/"+e.name)
		v := viewOf(t, e)
		for _, x := range e.inputs {
			fmt.Fprintf(&calls, "\t{\n\t\tx := [%s.Inputs]%s{%s}\n", e.name, v.Type(), numbersOf(x))
			if v.IsValue() {
				fmt.Fprintf(&calls, "\t\tfmt.Println(0, %s.Predict(&x))\n\t}\n", e.name)
			} else {
				fmt.Fprintf(&calls, "\t\tc, y := %[1]s.Predict(&x)\n\t\t_ = %[1]s.Classes[c]\n\t\tshow(c, y[:])\n\t}\n", e.name)
			}
		}
	}
	write("go.mod", []byte("module try\n\ngo 1.21\n"))
	write("main.go", []byte("package main\n\nimport (\n\t\"fmt\"\n"+imports.String()+`)

func show(class int, y []float32) {
	fmt.Print(class)
	for _, v := range y {
		fmt.Print(" ", v)
	}
	fmt.Println()
}

func main() {
`+calls.String()+"}\n"))
	run(t, dir, program, "vet", "./...")
	compare(t, all, run(t, dir, program, "run", "."))
}

func TestC(t *testing.T) {
	strict := []string{"-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow"}
	all := examples(t)
	for _, c := range []struct {
		name, compiler string
		flags          []string
		header         bool
	}{
		{"header, gcc", "gcc", []string{"-std=c99"}, true},
		{"file, gcc", "gcc", []string{"-std=c99", "-Wmissing-prototypes"}, false},
		{"header, clang", "clang", []string{"-std=c99"}, true},
		{"file, clang", "clang", []string{"-std=c99", "-Wmissing-prototypes"}, false},
		{"header, g++", "g++", []string{"-std=c++17", "-x", "c++"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name != "header, gcc" {
				t.Skip("-short: one compiler is enough")
			}
			compiler := tool(t, c.compiler)
			dir := t.TempDir()
			arguments := append(append([]string{"-o", "try"}, strict...), c.flags...)
			arguments = append(arguments, "main.c")
			var main, calls strings.Builder
			for _, e := range all {
				if c.header {
					writeFile(t, filepath.Join(dir, e.name+".h"), generate(t, WriteHeader, e))
					fmt.Fprintf(&main, "#include \"%[1]s.h\"\n#include \"%[1]s.h\"\n", e.name)
				} else {
					code := generate(t, WriteC, e)
					writeFile(t, filepath.Join(dir, e.name+".c"), code)
					arguments = append(arguments, e.name+".c")
					declarations, _, ok := strings.Cut(string(code), "}\n#endif\n")
					if !ok {
						t.Fatalf("%s: found no declarations", e.name)
					}
					main.WriteString(declarations + "}\n#endif\n")
				}
				callC(t, &calls, e)
			}
			writeFile(t, filepath.Join(dir, "main.c"), []byte("#include <stdio.h>\n"+main.String()+
				"int main(void)\n{\n"+calls.String()+"\treturn 0;\n}\n"))
			run(t, dir, compiler, append(arguments, "-lm")...)
			compare(t, all, run(t, dir, filepath.Join(dir, "try")))
		})
	}
}

// callC writes statements that print what an example's inputs give.
func callC(t *testing.T, w io.Writer, e example) {
	t.Helper()
	v := viewOf(t, e)
	for _, x := range e.inputs {
		text := numbersOf(x)
		if v.TypeC() == "float" {
			var exact []float32
			for _, y := range x {
				exact = append(exact, float32(y))
			}
			text = hexFloats(exact)
		}
		fmt.Fprintf(w, "\t{\n\t\tconst %s x[] = {%s};\n", v.TypeC(), text)
		if v.IsValue() {
			fmt.Fprintf(w, "\t\tprintf(\"0 %%.9g\\n\", (double)%s_predict(x));\n\t}\n", e.name)
			continue
		}
		fmt.Fprintf(w, "\t\tfloat y[%[2]s_OUTPUTS];\n\t\tconst int c = %[1]s_predict(x, y);\n\t\tif (%[1]s_classes[c] == NULL)\n"+
			"\t\t\treturn 1;\n\t\tprintf(\"%%d\", c);\n\t\tfor (int i = 0; i < %[2]s_OUTPUTS; i++)\n"+
			"\t\t\tprintf(\" %%.9g\", (double)y[i]);\n\t\tputs(\"\");\n\t}\n", e.name, strings.ToUpper(e.name))
	}
}

// compare compares the lines that a program printed with what the chains mean.
func compare(t *testing.T, all []example, output string) {
	t.Helper()
	printed := strings.Split(strings.TrimSpace(output), "\n")
	for _, e := range all {
		n, err := inference.Of(e.chain)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range e.inputs {
			if len(printed) == 0 {
				t.Fatalf("%s: no line is left", e.name)
			}
			fields := strings.Fields(printed[0])
			printed = printed[1:]
			wanted := chaintest.Run(e.chain, x)
			if len(fields) != 1+len(wanted) {
				t.Fatalf("%s, input %d: wanted %d outputs, found %v", e.name, i, len(wanted), fields)
			}
			for j, y := range wanted {
				got, err := strconv.ParseFloat(fields[1+j], 64)
				if err != nil || !(math.Abs(got-y) <= 4e-6*math.Max(1, math.Abs(y))) && got != float64(float32(y)) {
					t.Errorf("%s, input %d, output %d: wanted %v, found %v", e.name, i, j, y, got)
				}
			}
			if class := strconv.Itoa(classOf(n, wanted)); fields[0] != class {
				t.Errorf("%s, input %d: wanted class %s of %v, found %s", e.name, i, class, wanted, fields[0])
			}
		}
	}
	if len(printed) != 0 {
		t.Errorf("%d lines are left", len(printed))
	}
}

func classOf(n *inference.Network, y []float64) int {
	class := 0
	switch n.Answer {
	case inference.Threshold:
		if y[0] > 0.5 {
			class = 1
		}
	case inference.Largest:
		for i, v := range y {
			if v > y[class] {
				class = i
			}
		}
	}
	return class
}

// The formulas are those of all activations that work value by value.
func TestFormulas(t *testing.T) {
	names := map[string]bool{"linear": true, "softmax": true}
	for _, f := range formulas() {
		names[f.name] = true
	}
	for _, name := range nn.Activations() {
		if !names[name] {
			t.Errorf("%s has no formula", name)
		}
		delete(names, name)
	}
	if len(names) != 0 {
		t.Errorf("not activations: %v", names)
	}
}

func TestSameBytes(t *testing.T) {
	e := examples(t)[0]
	for _, w := range []func(io.Writer, *chain.Chain, string) error{WriteGo, WriteC, WriteHeader} {
		if !bytes.Equal(generate(t, w, e), generate(t, w, e)) {
			t.Error("two files of one chain differ")
		}
	}
}

func TestRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range map[string]*chain.Chain{
		"no dense layer": {Input: []int{1}, Steps: []chain.Step{chain.Dropout{}}},
		"its activations": {Input: []int{1}, Unsaid: chain.Unsaid{Activations: true},
			Steps: []chain.Step{chain.Dense{Inputs: 1, Units: 1, Kernel: []float32{1}}}},
		"finite": {Input: []int{1}, Steps: []chain.Step{chain.Dense{Inputs: 1, Units: 1, Kernel: []float32{nan}}}},
	} {
		var b bytes.Buffer
		if err := WriteGo(&b, c, "x"); fault.KindOf(err) != fault.Data || b.Len() != 0 {
			t.Errorf("%s: found %v and %d bytes", name, err, b.Len())
		}
	}
}

func TestIdentifier(t *testing.T) {
	for path, want := range map[string]string{
		"out/digit.go": "digit", "My-Digit 2.h": "my_digit_2", "28x28.c": "model_28x28", ".go": "model", "": "model",
		"func.go": "func_model", "main.go": "main_model", "Ä__b.go": "b", "a/b.c.go": "b_c",
	} {
		if got := Identifier(path); got != want {
			t.Errorf("%q: wanted %s, found %s", path, want, got)
		}
	}
}

func generate(t *testing.T, write func(io.Writer, *chain.Chain, string) error, e example) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, e.chain, e.name); err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	return b.Bytes()
}

func viewOf(t *testing.T, e example) *view {
	t.Helper()
	n, err := inference.Of(e.chain)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{Network: n, Bytes: e.chain.Bytes}
	v.place()
	return v
}

func numbersOf(x []float64) string {
	var b strings.Builder
	for i, v := range x {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return b.String()
}

// tool returns the path of a program, or skips; it fails if CI is set.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") == "true":
		t.Fatalf("%v, and CI needs it", err)
	}
	t.Skip(err)
	return ""
}

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, dir, program string, arguments ...string) string {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		text := stderr.String()
		t.Fatalf("%s: %v\n%s", filepath.Base(program), err, text[:min(len(text), 4000)])
	}
	return string(output)
}
