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
func (o Options) jobs(system *world.System, n *network, inputs []string) iter.Seq[job] {
	return func(yield func(job) bool) {
		var first *kind // of the first input
		for i := 0; i < len(inputs); {
			path := inputs[i]
			k, err := kindOf(path)
			if err == nil {
				err = n.accepts(path, k, o.Raw)
			}
			if err == nil && o.CSV != "" && first != nil && *first != k {
				err = fault.New(fault.Data, displayed(path), "is %v, which has no place in the CSV file: "+
					"the first input was %v", k, *first)
			}
			if first == nil {
				first = &k
			}
			i++
			switch {
			case err != nil:
				if !yield(failed(err)) {
					return
				}
			case k == tableFile:
				if !o.rowJobs(n, path, yield) {
					return
				}
			case k == idxFile:
				if !o.idxJobs(n, path, yield) {
					return
				}
			case o.Raw:
				chunk := []string{path}
				for ; i < len(inputs) && len(chunk) < rawAtOnce && isPictureName(inputs[i]); i++ {
					chunk = append(chunk, inputs[i])
				}
				if !o.rawJobs(system, n, chunk, yield) {
					return
				}
			default:
				if !yield(o.photoJob(system, path)) {
					return
				}
			}
		}
	}
}

// failed is a job without answers.
func failed(err error) job {
	return func(*worker) found { return found{err: err} }
}

// accepts returns an error if the model does not take inputs of the kind.
func (n *network) accepts(path string, k kind, raw bool) error {
	where := displayed(path)
	switch {
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
