package predict

import (
	"iter"
	"slices"

	"dnn/internal/fault"
	"dnn/internal/mnist"
	"dnn/internal/table"
)

// rowsAtOnce is how many rows of a table, or images of an IDX file, a job takes.
const rowsAtOnce = 512

// idxJobs returns jobs for the images of an IDX file.
func (o Options) idxJobs(n *network, path string) iter.Seq[job] {
	images, err := mnist.ReadImages(path)
	size := images.Height * images.Width
	height, width := n.rows, n.width
	if n.trained.Transpose {
		height, width = width, height
	}
	known := n.rows > 1 // else the model tells no more than how many pixels there are
	if err == nil && (size != n.model.Architecture.Input || known && (images.Height != height || images.Width != width)) {
		err = fault.New(fault.Data, path, "wanted images of %d x %d pixels, for %s, found %d x %d",
			height, width, n.path, images.Height, images.Width)
	}
	if err != nil {
		return one(failed(err))
	}
	return parts(path, images.Count, func(w *worker, lo, hi int) (found, error) {
		answers, err := o.images(w, n.upright(images.Pixels[lo*size:hi*size]))
		return found{kind: idxFile, answers: answers}, err
	})
}

// rowJobs returns jobs for the rows of a CSV file: of a table, or of images with a column for each pixel.
func (o Options) rowJobs(n *network, path string) iter.Seq[job] {
	in, err := table.ReadInputs(table.InputOptions{
		Path: path, Columns: n.columns(), Pixels: n.model.Architecture.Input,
		Target: n.trained.Target, Ignore: n.trained.Ignore, NoHeader: n.trained.NoHeader, ID: o.ID,
	})
	if err != nil {
		return one(failed(err))
	}
	return parts(path, in.Rows, func(w *worker, lo, hi int) (found, error) {
		answers, err := o.rows(w, in, lo, hi)
		if in.ID != "" {
			for i := range answers {
				answers[i].id = in.IDs[lo+i]
			}
		}
		return found{kind: tableFile, answers: answers, id: in.ID}, err
	})
}

// parts returns jobs for so many samples of a file, a part of them each: predict returns the answers for [lo, hi).
func parts(path string, count int, predict func(w *worker, lo, hi int) (found, error)) iter.Seq[job] {
	return func(yield func(job) bool) {
		for lo := 0; lo < count; lo += rowsAtOnce {
			part := func(w *worker) found {
				f, err := predict(w, lo, min(lo+rowsAtOnce, count))
				if err != nil {
					return found{err: placed(err, path)}
				}
				for i := range f.answers {
					f.answers[i].file, f.answers[i].row = path, lo+i+1
				}
				return f
			}
			if !yield(part) {
				return
			}
		}
	}
}

// rows returns the answers for the rows [lo, hi).
func (o Options) rows(w *worker, in *table.Inputs, lo, hi int) ([]answer, error) {
	if in.Pixels != nil {
		size := len(in.Pixels) / in.Rows
		return o.images(w, w.upright(in.Pixels[lo*size:hi*size]))
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

// upright returns the images of an IDX or a CSV file, row by row. If the model was trained on files that have their
// images column by column, as EMNIST's, these have too.
func (n *network) upright(pixels []byte) [][]byte {
	images := slices.Collect(slices.Chunk(pixels, n.rows*n.width))
	if !n.trained.Transpose {
		return images
	}
	for i, from := range images {
		to := make([]byte, len(from))
		for r := range n.rows {
			for c := range n.width {
				to[r*n.width+c] = from[c*n.rows+r]
			}
		}
		images[i] = to
	}
	return images
}
