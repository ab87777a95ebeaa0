// Package fault defines the one type of error that users see. It says where something happened, what was wrong and what
// may help, and has the exit status that scripts see. Errors that code recovers from are ordinary errors.
package fault

import (
	"errors"
	"fmt"
	"io/fs"
)

// Kind is the kind of a failure. Its number is the exit status of the program.
type Kind int

// The exit statuses of dnn. 0 has no Kind: it means that there was no error.
const (
	BelowMinimum Kind = 1   // a minimum such as eval --min-accuracy was not reached
	Usage        Kind = 2   // unknown command or flag, wrong argument
	Config       Kind = 3   // mistake in an experiment file, or in a value that overrides it
	Data         Kind = 4   // bad or missing data, model or checkpoint
	Write        Kind = 5   // cannot write a file or bind a port
	Network      Kind = 6   // no mirror could be reached
	Resources    Kind = 7   // too little memory or disk, or a limit of the process is too low
	Locked       Kind = 8   // another process holds the lock
	Diverged     Kind = 9   // the loss became NaN or infinite
	Bug          Kind = 70  // a bug in dnn
	HungUp       Kind = 129 // stopped by SIGHUP
	Interrupted  Kind = 130 // stopped by SIGINT
	Piped        Kind = 141 // stopped because nobody reads standard output, as by SIGPIPE
	Terminated   Kind = 143 // stopped by SIGTERM
)

// Error is a failure in the user's words. It is printed as "dnn: <Where>: <What>" and, if Hint is set, a second line
// "hint: <Hint>".
type Error struct {
	Kind  Kind
	Where string // a file (with line and column), a flag, a URL, a command
	What  string // what was wanted and what was found: lower case, no full stop
	Hint  string // what the user can do about it; may be empty
	Err   error  // the cause, for errors.Is; may be nil
}

// Error returns "where: what", or only what if Where is empty.
func (e *Error) Error() string {
	if e.Where == "" {
		return e.What
	}
	return e.Where + ": " + e.What
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an Error of the given kind. The format may have one %w, whose error becomes the cause.
func New(kind Kind, where, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Where: where, What: err.Error(), Err: errors.Unwrap(err)}
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// HintMissing replaces the hint of an *Error about a missing file. It returns any other error as it is.
func HintMissing(err error, hint string, args ...any) error {
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, fs.ErrNotExist) {
		return e.WithHint(hint, args...)
	}
	return err
}

// Each returns the errors that errors.Join combined into err, also in several levels; or err alone if it is not joined.
func Each(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error }) // not errors.As, which looks into causes
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, Each(one)...)
	}
	return all
}

// KindOf returns the kind of the first *Error in err's chain. If there is none, it is Bug: nobody expected the error,
// or it would have the user's words.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Bug
}
