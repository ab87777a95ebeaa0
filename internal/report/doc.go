// Package report makes what a person looks at: the summary table, progress of training and of downloads, the confusion
// table, curves, error lines, and the JSON lines of dnn train --json. It prints into the writers that it is given, counts,
// and knows nothing of files or of how a network computes.
package report
