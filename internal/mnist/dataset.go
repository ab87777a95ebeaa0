package mnist

// Dataset is a data set in memory. Pixels and labels are the files' own bytes, and most often the files' own pages:
// they are read-only, and gone after Close.
type Dataset struct {
	Name    string   // the Set's
	Classes []string // the name of each label, from label 0 on
	Train   Split    // empty if only the test split was loaded
	Test    Split
	Hash    string // Set.Hash of the set that was loaded

	files files // that the splits are of
}

// Split is a part of a data set. Image i is Images[i*Height*Width : (i+1)*Height*Width], row by row, 0 (background) to
// 255; its label is Labels[i].
type Split struct {
	Images []uint8 // Count*Height*Width bytes
	Labels []uint8 // Count bytes, each below the number of classes
	Count  int
	Height int // pixels
	Width  int // pixels
}

// Features returns the number of pixels of one image.
func (s Split) Features() int { return s.Height * s.Width }

// Close gives the memory back. Images and Labels must not be touched after it. A second Close does nothing.
func (d *Dataset) Close() error {
	err := d.files.close()
	d.files = nil
	d.Train, d.Test = Split{}, Split{}
	return err
}

// Whole returns an error of kind fault.Data if a file has become shorter since it was opened. Up to the end of a page
// of memory, which is not read but as zeros then, nothing else tells.
func (d *Dataset) Whole() error { return d.files.whole() }

// Recover is for a deferred call where the data set is used, on a goroutine for which debug.SetPanicOnFault is on.
// Where a file became shorter since it was opened, its memory can no longer be read; a panic because of that becomes an
// error of kind fault.Data. Other panics go on.
func (d *Dataset) Recover(err *error) { d.files.recovered(recover(), err) }
