package mnist

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"dnn/internal/fault"
)

// LoadOptions say what to load.
type LoadOptions struct {
	Set      Set
	Folder   string // see Set.Folder
	TestOnly bool   // neither read nor verify the training split
}

// Load reads a set from its folder: of each file NAME, or NAME.gz if there is no NAME. It checks that each is a valid
// IDX file, that images and labels are of the same number, and that the hash is the one in the set; a file that the
// manifest knows with its size and modification time is not hashed again. A split without files in the set is left
// empty. Errors are of kind fault.Data.
//
// The caller closes the Dataset.
func Load(o LoadOptions) (*Dataset, error) {
	d := &Dataset{Hash: o.Set.hash()}
	m := o.manifest()
	err := d.load(o, m)
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	if o.Set.Path == "" {
		_ = m.save() // only a cache; the folder may be read-only
	}
	return d, nil
}

// manifest returns the folder's manifest. The user's own folders have none.
func (o LoadOptions) manifest() *manifest {
	if o.Set.Path != "" {
		return &manifest{entries: map[string]manifestEntry{}}
	}
	return readManifest(o.Folder)
}

// load opens and checks the files of the splits.
func (d *Dataset) load(o LoadOptions, m *manifest) (err error) {
	defer d.Recover(&err)
	if d.Test, err = d.loadSplit(o, m, o.Set.Test); err != nil || o.TestOnly {
		return err
	}
	d.Train, err = d.loadSplit(o, m, o.Set.Train)
	return err
}

// loadSplit opens the two files of a split and checks them. The hash comes last: it takes longest, and says least of
// what is wrong.
func (d *Dataset) loadSplit(o LoadOptions, m *manifest, p Pair) (Split, error) {
	if p == (Pair{}) {
		return Split{}, nil
	}
	images, err := d.open(o, p.Images, 3)
	if err != nil {
		return Split{}, err
	}
	labels, err := d.open(o, p.Labels, labelRank(p.Labels.Name))
	if err != nil {
		return Split{}, err
	}
	dims := images.header.Dims
	if dims[1] != o.Set.Height || dims[2] != o.Set.Width {
		return Split{}, o.damaged(images.path, fmt.Errorf("has images of %d x %d pixels, wanted %d x %d",
			dims[1], dims[2], o.Set.Height, o.Set.Width))
	}
	if count := labels.header.Dims[0]; count != dims[0] {
		return Split{}, o.damaged(labels.path, fmt.Errorf("has %s, wanted %d: one for each image in %s",
			fault.Count(count, "label"), dims[0], images.path))
	}
	classes, err := labels.labels()
	if err == nil {
		classes, err = o.Set.classesOf(classes)
	}
	if err != nil {
		return Split{}, o.damaged(labels.path, err)
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
	return Split{Images: images.data, Labels: classes, Count: dims[0], Height: dims[1], Width: dims[2]}, nil
}

// classesOf returns the class of each label. If they are the same, nothing is copied.
func (s Set) classesOf(labels []uint8) ([]uint8, error) {
	if s.Numbers == nil {
		for i, l := range labels {
			if int(l) >= len(s.Classes) {
				return nil, fmt.Errorf("label %d of image %d, wanted 0 to %d", l, i, len(s.Classes)-1)
			}
		}
		return labels, nil
	}
	classes := make([]uint8, len(labels))
	for i, l := range labels {
		class, ok := slices.BinarySearch(s.Numbers, l)
		if !ok {
			return nil, fmt.Errorf("label %d of image %d has no name: wanted one of %d labels from %d to %d",
				l, i, len(s.Numbers), s.Numbers[0], s.Numbers[len(s.Numbers)-1])
		}
		classes[i] = uint8(class)
	}
	return classes, nil
}

// open opens one file, which d.Close closes.
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

// damaged is the error of a file that is there, but is not the set's.
func (o LoadOptions) damaged(path string, err error) error {
	return o.hinted(fault.New(fault.Data, path, "%w", err), "dnn download %s fetches it again")
}

// hinted adds a hint with the set's name, unless the files are the user's own and cannot be downloaded.
func (o LoadOptions) hinted(err *fault.Error, hint string) error {
	if o.Set.Path != "" {
		return err
	}
	return err.WithHint(hint, o.Set.Name)
}
