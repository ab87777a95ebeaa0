package predict

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"dnn/internal/fault"
	"dnn/internal/world"
)

// job predicts some samples.
type job = func(w *worker) found

// jobs returns the jobs for all inputs, in their order. It looks at an input when its turn comes.
func (o Options) jobs(system *world.System, n *network, inputs []input) iter.Seq[job] {
	return func(yield func(job) bool) {
		first := unknown // the kind of the first input
		for len(inputs) > 0 {
			path, taken := inputs[0].path, 1
			k, err := o.kind(n, inputs[0], first)
			if err == nil && first == unknown {
				first = k
			}
			var some iter.Seq[job]
			switch {
			case err != nil:
				if of := inputs[0].from; of != "" && k == pictureFile {
					if all := n.accepts(of, k, o.Raw); all != nil { // said once
						err, taken = all, picturesFrom(inputs)
					}
				}
				some = one(failed(err))
			case k == tableFile:
				some = o.rowJobs(n, path)
			case k == idxFile:
				some = o.idxJobs(n, path)
			case o.Raw:
				taken = picturesAtOnce(inputs)
				some = one(o.rawJob(system, inputs[:taken]))
			default:
				some = one(o.photoJob(system, path))
			}
			inputs = inputs[taken:]
			for job := range some {
				if !yield(job) {
					return
				}
			}
		}
	}
}

// kind returns the kind of an input, or why it cannot be predicted. first is the kind of the first input.
func (o Options) kind(n *network, in input, first kind) (kind, error) {
	if in.err != nil {
		return unknown, in.err
	}
	k, err := kindOf(in.path)
	if err == nil {
		err = n.accepts(in.path, k, o.Raw)
	}
	if err == nil && o.Annotate != "" && k != pictureFile {
		err = fault.New(fault.Usage, "--annotate", "wanted a picture to draw on, found %v (%s)", k, in.path)
	}
	if err == nil && o.CSV != "" && first != unknown && first != k {
		err = fault.New(fault.Data, displayed(in.path),
			"is %v, which has no place in the CSV file: the first input was %v", k, first)
	}
	return k, err
}

// picturesAtOnce returns how many inputs, from the first on, a job of --raw takes.
func picturesAtOnce(inputs []input) int {
	n := 1
	for n < min(len(inputs), rawAtOnce) && isPictureName(inputs[n].path) {
		n++
	}
	return n
}

// picturesFrom returns how many inputs, from the first on, are pictures that the same folder or pattern stands for.
func picturesFrom(inputs []input) int {
	n := 1
	for n < len(inputs) && inputs[n].from == inputs[0].from && isPictureName(inputs[n].path) {
		n++
	}
	return n
}

// one is a single job.
func one(j job) iter.Seq[job] { return func(yield func(job) bool) { yield(j) } }

// failed is a job without answers.
func failed(err error) job {
	return func(*worker) found { return found{err: err} }
}

// accepts returns an error if the model does not take inputs of the kind.
func (n *network) accepts(path string, k kind, raw bool) error {
	where := displayed(path)
	switch {
	case n.columns() != nil && path == stream:
		return n.wantsRows(where, "standard input, which only gives a picture")
	case n.columns() != nil && k != tableFile:
		return n.wantsRows(where, k.String())
	case k != pictureFile || raw:
		return nil
	case n.rows != 28 || n.width != 28:
		return fault.New(fault.Data, where, "%s takes images of %d x %d pixels, and digits are found for models of "+
			"28 x 28 only", n.path, n.width, n.rows).
			WithHint("--raw takes a picture of %d x %d pixels as it is", n.width, n.rows)
	case !n.readsDigits():
		knows := "knows " + few(n.classes)
		if n.model.Dataset != "" {
			knows = "was trained on " + n.model.Dataset
		}
		return fault.New(fault.Data, where, "%s %s, and only digits are found in a picture", n.path, knows).
			WithHint("--raw takes a picture of 28 x 28 pixels as it is")
	}
	return nil
}

// readsDigits reports whether the classes are characters, or numbers that may stand for some.
func (n *network) readsDigits() bool {
	for _, class := range n.classes {
		if _, err := strconv.Atoi(class); err != nil && utf8.RuneCountInString(class) != 1 {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(n.model.Dataset), "fashion")
}

// displayed returns the name of an input for messages.
func displayed(path string) string {
	if path == stream {
		return "standard input"
	}
	return path
}

// few joins names for a message; of many, only the first ones.
func few(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
