package predict

import (
	"dnn/internal/fault"
	"dnn/internal/mnist"
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
		some := make([][]byte, min(rowsAtOnce, images.Count-lo))
		for i := range some {
			some[i] = images.Pixels[(lo+i)*size : (lo+i+1)*size]
		}
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

// rowJobs yields jobs for the rows of a table.
func (o Options) rowJobs(n *network, path string, yield func(job) bool) bool {
	return yield(failed(fault.New(fault.Data, path, "tables cannot be read yet")))
}
