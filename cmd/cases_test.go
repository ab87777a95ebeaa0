package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestCases replays small mistakes that people have made. Each is the script cmd.sh of a folder in testdata/cases, and
// runs in a copy of it. Two runs with one output, which would depend on time, are in TestTwoRunsOneOutput.
func TestCases(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the cases are scripts for bash, which is not here")
	}
	cases := map[string][]string{ // regular expressions, in this order, for both streams together
		"class-1-and-1.0":   {`column "y" has one number in two spellings: "0.0" in line 2 and "0" in line 4`},
		"distill-classes":   {`only the model has the class "Cat"; only z.csv has the class "zebra"`, `rc 4`},
		"env-epoch":         {`DNN_EPOCH: wanted the variable of a key`, `did you mean DNN_EPOCHS\?`, `rc 3`},
		"env-learning-rate": {`rc 0`, `,0\.5\n`},
		"eval-data-same-file": {`0\.8000`, `tested 30 of 150 rows`, `0\.8000`, `tested all 150 rows`, `0\.8399`,
			`"samples":30,`},
		"from-classes":             {`only the model has the class "Cat"; only z.csv has the class "zebra"`, `rc 4`},
		"from-columns":             {`0\.8333`, `0\.8533`, `0\.8333`, `rc 0`},
		"from-seed-leak":           {`0\.5666`, `seed: wanted 1, which drew the test rows of base.bin, found 2`},
		"from-standardization":     {`0\.9250`, `0\.9418`, `0\.1713\d+, 0\.9324`, `0\.1608\d+, 0\.9408`},
		"header-mnist":             {`wanted a line with the names of the columns, found numbers only`},
		"header-numbers-are-names": {`Test Loss`, `rc 0`},
		"header-sonar":             {`wanted a line with the names of the columns, found what looks like a row`},
		"history-is-table":         {`the history would be written over the data set`, `rc 3`, `a,b,c,kind`},
		"id-column":                {`note: Iris.csv: the column Id numbers the rows`, `1\.0\]`},
		"jsonlog-is-history":       {`json_log would be written over the history`, `rc 3`},
		"macro-letters":            {`macro avg     0\.5641    0\.6731    0\.5897`},
		"msg-arff":                 {`wanted a CSV file, found ARFF`},
		"msg-comment":              {`found a first line that begins with #`},
		"msg-gz":                   {`wanted a CSV file, found gzip`},
		"msg-gz-padding":           {`Test Loss`, `rc 0`},
		"msg-regression":           {`60 different numbers in 60 rows: dnn tells classes apart and does no regression`},
		"msg-semicolon-quoted":     {`wanted columns separated by commas, found semicolons`},
		"msg-trailing-comma":       {`column 4 has no name`, `hint: the line ends with a comma`},
		"msg-xlsx":                 {`found an Excel workbook`},
		"out-device":               {`rc 0`, `character special file`, `nul\.\*.*No such file`},
		"out-is-config": {`names that end in .yaml are those of experiment files`, `rc 3`,
			`d   a   t   a   s   e   t`},
		"out-is-table":     {`names that end in .csv are those of tables`, `rc 3`, `a   ,   b   ,   c`},
		"out-symlink":      {`rc 0`, `'link.bin' -> 'real.bin' symbolic link`, `\n2\d\d\d\n`},
		"profile-is-table": {`--profile would be written over the data set`, `rc 3`, `3004 m3.csv`},
		"sorted-idx": {`note: 2 classes \(8, 9\) have no training sample: .*validation: stratified`,
			`0\.8000`},
		"tensorboard-kill-resume": {`3000 points, increasing: True`},
		"tensorboard-rerun":       {`Test Loss`, `Test Loss`, `\n4\n`},
	}
	scripts, err := filepath.Glob("testdata/cases/*/cmd.sh")
	if err != nil || len(scripts) != len(cases) {
		t.Errorf("found %d cases (%v), wanted %d", len(scripts), err, len(cases))
	}
	for name, wanted := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "out-device" && (os.Getuid() != 0 || runtime.GOOS != "linux") {
				t.Skip("only root can make a device")
			}
			if _, err := exec.LookPath("python3"); err != nil && name == "tensorboard-kill-resume" {
				t.Skip("its check is in Python, which is not here")
			}
			script := exec.Command(bash, "cmd.sh")
			script.Dir = copyCase(t, name)
			script.Env = append(os.Environ(), "DNN="+linkDNN(t), "LC_ALL=C.UTF-8")
			output, _ := script.CombinedOutput() // its status is that of its last program, whatever that is
			rest := string(output)
			for _, pattern := range wanted {
				at := regexp.MustCompile(pattern).FindStringIndex(rest)
				if at == nil {
					t.Fatalf("printed\n%s\nwanted %s after what came before it", output, pattern)
				}
				rest = rest[at[1]:]
			}
		})
	}
}

// copyCase copies a case, and the table that many share, into a folder of its own.
func copyCase(t *testing.T, name string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "cases", name))); err != nil {
		t.Fatal(err)
	}
	shared, err := os.ReadFile("testdata/cases/m3.csv")
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "m3.csv"), shared, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// linkDNN returns a name under which this test binary is the program (see TestMain).
func linkDNN(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "dnn")
	if strings.HasSuffix(binary, ".exe") {
		link += ".exe"
	}
	if err := os.Symlink(binary, link); err != nil {
		t.Fatal(err)
	}
	return link
}
