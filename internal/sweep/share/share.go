// Package share says which part of a sweep's points one command is to train, when many do: by its flags, or by what Slurm
// and Kubernetes tell their tasks.
package share

import (
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

// Share is the part of a sweep's points that one command trains: those whose number is Index modulo Count.
type Share struct {
	Index, Count int
	Single       bool   // only the point Index
	Why          string // what says so
}

// Whole is the share of a command that trains all points.
func Whole() Share { return Share{Count: 1} }

// Has reports whether a point is in the share.
func (s Share) Has(point int) bool {
	if s.Single {
		return point == s.Index
	}
	return point%s.Count == s.Index
}

// IsWhole reports whether the share is all points.
func (s Share) IsWhole() bool { return !s.Single && s.Count == 1 }

// String names the share.
func (s Share) String() string {
	if s.Single {
		return fmt.Sprintf("point %d", s.Index)
	}
	return fmt.Sprintf("shard %d of %d", s.Index, s.Count)
}

// Note says which part of the points a command takes, and why. A variable may be of a task that has nothing to do with
// the sweep, so it then says how to take all points.
func (s Share) Note() string {
	note := fmt.Sprintf("takes %s, as %s says", s, s.Why)
	if !strings.HasPrefix(s.Why, "--") {
		note += "; --shard 0/1 takes all points"
	}
	return note
}

// parse reads I/N: the shard I, from 0, of N.
func parse(text string) (Share, error) {
	first, second, ok := strings.Cut(text, "/")
	index, err1 := strconv.Atoi(first)
	count, err2 := strconv.Atoi(second)
	if !ok || err1 != nil || err2 != nil || count < 1 || index < 0 || index >= count {
		return Share{}, fault.New(fault.Usage, "--shard", "wanted I/N with I from 0 to N-1, such as 0/4, found %q", text)
	}
	return Share{Index: index, Count: count, Why: "--shard"}, nil
}

// Of returns the share that --shard (empty: not given) or --index (nil: not given) asks for or, without them, the
// variables of Slurm or Kubernetes.
func Of(shard string, index *int, env func(string) (string, bool)) (Share, error) {
	switch {
	case shard != "" && index != nil:
		return Share{}, fault.New(fault.Usage, "--shard", "does not go with --index")
	case shard != "":
		return parse(shard)
	case index != nil:
		if *index < 0 {
			return Share{}, fault.New(fault.Usage, "--index", "wanted the number of a point, from 0, found %d", *index)
		}
		return Share{Index: *index, Count: 1, Single: true, Why: "--index"}, nil
	}
	v := variables{env}
	if v.given("SLURM_ARRAY_TASK_ID") { // the tasks of an array need not be numbered from 0, or by ones
		return v.share("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT")
	}
	if v.given("JOB_COMPLETION_INDEX") {
		count := "DNN_SHARDS"
		if !v.given(count) {
			count = "JOB_COMPLETIONS"
		}
		return v.share("JOB_COMPLETION_INDEX", "", "", count)
	}
	return Whole(), nil
}

// variables reads whole numbers from the environment. An empty variable is as one that is not set.
type variables struct {
	env func(string) (string, bool)
}

func (v variables) given(name string) bool {
	text, ok := v.env(name)
	return ok && text != ""
}

// share returns the share that the variables of these names say. least and step may be empty or not set.
func (v variables) share(index, least, step, count string) (Share, error) {
	i, err := v.number(index, -1)
	if err != nil {
		return Share{}, err
	}
	n, err := v.number(count, -1)
	if err != nil {
		return Share{}, err
	}
	from, err := v.number(least, 0)
	if err != nil {
		return Share{}, err
	}
	by, err := v.number(step, 1)
	if err != nil {
		return Share{}, err
	}
	by = max(1, by)
	at := (i - from) / by
	if n < 1 || i < from || (i-from)%by != 0 || at >= n {
		return Share{}, fault.New(fault.Usage, index, "wanted a number below %s=%d, found %d", count, n, i).
			WithHint("say which points with --shard I/N: 0/1 are all")
	}
	return Share{Index: at, Count: n, Why: index}, nil
}

// number returns the value of a variable. One that is not set has the value otherwise; below 0, that is an error.
func (v variables) number(name string, otherwise int) (int, error) {
	if name == "" || !v.given(name) {
		if otherwise < 0 {
			return 0, fault.New(fault.Usage, name, "wanted the number of tasks beside the index of this one, found none").
				WithHint("say which points with --shard I/N: 0/1 are all")
		}
		return otherwise, nil
	}
	text, _ := v.env(name)
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Usage, name, "wanted a whole number, found %q", text).
			WithHint("say which points with --shard I/N: 0/1 are all")
	}
	return n, nil
}
