package predict

import (
	"errors"
	"image"

	"dnn/internal/atomicfile"
	"dnn/internal/fault"
	"dnn/internal/photo"
	"dnn/internal/world"
)

// rawAtOnce is how many pictures of the model's own size a job takes: enough to be predicted together.
const rawAtOnce = 64

// decode reads a picture. Errors are of kind fault.Data.
func decode(system *world.System, path string) (image.Image, error) {
	if path == stream {
		return photo.Decode(system.Stdin, displayed(path))
	}
	f, err := atomicfile.Open(path)
	if err != nil {
		return nil, cannotRead(path, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	return photo.Decode(f, path)
}

// photoJob returns the job that finds and reads the digits of a picture.
func (o Options) photoJob(system *world.System, path string) job {
	return func(w *worker) found {
		img, err := decode(system, path)
		if err != nil {
			return found{err: err}
		}
		return o.photo(w, img, path)
	}
}

// photo finds and reads the digits of a picture.
func (o Options) photo(w *worker, img image.Image, path string) found {
	page, err := photo.Find(img, photo.Options{Read: w.read, Stages: o.Show == ShowStages})
	f := found{kind: pictureFile, page: page}
	if err != nil {
		f.err = placed(err, path) // the page may have stages all the same
		return f
	}
	if o.Annotate != "" {
		f.image = img
	}
	images := make([][]byte, len(page.Digits))
	for i := range page.Digits {
		images[i] = page.Digits[i].Pixels
	}
	f.answers, err = o.images(w, images)
	if err != nil {
		return found{err: placed(err, path)}
	}
	for i := range f.answers {
		f.answers[i].file, f.answers[i].digit = path, &page.Digits[i]
	}
	return f
}

// images returns the answers for images of the model's own size.
func (o Options) images(w *worker, images [][]byte) ([]answer, error) {
	s, err := w.input.Images(images...)
	if err != nil {
		return nil, err
	}
	answers := w.answers(s, 0, s.Count, o.Top, o.Reject)
	for i := range answers {
		answers[i].pixels = images[i]
	}
	return answers, nil
}

// rawJob returns the job that predicts pictures of the model's own size. Its answers are those of the pictures that can
// be used, and its errors those of the others.
func (o Options) rawJob(system *world.System, inputs []input) job {
	return func(w *worker) found {
		var images [][]byte
		var names []string
		var errs []error
		for _, in := range inputs {
			pixels, err := w.raw(system, in.path)
			if err != nil {
				errs = append(errs, placed(err, in.path))
				continue
			}
			images, names = append(images, pixels), append(names, in.path)
		}
		f := found{kind: pictureFile, err: errors.Join(errs...)}
		if len(images) == 0 {
			return f
		}
		answers, err := o.images(w, images)
		if err != nil {
			return found{err: placed(err, names[0])}
		}
		for i := range answers {
			answers[i].file = names[i]
		}
		f.answers = answers
		return f
	}
}

// raw reads a picture of the model's own size.
func (n *network) raw(system *world.System, path string) ([]byte, error) {
	img, err := decode(system, path)
	if err != nil {
		return nil, err
	}
	return photo.Raw(img, n.rows, n.width)
}

// placed returns err with the path as its place, unless it has one.
func placed(err error, path string) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if e.Where != "" {
			return e
		}
		other := *e
		other.Where = displayed(path)
		return &other
	}
	return fault.New(fault.Data, displayed(path), "%w", err)
}
