// Package report makes the text that a person reads: the summary table, progress of training and of downloads, the
// confusion table, messages and errors; and the JSON lines of dnn train --json, for programs. It prints into the
// writers that it is given, counts, and knows nothing of files or of how a network computes. Pictures are package
// picture's.
package report
