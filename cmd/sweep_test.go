package cmd_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// samesweep FOLDER OTHER checks that two folders have the same points, with the same bytes but for times.
func sameSweep(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: samesweep FOLDER OTHER")
	}
	a, b := pointFiles(ts, args[0]), pointFiles(ts, args[1])
	same := maps.EqualFunc(a, b, bytes.Equal)
	if same == neg {
		ts.Fatalf("the same: %t; %d and %d files: %q, %q", same, len(a), len(b), slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
	}
}

// epochSeconds is the second field of a line of history.csv.
var epochSeconds = regexp.MustCompile(`(?m)^(\d+),[^,]*,`)

// pointFiles returns the files of the points of a sweep, without times. There may be nothing else beside them.
func pointFiles(ts *testscript.TestScript, folder string) map[string][]byte {
	root := filepath.Join(ts.MkAbs(folder), "points")
	files := map[string][]byte{}
	ts.Check(filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		switch filepath.Base(path) {
		case "history.csv":
			content = epochSeconds.ReplaceAll(content, []byte("$1,,"))
		case "result.json":
			var result map[string]any
			ts.Check(json.Unmarshal(content, &result))
			delete(result, "seconds")
			content, err = json.Marshal(result)
		}
		name, _ := filepath.Rel(root, path)
		files[name] = content
		return err
	}))
	return files
}

// aloneas FOLDER checks that each model of a sweep is the one that dnn train makes of its experiment, and that no
// checkpoints are left.
func aloneAs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: aloneas FOLDER")
	}
	models := 0
	for name, content := range pointFiles(ts, args[0]) {
		if filepath.Base(name) != "model.bin" {
			continue
		}
		models++
		folder := filepath.Join(args[0], "points", filepath.Dir(name))
		ts.Check(ts.Exec("dnn", "train", "--quiet", "--no-history", "--no-picture", "-o", "aloneas.bin",
			"--config", filepath.Join(folder, "experiment.yaml")))
		if alone, err := os.ReadFile(ts.MkAbs("aloneas.bin")); err != nil || !bytes.Equal(alone, content) {
			ts.Fatalf("%s: another model than alone, %v", folder, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "rungs", "*", "*", "checkpoint*"))
	if models == 0 || err != nil || len(left) > 0 {
		ts.Fatalf("%d models; left %q, %v", models, left, err)
	}
}

// cutall PATTERN BYTES truncates files.
func cutAll(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cutall PATTERN BYTES")
	}
	matches, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(matches) == 0 {
		ts.Fatalf("no file matches %s", args[0])
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	for _, path := range matches {
		ts.Check(os.Truncate(path, int64(size)))
	}
}
