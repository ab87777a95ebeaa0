package predict

import (
	"bytes"
	"image"
	"io"

	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
	"dnn/internal/nn/kernel"
	"dnn/internal/photo"
)

// Network is a model that is ready to be used by many goroutines, for a program whose pictures are no files.
type Network struct{ n *network }

// NewNetwork builds the network of a model. path names the model in errors.
func NewNetwork(m *modelfile.Model, path string, kernels *kernel.Set) (*Network, error) {
	n, err := newNetwork(m, path, kernels)
	if err != nil {
		return nil, err
	}
	return &Network{n}, nil
}

// Model returns the model that the network was built of. It must not be changed.
func (n *Network) Model() *modelfile.Model { return n.n.model }

// Input returns what turns pixels or rows into the network's inputs.
func (n *Network) Input() *modelfile.Input { return n.n.input }

// Layers returns the network itself, which must not be changed.
func (n *Network) Layers() *nn.Sequential { return n.n.layers }

// Classes returns the names of the classes: two for a network with a single output.
func (n *Network) Classes() []string { return n.n.classes }

// Columns returns the names of a table's columns, or nil if the network takes images.
func (n *Network) Columns() []string { return n.n.columns() }

// Size returns rows and columns of an image, both 0 for a table.
func (n *Network) Size() (rows, columns int) { return n.n.rows, n.n.width }

// ReadsPages reports whether digits are found in a picture before the network sees it. If not, a picture is one sample.
func (n *Network) ReadsPages() bool {
	return n.n.columns() == nil && n.n.rows == 28 && n.n.width == 28 && n.n.readsDigits()
}

// NewReader returns a reader of pictures. Only one goroutine may use it at a time.
func (n *Network) NewReader() *Reader { return &Reader{n.worker()} }

func (n *Network) worker() *worker { return n.n.worker() }

// Reader reads pictures as Run does.
type Reader struct{ w *worker }

// WriteJSON writes what Run writes to standard output for the picture in, a file of any format that it reads, with
// Options.JSON: one object a line. name stands for the file. Of the options, Raw, Top and Reject are used.
func (r *Reader) WriteJSON(w io.Writer, in io.Reader, name string, o Options) error {
	if err := r.w.accepts(name, pictureFile, o.Raw); err != nil {
		return err
	}
	img, err := photo.Decode(in, displayed(name))
	if err != nil {
		return err
	}
	var f found
	if o.Raw {
		var pixels []byte
		if pixels, err = photo.Raw(img, r.w.rows, r.w.width); err == nil {
			f.kind = pictureFile
			f.answers, err = o.images(r.w, [][]byte{pixels})
		}
		for i := range f.answers {
			f.answers[i].file = name
		}
	} else {
		f = o.photo(r.w, img, name)
		err = f.err
	}
	if err != nil {
		return placed(err, name)
	}
	var all bytes.Buffer // so that an error leaves nothing half written
	if err := newJSONLines(&all).tell(f); err != nil {
		return err
	}
	_, err = w.Write(all.Bytes())
	return err
}

// Pixels returns the bytes of a picture as the network sees them: those of its one digit or, if the network reads none,
// of the picture itself, which must then have its size. name stands for the file in errors.
func (r *Reader) Pixels(in io.Reader, name string) ([]byte, error) {
	if r.w.columns() != nil {
		return nil, r.w.wantsRows(name, pictureFile.String())
	}
	img, err := photo.Decode(in, name)
	if err != nil {
		return nil, err
	}
	pixels, err := r.pixels(img)
	if err != nil {
		return nil, placed(err, name)
	}
	return pixels, nil
}

func (r *Reader) pixels(img image.Image) ([]byte, error) {
	if !(&Network{r.w.network}).ReadsPages() {
		return photo.Raw(img, r.w.rows, r.w.width)
	}
	page, err := photo.Find(img, photo.Options{Read: r.w.read})
	switch {
	case err != nil:
		return nil, err
	case len(page.Digits) != 1:
		return nil, fault.New(fault.Data, "", "wanted a picture of one digit, found %s",
			fault.Count(len(page.Digits), "digit")).WithHint("POST it to /predict, which reads pages")
	}
	return page.Digits[0].Pixels, nil
}
