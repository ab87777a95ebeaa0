package train

import "io"

// Access for the tests in package train_test, which cannot be in this package because they import package callback.

// File returns the path of the checkpoint after the given number of steps.
func (c *Checkpoints) File(steps int) string { return c.file(steps) }

// Files returns the numbers of steps of all checkpoints, in descending order.
func (c *Checkpoints) Files() ([]int, error) { return c.files() }

// HistoryFile returns the path of the history file.
func (c *Checkpoints) HistoryFile() string { return c.historyPath() }

// EncodeFormat1 writes the checkpoint with all of its epochs.
func (c *Checkpoint) EncodeFormat1(w io.Writer) error {
	c.inHistoryFile = historyPrefix{}
	return c.encode(w)
}

// KeptCheckpoints is how many checkpoints are kept.
const KeptCheckpoints = keptCheckpoints
