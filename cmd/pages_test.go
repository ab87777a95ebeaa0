package cmd_test

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dnn/cmd"
	"dnn/internal/fault"
)

// pages returns the text of each page for people, by its path from this folder.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../docs/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	all := map[string]string{}
	for _, path := range append(paths, "../README.md", "../CONTRIBUTING.md", "../CHANGELOG.md", "../scripts/keras/README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}

// addHelp adds the examples of a command's help to the pages, and those of its subcommands. The words are its name.
func addHelp(t *testing.T, all map[string]string, words ...string) {
	t.Helper()
	help := runDNN(t, nil, append(slices.Clone(words), "--help")...)
	_, examples, _ := strings.Cut(help, "\nExamples:\n")
	examples, _, _ = strings.Cut(examples, "\n\n")
	all["dnn "+strings.Join(words, " ")+" --help"] = strings.ReplaceAll("\n"+examples, "\n  dnn ", "\n    dnn ")
	_, commands, _ := strings.Cut(help, "\nAvailable Commands:\n")
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) {2,}`).FindAllStringSubmatch(commands, -1) {
		addHelp(t, all, append(slices.Clone(words), m[1])...)
	}
}

// anchors returns the names by which GitHub links to the headings of a page.
func anchors(page string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N}_\- ]`).ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// TestPagesLinks follows each link from a page to a file or a heading.
func TestPagesLinks(t *testing.T) {
	all := pages(t)
	for path, text := range all {
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			file, anchor, _ := strings.Cut(m[1], "#")
			if strings.HasPrefix(file, "http") {
				continue
			}
			to := path
			if file != "" {
				to = filepath.Join(filepath.Dir(path), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: the link %s: %v", path, m[1], err)
			} else if anchor != "" && !slices.Contains(anchors(all[to]), anchor) {
				t.Errorf("%s: the link %s: no such heading", path, m[1])
			}
		}
	}
}

// TestPagesCommands gives each command of a page or a help to dnn, in an empty folder and already stopped: it must know the
// command and its flags. Within a sentence, arguments that are needed may be left out.
func TestPagesCommands(t *testing.T) {
	lines := regexp.MustCompile(`(?m)^ {4}(?:\$ )?(?:[A-Z_]+=\S+ )?dnn ([a-z].*)$`)
	sentences := regexp.MustCompile("`dnn ([a-z][^`]*)`")
	rest, missing := regexp.MustCompile(` {2,}| #|[|>&…;\\].*$`), regexp.MustCompile(`found (0|none)\n`)
	stands := map[string]string{"NAME": "mnist", "F": "f.onnx", "FILE": "f.onnx"}
	all := pages(t)
	addHelp(t, all)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fault.New(fault.Interrupted, "", "stopped by the test"))
	t.Chdir(t.TempDir())
	ran := 0
	for path, text := range all {
		check := func(command string, whole bool) {
			words := strings.Fields(strings.NewReplacer("[", "", "]", "", `"`, "").Replace(rest.Split(command, 2)[0]))
			for i, word := range words {
				words[i] = cmp.Or(stands[word], word)
			}
			s, _, _ := system(map[string]string{"DNN_DATA_DIR": t.TempDir()})
			printed := filepath.Join(t.TempDir(), "stderr")
			stderr, err := os.Create(printed)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stderr.Close() }()
			s.Stdout, s.Stderr = io.Discard, stderr // a command that was stopped may leave what still prints a note
			ran++
			status := cmd.Run(ctx, s, words)
			text, err := os.ReadFile(printed)
			if err != nil {
				t.Fatal(err)
			}
			if fault.Kind(status) == fault.Usage && (whole || !missing.Match(text)) {
				t.Errorf("%s: dnn %s: %s", path, strings.Join(words, " "), text)
			}
		}
		for _, m := range lines.FindAllStringSubmatch(text, -1) {
			check(m[1], true)
		}
		for _, m := range sentences.FindAllStringSubmatch(text, -1) {
			check(m[1], false)
		}
	}
	if ran < 100 {
		t.Errorf("found %d commands, wanted more", ran)
	}
}
