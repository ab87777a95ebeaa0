package serve

import (
	"bytes"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	pictures "image"
	"image/color"
)

// drawn returns a PNG of 100 x 100 pixels with a stroke.
func drawn(t *testing.T) []byte {
	t.Helper()
	picture := pictures.NewGray(pictures.Rect(0, 0, 100, 100))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for y := 20; y < 80; y++ {
		for x := 46; x < 54; x++ {
			picture.SetGray(x, y, color.Gray{})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDocs runs the examples of docs/serve.md against a server.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/serve.md")
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, func(o *Options) { o.Models = []string{"model=" + o.Models[0]} })
	here := t.TempDir()
	if err := os.WriteFile(filepath.Join(here, "five.png"), drawn(t), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		language, program, argument, tool, want string
	}{
		{"sh", "sh", "-c", "curl", `{"file":"-","digit":"`},
		{"python", "python3", "-c", "python3", "probabilities [1, 10] ["},
		{"js", "node", "--input-type=module", "node", "\n"},
	} {
		t.Run(c.language, func(t *testing.T) {
			_, after, ok := strings.Cut(string(text), "```"+c.language+"\n")
			code, _, closed := strings.Cut(after, "```")
			if !ok || !closed {
				t.Fatal("docs/serve.md has no such example")
			}
			for _, tool := range []string{c.program, c.tool} {
				if _, err := exec.LookPath(tool); err != nil {
					if os.Getenv("CI") == "true" {
						t.Fatal(err)
					}
					t.Skip(err)
				}
			}
			code = strings.ReplaceAll(code, "http://127.0.0.1:8080/", r.url)
			command := exec.CommandContext(t.Context(), c.program, c.argument, code)
			if c.language == "js" {
				command = exec.CommandContext(t.Context(), c.program, c.argument, "-e", code)
			}
			command.Dir = here
			out, err := command.CombinedOutput()
			if err != nil || !strings.Contains(string(out), c.want) {
				t.Errorf("wanted %q, found %v, %s", c.want, err, out)
			}
		})
	}
}
