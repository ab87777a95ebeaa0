// Package report makes text: the summary table, the progress of training and of downloads, the confusion table,
// messages and errors, and for programs the JSON lines of dnn train --json. It prints to the writers that it is given.
// It knows nothing of files or of how a network computes, and draws nothing: see package picture.
package report
