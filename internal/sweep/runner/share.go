package runner

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

// whole is the share of a command that trains all points.
func whole() Share { return Share{Count: 1} }

// has reports whether a point is in the share.
func (s Share) has(point int) bool {
	if s.Single {
		return point == s.Index
	}
	return point%s.Count == s.Index
}

// isWhole reports whether the share is all points.
func (s Share) isWhole() bool { return !s.Single && s.Count == 1 }

// String names the share.
func (s Share) String() string {
	if s.Single {
		return fmt.Sprintf("point %d", s.Index)
	}
	return fmt.Sprintf("shard %d of %d", s.Index, s.Count)
}

// ParseShard reads I/N: the shard I, from 0, of N.
func ParseShard(where, text string) (Share, error) {
	first, second, ok := strings.Cut(text, "/")
	index, err1 := strconv.Atoi(first)
	count, err2 := strconv.Atoi(second)
	if !ok || err1 != nil || err2 != nil || count < 1 || index < 0 || index >= count {
		return Share{}, fault.New(fault.Usage, where, "wanted I/N with I from 0 to N-1, such as 0/4, found %q", text)
	}
	return Share{Index: index, Count: count, Why: where}, nil
}

// shareOf returns the share that the options or, without them, the variables of Slurm or Kubernetes ask for.
func shareOf(o Options, env func(string) (string, bool)) (Share, error) {
	switch {
	case o.Shard != "" && o.Index != nil:
		return Share{}, fault.New(fault.Usage, "--shard", "does not go with --index")
	case o.Shard != "":
		return ParseShard("--shard", o.Shard)
	case o.Index != nil:
		if *o.Index < 0 {
			return Share{}, fault.New(fault.Usage, "--index", "wanted the number of a point, from 0, found %d", *o.Index)
		}
		return Share{Index: *o.Index, Count: 1, Single: true, Why: "--index"}, nil
	}
	if _, ok := env("SLURM_ARRAY_TASK_ID"); ok {
		return slurmShare(env)
	}
	if _, ok := env("JOB_COMPLETION_INDEX"); ok {
		count := "DNN_SHARDS"
		if _, ok := env(count); !ok {
			count = "JOB_COMPLETIONS"
		}
		return variables{env}.share("JOB_COMPLETION_INDEX", "", "", count)
	}
	return whole(), nil
}

// slurmShare is the share of a task of an array. Its tasks need not be numbered from 0, or by ones.
func slurmShare(env func(string) (string, bool)) (Share, error) {
	return variables{env}.share("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT")
}

// variables reads whole numbers from the environment.
type variables struct {
	env func(string) (string, bool)
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
			WithHint("say which points with --shard I/N")
	}
	return Share{Index: at, Count: n, Why: index}, nil
}

// number returns the value of a variable. One that is not set has the value otherwise; below 0, that is an error.
func (v variables) number(name string, otherwise int) (int, error) {
	text, ok := "", false
	if name != "" {
		text, ok = v.env(name)
	}
	if !ok {
		if otherwise < 0 {
			return 0, fault.New(fault.Usage, name, "wanted a whole number beside the index of the task, found none").
				WithHint("say which points with --shard I/N")
		}
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Usage, name, "wanted a whole number, found %q", text).
			WithHint("say which points with --shard I/N")
	}
	return n, nil
}
