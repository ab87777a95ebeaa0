package cmd_test

import (
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dnn/cmd"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare with")

// TestMain makes this test binary behave as dnn where a script calls it by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dnn": func() { os.Exit(cmd.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs testdata/script/*.txt, one topic each. `go test ./cmd -run TestScripts/train` runs one of them, with
// -v it shows what each command printed, and -update rewrites the files that its cmp lines compare with.
//
// A script's HOME is an empty folder of its own, and nothing outside this machine can be reached from it. One that
// needs MNIST begins with
//
//	[!mnist] skip 'MNIST is not here and cannot be downloaded'
//
// and finds it, as dnn does, through DNN_DATA_DIR; it must not change anything there.
//
// With -short, only the scripts in which several goroutines meet are run: the race detector, for which it is, takes ten
// times as long as the program.
func TestScripts(t *testing.T) {
	dir, files := "testdata/script", []string(nil)
	if testing.Short() {
		for _, topic := range []string{
			"compare-experiments", "csv", "download", "fashion", "from", "interrupt", "mlflow", "pipe", "predict", "resume", "seeds",
			"serve", "train",
		} {
			files = append(files, filepath.Join(dir, topic+".txt"))
		}
		dir = ""
	}
	testscript.Run(t, testscript.Params{
		Dir:                dir,
		Files:              files,
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup:              setUpScript,
		Condition: func(name string) (bool, error) {
			if name == "mnist" {
				return haveMNIST(t)
			}
			return scriptCondition(name)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":      exits,
			"holds":      holds,
			"damage":     damage,
			"linkmnist":  linkMNIST,
			"tinyidx":    writeTinyIDX,
			"imagesas":   writeImagesAs,
			"seal":       seal,
			"interrupt":  interrupt,
			"hangup":     hangUp,
			"newermodel": newerModel,
			"reseal":     reseal,
			"fulldisk":   fullDisk,
			"drawimage":  drawImage,
			"drawpage":   drawPage,
			"drawpaper":  drawPaper,
			"foreign":    foreign,
			"samesweep":  sameSweep,
			"aloneas":    aloneAs,
			"cutall":     cutAll,
		},
	})
}

// setUpScript gives a script its environment: an empty HOME, MNIST, and no way out to the network.
func setUpScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, scratch, "home")
	root, err := dataRoot()
	if err != nil {
		return err
	}
	mirror, err := filepath.Abs("testdata/mirror")
	if err != nil {
		return err
	}
	configs, err := filepath.Abs("../configs")
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"HOME":          home,
		"CONFIGS":       configs,
		"DNN_DATA_DIR":  root,
		"MIRROR":        (&url.URL{Scheme: "file", Path: filepath.ToSlash(mirror)}).String(),
		"MIRROR_FOLDER": mirror,
		"HTTP_PROXY":    "http://127.0.0.1:9", // the discard port: nobody listens
		"HTTPS_PROXY":   "http://127.0.0.1:9",
		"NO_PROXY":      "",
		"GOPROXY":       "off",
	} {
		env.Setenv(name, value)
	}
	env.Values[environment{}] = env.Vars
	return os.MkdirAll(home, 0o777)
}
