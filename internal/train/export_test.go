package train

import "io"

// What the tests of whole runs look at. They are a package of their own because their callbacks import this one.

// File returns the name of the checkpoint after that many steps.
func (c *Checkpoints) File(steps int) string { return c.file(steps) }

// Files returns after how many steps there are checkpoints, the last first.
func (c *Checkpoints) Files() ([]int, error) { return c.files() }

// PastFile returns the name of the file with the first epochs.
func (c *Checkpoints) PastFile() string { return c.past() }

// EncodeFormat1 writes the checkpoint with all of its epochs in itself.
func (c *Checkpoint) EncodeFormat1(w io.Writer) error {
	c.before = before{}
	return c.encode(w)
}

// KeptCheckpoints is how many there are at a time.
const KeptCheckpoints = keptCheckpoints
