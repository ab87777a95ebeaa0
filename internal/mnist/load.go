package mnist

import (
	"errors"
	"fmt"
	"io/fs"

	"dnn/internal/fault"
)

// LoadOptions says what to load.
type LoadOptions struct {
	Set      Set
	Folder   string // see Set.Folder
	TestOnly bool   // leave the training split alone: neither read nor verified
}

// Load reads a set from its folder. A split that the set does without is left empty. Each file is checked for being a
// sound IDX file, for agreeing with its partner, and for being the very file that the set describes; for the last, a
// manifest that knows the file's size and time of change stands in for hashing it again. NAME.gz is read where NAME is
// not there. Errors are of kind fault.Data.
//
// The caller closes the Dataset.
func Load(o LoadOptions) (*Dataset, error) {
	d := &Dataset{Name: o.Set.Name, Classes: o.Set.Classes, Hash: o.Set.Hash()}
	m := o.manifest()
	err := d.load(o, m)
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	if o.Set.Path == "" {
		// What was hashed needs no hashing next time. The folder may be read-only, then it is hashed again.
		_ = m.save()
	}
	return d, nil
}

// manifest returns what is known of the folder's files; of the user's own nothing is kept.
func (o LoadOptions) manifest() *manifest {
	if o.Set.Path != "" {
		return &manifest{entries: map[string]manifestEntry{}}
	}
	return readManifest(o.Folder)
}

func (d *Dataset) load(o LoadOptions, m *manifest) (err error) {
	defer d.Recover(&err)
	if d.Test, err = d.loadSplit(o, m, o.Set.Test); err != nil || o.TestOnly {
		return err
	}
	d.Train, err = d.loadSplit(o, m, o.Set.Train)
	return err
}

// loadSplit opens the two files of a split and checks them: first what is cheap and says most, the hash last.
func (d *Dataset) loadSplit(o LoadOptions, m *manifest, p Pair) (Split, error) {
	if p == (Pair{}) {
		return Split{}, nil
	}
	images, err := d.open(o, p.Images, 3)
	if err != nil {
		return Split{}, err
	}
	labels, err := d.open(o, p.Labels, 1)
	if err != nil {
		return Split{}, err
	}
	dims := images.header.Dims
	if dims[1] != o.Set.Height || dims[2] != o.Set.Width {
		return Split{}, o.damaged(images.path, fmt.Errorf("has images of %d x %d pixels, wanted %d x %d",
			dims[1], dims[2], o.Set.Height, o.Set.Width))
	}
	if got := labels.header.Dims[0]; got != dims[0] {
		return Split{}, o.damaged(labels.path, fmt.Errorf("has %s, wanted %d: one for each image in %s",
			fault.Count(got, "label"), dims[0], images.path))
	}
	for i, l := range labels.data {
		if int(l) >= len(o.Set.Classes) {
			return Split{}, o.damaged(labels.path, fmt.Errorf("label %d of image %d, wanted 0 to %d",
				l, i, len(o.Set.Classes)-1))
		}
	}
	for _, f := range []struct {
		file File
		idx  *idxFile
	}{{p.Images, images}, {p.Labels, labels}} {
		if m.vouchesFor(f.file, f.idx.info) {
			continue
		}
		sum := f.idx.sha256()
		if sum != f.file.SHA256 {
			return Split{}, o.damaged(f.idx.path, fmt.Errorf("is not the file of %s: its SHA-256 is %s, wanted %s",
				o.Set.Title, sum, f.file.SHA256))
		}
		m.record(f.idx.info, sum)
	}
	return Split{Images: images.data, Labels: labels.data, Count: dims[0], Height: dims[1], Width: dims[2]}, nil
}

// open opens one file; the Dataset's Close closes it.
func (d *Dataset) open(o LoadOptions, f File, rank int) (*idxFile, error) {
	idx, err := openIDX(o.Folder, f.Name, rank, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, o.hinted(fault.New(fault.Data, idx.path, "%w", fs.ErrNotExist), "dnn download %s fetches it")
	}
	if err != nil {
		return nil, o.damaged(idx.path, err)
	}
	d.files = append(d.files, idx)
	return idx, nil
}

func (o LoadOptions) damaged(path string, err error) error {
	return o.hinted(fault.New(fault.Data, path, "%w", err), "dnn download %s fetches it again")
}

// hinted adds a hint with the set's name, unless nobody but the user has the files.
func (o LoadOptions) hinted(err *fault.Error, hint string) error {
	if o.Set.Path != "" {
		return err
	}
	return err.WithHint(hint, o.Set.Name)
}
