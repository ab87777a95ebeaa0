package cmd_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"dnn/internal/modelfile"
	"dnn/internal/safetensors"
)

// These are commands and conditions that the scripts in testdata/script can use, in addition to testscript's own.

// environment is the key under which a script's variables are kept; their values may have changed since.
type environment struct{}

// exits STATUS COMMAND ARGS... runs a command and checks its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARGS...]")
	}
	checkStatus(ts, args[0], ts.Exec(args[1], args[2:]...))
}

func checkStatus(ts *testscript.TestScript, wanted string, err error) {
	status := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(status) != wanted {
		ts.Fatalf("exit status %d, wanted %s", status, wanted)
	}
}

// scratch is the folder in a script's own that testscript makes for temporary files; HOME is in it too.
const scratch = ".tmp"

// holds FOLDER [NAMES...] checks that the folder has these files and no others, hidden ones included. A name may be a
// pattern, for one file.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: holds FOLDER [NAMES...]")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var found []string
	for _, e := range entries {
		if e.Name() != scratch {
			found = append(found, e.Name())
		}
	}
	others := slices.Clone(found)
	for _, wanted := range args[1:] {
		i := slices.IndexFunc(others, func(name string) bool { ok, _ := filepath.Match(wanted, name); return ok })
		if i < 0 {
			ts.Fatalf("%s holds %q, wanted %q", args[0], found, args[1:])
		}
		others = slices.Delete(others, i, i+1)
	}
	if len(others) > 0 {
		ts.Fatalf("%s holds %q, wanted %q", args[0], found, args[1:])
	}
}

// damage FILE truncate BYTES cuts a file; damage FILE OFFSET HEX writes bytes over it. A link to a file becomes a copy.
// FILE may be a pattern: then it is the last file that matches.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: damage FILE truncate BYTES, or damage FILE OFFSET HEX")
	}
	matches, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(matches) == 0 {
		ts.Fatalf("no file matches %s", args[0])
	}
	path := matches[len(matches)-1]
	data, err := os.ReadFile(path)
	ts.Check(err)
	if args[1] == "truncate" {
		size, err := strconv.Atoi(args[2])
		ts.Check(err)
		data = data[:size]
	} else {
		offset, err := strconv.Atoi(args[1])
		ts.Check(err)
		patch, err := hex.DecodeString(args[2])
		ts.Check(err)
		copy(data[offset:], patch)
	}
	ts.Check(os.Remove(path))
	ts.Check(os.WriteFile(path, data, 0o666))
}

// linkmnist FOLDER makes FOLDER/mnist a data folder whose files are links to those of MNIST, for a script to damage.
func linkMNIST(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: linkmnist FOLDER")
	}
	to := filepath.Join(ts.MkAbs(args[0]), "mnist")
	ts.Check(os.MkdirAll(to, 0o777))
	from, err := filepath.Glob(filepath.Join(ts.Getenv("DNN_DATA_DIR"), "mnist", "*-ubyte"))
	ts.Check(err)
	for _, file := range from {
		ts.Check(os.Symlink(file, filepath.Join(to, filepath.Base(file))))
	}
}

// tinyidx FOLDER SIDE CLASSES writes a small data set of images, see tinyIDX.
func writeTinyIDX(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: tinyidx FOLDER SIDE CLASSES")
	}
	side, err := strconv.Atoi(args[1])
	ts.Check(err)
	classes, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(tinyIDX(ts.MkAbs(args[0]), side, classes))
}

// foreign FILE NAME copies a file that another program wrote, of internal/interop/testdata.
func foreign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: foreign FILE NAME")
	}
	data, err := os.ReadFile(filepath.Join(foreignFiles, args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o666))
}

// foreignFiles is where the files of other programs are.
var foreignFiles = func() string {
	folder, err := filepath.Abs("../internal/interop/testdata")
	if err != nil {
		panic(err)
	}
	return folder
}()

// seal VARIABLE FILE sets a variable to the SHA-256 that seals a model file.
func seal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: seal VARIABLE FILE")
	}
	model, err := modelfile.Read(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Setenv(args[0], model.SHA256)
}

// newermodel FILE writes a model file of a future format.
func newerModel(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newermodel FILE")
	}
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = safetensors.Encode(file, &safetensors.File{Key: "dnn", Document: `{"format":5,"layout":"unheard of"}`})
	ts.Check(err)
	ts.Check(file.Close())
}

// reseal FILE REGEXP NEW changes text in the document of a model or a checkpoint and seals it again, as only who means
// to does. FILE may be a pattern, for one file.
func reseal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: reseal FILE REGEXP NEW")
	}
	matches, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(matches) != 1 {
		ts.Fatalf("%v match %s, wanted one file", matches, args[0])
	}
	data, err := os.ReadFile(matches[0])
	ts.Check(err)
	file, err := safetensors.Decode(bytes.NewReader(data), matches[0])
	ts.Check(err)
	document := regexp.MustCompile(args[1]).ReplaceAllString(file.Document, args[2])
	if document == file.Document {
		ts.Fatalf("nothing matches %s in %s", args[1], document)
	}
	file.Document = document
	var sealed bytes.Buffer
	_, err = safetensors.Encode(&sealed, file)
	ts.Check(err)
	ts.Check(os.WriteFile(matches[0], sealed.Bytes(), 0o666))
}

// fulldisk STATUS COMMAND ARGS... runs a command whose standard output is a full disk, and checks its exit status.
func fullDisk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fulldisk STATUS COMMAND [ARGS...]")
	}
	disk, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	ts.Check(err)
	command := scriptCommand(ts, args[1:])
	command.Stdout = disk
	checkStatus(ts, args[0], command.Run())
	ts.Check(disk.Close())
}

// scriptCommand returns a command that runs in the script's folder and environment, for what ts.Exec cannot do.
func scriptCommand(ts *testscript.TestScript, args []string) *exec.Cmd {
	command := exec.Command(args[0], args[1:]...)
	command.Dir = ts.MkAbs(".")
	variables, _ := ts.Value(environment{}).([]string)
	for _, v := range variables {
		name, _, _ := strings.Cut(v, "=")
		command.Env = append(command.Env, name+"="+ts.Getenv(name))
	}
	command.Stderr = ts.Stderr()
	return command
}

// interrupt SIGNAL REGEXP STATUS COMMAND ARGS... starts a command, sends it the signal (INT, TERM, HUP or KILL) when a line
// of its standard output matches, and wants it to end with that exit status. It works on Unix only.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{
		"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL,
	}
	if neg || len(args) < 4 || signals[args[0]] == nil {
		ts.Fatalf("usage: interrupt INT|TERM|HUP|KILL REGEXP STATUS COMMAND [ARGS...]")
	}
	line, err := regexp.Compile(args[1])
	ts.Check(err)
	command := scriptCommand(ts, args[3:])
	stdout, err := command.StdoutPipe()
	ts.Check(err)
	ts.Check(command.Start())
	seen := false
	for lines := bufio.NewScanner(io.TeeReader(stdout, ts.Stdout())); lines.Scan(); {
		if !seen && line.MatchString(lines.Text()) {
			seen = true
			ts.Check(command.Process.Signal(signals[args[0]]))
		}
	}
	err = command.Wait()
	if !seen {
		ts.Fatalf("it ended (%v) before a line of its output matched %s", err, line)
	}
	checkStatus(ts, args[2], err)
}

// hangup STREAM LINES STATUS COMMAND ARGS... starts a command whose standard output or error (STREAM: stdout or stderr)
// is a pipe, reads so many lines of it, closes it, as head does, and wants the command to end with that exit status.
func hangUp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: hangup stdout|stderr LINES STATUS COMMAND [ARGS...]")
	}
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	reader, writer, err := os.Pipe()
	ts.Check(err)
	command := scriptCommand(ts, args[3:])
	if args[0] == "stderr" {
		command.Stdout, command.Stderr = ts.Stdout(), writer
	} else {
		command.Stdout = writer
	}
	if count == 0 { // before there is anything to read
		ts.Check(reader.Close())
	}
	ts.Check(command.Start())
	ts.Check(writer.Close())
	if count > 0 {
		for lines := bufio.NewReader(reader); count > 0; count-- {
			_, err := lines.ReadString('\n')
			ts.Check(err)
		}
		ts.Check(reader.Close())
	}
	checkStatus(ts, args[2], command.Wait())
}

// scriptCondition knows the conditions of this machine: root, for whom every folder is writable, and fashion-mnist,
// where Debian's package with that data set is installed.
func scriptCondition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Geteuid() == 0, nil
	case "fashion-mnist":
		_, err := os.Stat("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
		return err == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}
