// Package fault defines the one error type that reaches a person: where it happened, what was wrong, what may help, and
// the exit status that a script sees. It is not for errors that code recovers from; those stay ordinary errors.
package fault

import (
	"errors"
	"fmt"
	"io/fs"
)

// Kind says what sort of failure an error is. Its number is the program's exit status.
type Kind int

// The exit statuses of dnn. 0 (done) has no Kind: it is the absence of an error.
const (
	BelowMinimum Kind = 1   // a minimum such as eval --min-accuracy was not reached
	Usage        Kind = 2   // unknown command or flag, wrong number of arguments
	Config       Kind = 3   // an experiment file, or a value that overrides one
	Data         Kind = 4   // bad or missing data, model or checkpoint
	Write        Kind = 5   // cannot write a file or bind a port
	Network      Kind = 6   // no mirror could be reached
	Resources    Kind = 7   // refused: would need more memory or disk than there is
	Locked       Kind = 8   // another process holds the lock
	Diverged     Kind = 9   // the loss became NaN or infinite
	Bug          Kind = 70  // a bug in dnn
	HungUp       Kind = 129 // stopped by SIGHUP
	Interrupted  Kind = 130 // stopped by SIGINT
	Piped        Kind = 141 // stopped since nobody reads standard output, as by SIGPIPE
	Terminated   Kind = 143 // stopped by SIGTERM
)

// Error is a failure in the user's words. Printed as "dnn: <Where>: <What>" and, if Hint is set, one line "hint: <Hint>".
type Error struct {
	Kind  Kind
	Where string // a file (with line and column), a flag, a URL, a command
	What  string // what was wanted and what was found: lower case, no full stop
	Hint  string // what the user can do about it; may be empty
	Err   error  // the cause, for errors.Is; may be nil
}

// Error returns "where: what", or what alone if there is no place to name.
func (e *Error) Error() string {
	if e.Where == "" {
		return e.What
	}
	return e.Where + ": " + e.What
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an Error of the given kind. The format may use %w once: that error becomes the cause.
func New(kind Kind, where, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Where: where, What: err.Error(), Err: errors.Unwrap(err)}
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// HintMissing gives the *Error of a file that is not there another hint, and returns any other error as it is.
func HintMissing(err error, hint string, args ...any) error {
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, fs.ErrNotExist) {
		return e.WithHint(hint, args...)
	}
	return err
}

// Each returns the errors that errors.Join has put together into err, and those that were put together into them; or err alone.
func Each(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error }) // not errors.As: what an error wraps is its cause, not one more
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, Each(one)...)
	}
	return all
}

// KindOf returns the kind of the first *Error in err's chain, or Bug if there is none: an error that nobody put into the
// user's words is one that nobody expected.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Bug
}
