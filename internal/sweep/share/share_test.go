package share

import (
	"strings"
	"testing"

	"dnn/internal/fault"
)

// flags are those that say a share.
type flags struct {
	Shard string
	Index *int
}

func TestOf(t *testing.T) {
	three, below := 3, -1
	for _, c := range []struct {
		name string
		o    flags
		env  string // NAME=value, …
		want Share  // without Why
		why  string
		err  string
	}{
		{"all", flags{}, "", Whole(), "", ""},
		{"shard", flags{Shard: "2/5"}, "", Share{Index: 2, Count: 5}, "--shard", ""},
		{"index", flags{Index: &three}, "", Share{Index: 3, Count: 1, Single: true}, "--index", ""},
		{"flags first", flags{Shard: "0/2"}, "SLURM_ARRAY_TASK_ID=x", Share{Count: 2}, "--shard", ""},
		{"slurm", flags{}, "SLURM_ARRAY_TASK_ID=3,SLURM_ARRAY_TASK_COUNT=4", Share{Index: 3, Count: 4}, "SLURM_ARRAY_TASK_ID", ""},
		{"slurm from 10 by 5", flags{},
			"SLURM_ARRAY_TASK_ID=20,SLURM_ARRAY_TASK_COUNT=4,SLURM_ARRAY_TASK_MIN=10,SLURM_ARRAY_TASK_STEP=5",
			Share{Index: 2, Count: 4}, "SLURM_ARRAY_TASK_ID", ""},
		{"job", flags{}, "JOB_COMPLETION_INDEX=1,JOB_COMPLETIONS=2", Share{Index: 1, Count: 2}, "JOB_COMPLETION_INDEX", ""},
		{"our shards first", flags{}, "JOB_COMPLETION_INDEX=1,JOB_COMPLETIONS=2,DNN_SHARDS=3", Share{Index: 1, Count: 3},
			"JOB_COMPLETION_INDEX", ""},
		{"empty variables", flags{}, "JOB_COMPLETION_INDEX=,SLURM_ARRAY_TASK_ID=", Whole(), "", ""},

		{"both", flags{Shard: "0/2", Index: &three}, "", Share{}, "", "--shard: does not go with --index"},
		{"below 0", flags{Index: &below}, "", Share{}, "", "--index: wanted the number of a point, from 0, found -1"},
		{"no slash", flags{Shard: "2"}, "", Share{}, "", `--shard: wanted I/N with I from 0 to N-1, such as 0/4, found "2"`},
		{"beyond", flags{Shard: "2/2"}, "", Share{}, "", "--shard: wanted I/N"},
		{"of none", flags{Shard: "0/0"}, "", Share{}, "", "--shard: wanted I/N"},
		{"no count", flags{}, "SLURM_ARRAY_TASK_ID=3", Share{}, "", "SLURM_ARRAY_TASK_COUNT: wanted the number of tasks"},
		{"parts of an array", flags{}, "SLURM_ARRAY_TASK_ID=7,SLURM_ARRAY_TASK_COUNT=2,SLURM_ARRAY_TASK_MIN=3", Share{}, "",
			"SLURM_ARRAY_TASK_ID: wanted a number below SLURM_ARRAY_TASK_COUNT=2, found 7"},
		{"between steps", flags{},
			"SLURM_ARRAY_TASK_ID=12,SLURM_ARRAY_TASK_COUNT=4,SLURM_ARRAY_TASK_MIN=10,SLURM_ARRAY_TASK_STEP=5",
			Share{}, "", "SLURM_ARRAY_TASK_ID: wanted"},
		{"no number", flags{}, "JOB_COMPLETION_INDEX=1,DNN_SHARDS=two", Share{}, "", `DNN_SHARDS: wanted a whole number, found "two"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := map[string]string{}
			for _, v := range strings.Split(c.env, ",") {
				if name, value, ok := strings.Cut(v, "="); ok {
					env[name] = value
				}
			}
			got, err := Of(c.o.Shard, c.o.Index, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
			if c.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.err) || fault.KindOf(err) != fault.Usage {
					t.Errorf("%v, wanted %s", err, c.err)
				}
				return
			}
			c.want.Why = c.why
			if err != nil || got != c.want {
				t.Errorf("%+v, %v, wanted %+v", got, err, c.want)
			}
		})
	}
}

// TestShares: the shards of a sweep are all its points, each once.
func TestShares(t *testing.T) {
	for point := range 20 {
		of := 0
		for i := range 7 {
			if (Share{Index: i, Count: 7}).Has(point) {
				of++
			}
		}
		if of != 1 {
			t.Errorf("point %d is in %d shards", point, of)
		}
	}
}

// TestNote: who is in a task of something else is told how to take all points.
func TestNote(t *testing.T) {
	for want, s := range map[string]Share{
		"takes shard 2 of 3, as --shard says":                                           {Index: 2, Count: 3, Why: "--shard"},
		"takes point 4, as --index says":                                                {Index: 4, Count: 1, Single: true, Why: "--index"},
		"takes shard 2 of 3, as SLURM_ARRAY_TASK_ID says; --shard 0/1 takes all points": {Index: 2, Count: 3, Why: "SLURM_ARRAY_TASK_ID"},
	} {
		if got := s.Note(); got != want {
			t.Errorf("found %q, wanted %q", got, want)
		}
	}
}
