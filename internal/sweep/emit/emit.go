// Package emit writes a sweep as what a scheduler takes: a batch script for Slurm, a Job for Kubernetes, a line for GNU
// parallel, a makefile. The scheduler is the engine: each task is one call of dnn sweep run, which trains a shard of the
// points, and can be lost, repeated, and run anywhere that sees the sweep's folder.
//
// What it writes is for a person to read and to edit, so everything that a cluster may want otherwise is a line of its
// own, with why it is there.
package emit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"text/template"
	"time"

	"dnn/internal/fault"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// Target is what runs a sweep.
type Target string

// The targets that Write knows.
const (
	Slurm      Target = "slurm"
	Kubernetes Target = "kubernetes"
	Parallel   Target = "parallel"
	Make       Target = "make"
)

// unlikeMake are the characters that a target of make cannot have, or that mean something else there.
const unlikeMake = " $#%:;=\\*?[]|&()~"

// maxTasks is how many tasks an array of Slurm may have unless its administrator allows more (MaxArraySize of slurm.conf(5),
// 1001 with the number 0). Kubernetes takes more, and has no use for them.
const maxTasks = 1_001

// MaxSeconds bounds the time of a point and of a task, in seconds: three years.
const MaxSeconds = 100_000_000

// Options say how a sweep is divided, and where it runs.
type Options struct {
	Sweep  *space.Sweep
	Folder string   // of the sweep, which all tasks see; of Kubernetes: in the volume, at /volume
	Flags  []string // further arguments of dnn sweep run, such as --no-models

	PointSeconds float64       // that one point takes on one thread
	Task         time.Duration // about how long a task is to last
	AtOnce       int           // tasks that run at a time; 0: no limit
	Threads      int           // cores of a task; at least 1
	Memory       float64       // bytes that a task needs

	// Of Kubernetes alone.
	Image               string // the container image with dnn in it
	Claim               string // the volume claim that holds the folder and the data sets
	SweepText, BaseText []byte // the sweep file and its base; no BaseText: the base comes with dnn
}

// Write writes the sweep for a target.
func Write(w io.Writer, target Target, o Options) error {
	j, err := newJob(target, o)
	if err != nil {
		return err
	}
	all, err := templates()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := all.ExecuteTemplate(&text, string(target), j); err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return f
		}
		return err
	}
	_, err = text.WriteTo(w)
	return err
}

// job is what the templates show.
type job struct {
	Options
	File   string // of the sweep
	Name   string // of the job: small letters, digits and hyphens, as Kubernetes wants it
	Points int
	Tasks  int
	Rungs  []int    // 0, 1, …: which stand in a call; empty: points do not stop early
	Run    []string // the command and its arguments, without the shard
}

func newJob(target Target, o Options) (*job, error) {
	s := o.Sweep
	if s.Method == space.Bayes {
		return nil, fault.New(fault.Usage, s.Path, "wanted points that do not depend on each other, found method: bayes").
			WithHint("run it on one machine: dnn sweep run %s; or take method: sobol", s.Path)
	}
	j := &job{Options: o, File: s.Path, Name: identifier(s), Points: s.Points()}
	if target == Parallel || target == Make {
		j.Tasks = j.Points
	} else {
		j.Tasks = tasks(j.Points, o)
	}
	if s.Early != nil {
		if target == Parallel || target == Make {
			return nil, fault.New(fault.Usage, "--"+string(target), "wanted a sweep without early_terminate, found %s",
				fault.Count(len(s.Early.Rungs), "rung")).WithHint("dnn sweep run %s does it on one machine", s.Path)
		}
		for i := range len(s.Early.Rungs) + 1 {
			j.Rungs = append(j.Rungs, i)
		}
	}
	if target == Make && strings.ContainsAny(o.Folder, unlikeMake) {
		return nil, fault.New(fault.Usage, o.Folder, "wanted a folder whose name make takes, without spaces or any of %s",
			strings.TrimSpace(unlikeMake)).WithHint("-o NAME gives it another name")
	}
	if target == Kubernetes {
		if err := j.inVolume(); err != nil {
			return nil, err
		}
	} else if err := checkFolder(o); err != nil {
		return nil, err
	}
	for _, text := range slices.Concat([]string{s.Path, s.Base, o.Folder, o.Image, o.Claim}, o.Flags) {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, fault.New(fault.Usage, text, "wanted a name without control characters")
		}
	}
	j.Run = slices.Concat([]string{"dnn", "sweep", "run", s.Path, "-o", j.Folder}, o.Flags)
	return j, nil
}

// checkFolder returns an error if all tasks would end with one, since something else is where the sweep's folder should
// be.
func checkFolder(o Options) error {
	if info, err := os.Stat(o.Folder); err == nil && !info.IsDir() {
		return fault.New(fault.Write, o.Folder, "wanted a folder for the points, found a file").WithHint("-o NAME takes another one")
	}
	f, err := folder.Open(o.Folder) // there may be none yet, or one that the tasks can repair
	if err == nil && f.Identity().Hash != o.Sweep.Hash {
		return fault.New(fault.Data, o.Folder, "wanted the folder of this sweep, found that of another (%.12s)", f.Identity().Hash).
			WithHint("-o NAME takes another one; dnn sweep run %s --dry-run says what has changed", o.Sweep.Path)
	}
	return nil
}

// tasks returns into how many tasks the points are divided, so that one lasts about as long as it should. To start a
// task takes a scheduler 0.5 to 1 s, which is more than many points take.
func tasks(points int, o Options) int {
	seconds := float64(points) * o.PointSeconds / float64(o.Threads)
	n := math.Ceil(seconds / o.Task.Seconds())
	return int(min(max(n, 1), float64(points), maxTasks))
}

// Each returns how many points a task has, in words.
func (j *job) Each() string {
	if j.Points == j.Tasks {
		return "one point"
	}
	if j.Points%j.Tasks == 0 {
		return fault.Count(j.Points/j.Tasks, "point")
	}
	return "about " + fault.Count((j.Points+j.Tasks/2)/j.Tasks, "point")
}

// Seconds returns what a point takes, in words.
func (j *job) Seconds() string { return fmt.Sprintf("%.3g s", j.PointSeconds) }

// Limit is the time after which a task is ended: four times what it should take, since the machines of a cluster differ,
// but at least 10 minutes.
func (j *job) Limit() time.Duration {
	perTask := math.Ceil(float64(j.Points)/float64(j.Tasks)/float64(j.Threads)) * j.PointSeconds
	return max(10*time.Minute, time.Duration(4*perTask/60+1)*time.Minute)
}

// SlurmTime returns the limit as days-hours:minutes:seconds.
func (j *job) SlurmTime() string {
	minutes := int(j.Limit().Minutes())
	return fmt.Sprintf("%d-%02d:%02d:00", minutes/(24*60), minutes/60%24, minutes%60)
}

// Megabytes returns the memory of a task, rounded up to 256 MB.
func (j *job) Megabytes() int { return 256 * int(math.Ceil(j.Memory/(256<<20))) }

// Last returns the number of the last task.
func (j *job) Last() int { return j.Tasks - 1 }

// Command returns the command for a shell.
func (j *job) Command() string { return shell(j.Run...) }

// ParallelCommand returns the command for GNU parallel, which joins its words, puts an argument for each {}, {.}, {/} and
// the like in them, runs the Perl in {= =}, and gives the result to a shell. An empty word of the shell after { ends that.
func (j *job) ParallelCommand() string {
	words := make([]string, len(j.Run))
	for i, w := range j.Run {
		words[i] = strings.ReplaceAll(shell(w), "{", "{''")
	}
	return shell(words...)
}

// MakeCommand returns the command for a recipe of make, which reads $$ as $.
func (j *job) MakeCommand() string { return strings.ReplaceAll(j.Command(), "$", "$$") }

// shell returns words as a POSIX shell takes them apart again.
func shell(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		plain := w != "" && !strings.ContainsFunc(w, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%", r)
		})
		if quoted[i] = w; !plain {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// templates returns the templates. They are read when they are needed: most calls of dnn emit nothing.
func templates() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"quote": quote, "shell": func(word string) string { return shell(word) }, "count": fault.Count[int], "literal": literal,
	}).Parse(slurmTemplate + kubernetesTemplate + parallelTemplate + makeTemplate)
}
