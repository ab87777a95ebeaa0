package predict

import (
	"slices"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/table"
)

// rowsAtOnce is how many rows of a table, or images of an IDX file, a job takes.
const rowsAtOnce = 512

// idxJobs yields jobs for the images of an IDX file.
func (o Options) idxJobs(n *network, path string, yield func(job) bool) bool {
	images, err := mnist.ReadImages(path)
	size := images.Height * images.Width
	if err == nil && size != n.model.Architecture.Input {
		err = fault.New(fault.Data, path, "wanted images of %d x %d pixels, for %s, found %d x %d",
			n.rows, n.width, n.path, images.Height, images.Width)
	}
	if err != nil {
		return yield(failed(err))
	}
	for lo := 0; lo < images.Count; lo += rowsAtOnce {
		hi := min(lo+rowsAtOnce, images.Count)
		some := slices.Collect(slices.Chunk(images.Pixels[lo*size:hi*size], size))
		again := yield(func(w *worker) found {
			answers, err := o.images(w, some)
			if err != nil {
				return found{err: placed(err, path)}
			}
			for i := range answers {
				answers[i].file, answers[i].row = path, lo+i+1
			}
			return found{kind: idxFile, answers: answers}
		})
		if !again {
			return false
		}
	}
	return true
}

// rowJobs yields jobs for the rows of a CSV file: of a table, or of images with a column for each pixel.
func (o Options) rowJobs(n *network, path string, yield func(job) bool) bool {
	in, err := table.ReadInputs(table.InputOptions{
		Path: path, Columns: n.columns(), Pixels: n.model.Architecture.Input,
		Target: n.trained.Target, Ignore: n.trained.Ignore, NoHeader: n.trained.NoHeader, ID: o.ID,
	})
	if err != nil {
		return yield(failed(err))
	}
	for lo := 0; lo < in.Rows; lo += rowsAtOnce {
		hi := min(lo+rowsAtOnce, in.Rows)
		again := yield(func(w *worker) found {
			answers, err := o.rows(w, in, lo, hi)
			if err != nil {
				return found{err: placed(err, path)}
			}
			for i := range answers {
				answers[i].file, answers[i].row = path, lo+i+1
				if in.ID != "" {
					answers[i].id = in.IDs[lo+i]
				}
			}
			return found{kind: tableFile, answers: answers, id: in.ID}
		})
		if !again {
			return false
		}
	}
	return true
}

// rows returns the answers for the rows [lo, hi).
func (o Options) rows(w *worker, in *table.Inputs, lo, hi int) ([]answer, error) {
	if in.Pixels != nil {
		size := len(in.Pixels) / in.Rows
		return o.images(w, slices.Collect(slices.Chunk(in.Pixels[lo*size:hi*size], size)))
	}
	columns := len(w.columns())
	values := make([]float64, (hi-lo)*columns)
	for r := lo; r < hi; r++ {
		in.Row(r, values[(r-lo)*columns:][:columns])
	}
	s, err := w.input.Values(values)
	if err != nil {
		return nil, err
	}
	return w.answers(s, 0, s.Count, o.Top, o.Reject), nil
}
