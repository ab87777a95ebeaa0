package mnist

// Dataset is a data set in memory. Pixels and labels are slices of the files' bytes, which are mapped where possible:
// they are read-only, and invalid after Close.
type Dataset struct {
	Train Split // empty if only the test split was loaded
	Test  Split
	Hash  string // Set.hash

	files files // open, since the splits are slices of them
}

// Split holds the training or the test images. Image i is Images[i*Height*Width : (i+1)*Height*Width], row by row, with
// pixels from 0 (background) to 255; its label is Labels[i].
type Split struct {
	Images []uint8 // Count*Height*Width bytes
	Labels []uint8 // Count bytes, each below the number of classes
	Count  int
	Height int // pixels
	Width  int // pixels
}

// Features returns the number of pixels of one image.
func (s Split) Features() int { return s.Height * s.Width }

// Close releases the memory. Images and Labels must not be used after it. A second Close does nothing.
func (d *Dataset) Close() error {
	err := d.files.close()
	d.files = nil
	d.Train, d.Test = Split{}, Split{}
	return err
}

// CheckSizes returns an error of kind fault.Data if a file has shrunk since it was opened. Recover does not notice
// every such file: from its new end up to the end of that page of memory, reads do not panic but give zeros.
func (d *Dataset) CheckSizes() error { return d.files.checkSizes() }

// Recover is to be deferred where the data set is used, on a goroutine for which debug.SetPanicOnFault is on. Reading a
// mapped file beyond the end that it has by now panics; Recover turns this panic into an error of kind fault.Data.
// Other panics go on.
func (d *Dataset) Recover(err *error) { d.files.recovered(recover(), err) }
