package emit

import (
	"context"
	"strconv"
	"time"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/report"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
	"dnn/internal/world"
)

// Request says which sweep to write, and for what: the flags of dnn sweep emit.
type Request struct {
	Path         string // of the sweep file
	Target       Target
	Folder       string        // of the sweep; empty: folder.Default
	Flags        []config.Flag // override the experiment
	Seeds        int           // of each setting; 0: as the file says
	NoModels     bool
	DataDir      string
	Threads      int     // of a task
	AtOnce       int     // tasks at a time; 0: no limit
	TaskSeconds  float64 // about how long a task is to last
	PointSeconds float64 // that a point takes; 0: to be measured
	Image, Claim string  // of Kubernetes
}

// Run writes the sweep that the request names to standard output.
func Run(ctx context.Context, system *world.System, r Request) error {
	texts := map[string][]byte{} // of the files that were read
	read := func(path string) ([]byte, error) {
		text, err := config.ReadFile(path)
		if err == nil {
			texts[path] = text
		}
		return text, err
	}
	from := space.Options{Path: r.Path, Read: read, Env: system.Env, Environ: system.Environ, Flags: r.Flags, Seeds: r.Seeds}
	if r.Target == Kubernetes { // its tasks have none of the variables here
		from.Env, from.Environ = nil, nil
	}
	s, err := space.Load(from)
	if err != nil {
		return err
	}
	if err := s.Experiment().CheckNoLog(); err != nil {
		return err
	}
	for _, note := range s.Notes {
		report.Note(system.Stderr, note)
	}
	o := Options{
		Sweep: s, Folder: r.Folder, Flags: r.arguments(), PointSeconds: r.PointSeconds,
		Task: time.Duration(r.TaskSeconds * float64(time.Second)), AtOnce: r.AtOnce, Threads: r.Threads,
		Memory: usualMemory, Image: r.Image, Claim: r.Claim, SweepText: texts[r.Path], BaseText: texts[s.Base],
	}
	if r.Target == Kubernetes && r.Folder != "" {
		return fault.New(fault.Usage, "--output", "does not go with --kubernetes: its tasks write to /volume/%s.sweep in the volume",
			identifier(s))
	}
	if o.Folder == "" {
		o.Folder = folder.Default(r.Path)
		if r.Target == Kubernetes {
			o.Folder = identifier(s) + ".sweep"
		}
	}
	if _, err := newJob(r.Target, o); err != nil { // before points are trained
		return err
	}
	if r.Target == Kubernetes && r.DataDir != "" {
		return fault.New(fault.Usage, "--data-dir", "does not go with --kubernetes: its tasks find the data sets in the volume")
	}
	if set := s.Experiment().Dataset; r.Target == Kubernetes && set.Name == "" {
		report.Note(system.Stderr, "the tasks look for "+set.String()+" from /sweep on: copy it into the volume, and name it as /volume/…")
	}
	if o.PointSeconds == 0 {
		cost, err := measure(ctx, system, s, r.DataDir)
		if err != nil {
			return err
		}
		o.PointSeconds, o.Memory = cost.seconds, usualMemory+cost.data+float64(r.Threads)*cost.bytes
		report.Message(system.Stderr, "a point takes %.3g s on one thread of this machine", cost.seconds)
	}
	return Write(system.Stdout, r.Target, o)
}

// usualMemory is what a task needs besides its runs, in bytes; also for MNIST and some small networks.
const usualMemory = 256 << 20

// arguments returns what a call of dnn sweep run needs besides the sweep, its folder, its shard and threads.
func (r Request) arguments() []string {
	var all []string
	for _, f := range r.Flags {
		all = append(all, "--set", f.Key+"="+f.Value)
	}
	if r.Seeds > 0 {
		all = append(all, "--seeds", strconv.Itoa(r.Seeds))
	}
	if r.NoModels {
		all = append(all, "--no-models")
	}
	if r.DataDir != "" {
		all = append(all, "--data-dir", r.DataDir)
	}
	return all
}
