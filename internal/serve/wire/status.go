package wire

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/serve/engine"
)

// StatusError is an error with its HTTP status.
type StatusError struct {
	Code int
	Err  error
}

// Error returns the message.
func (s *StatusError) Error() string { return s.Err.Error() }

// Unwrap returns the error that was the reason.
func (s *StatusError) Unwrap() error { return s.Err }

// Errorf returns a StatusError with a message.
func Errorf(code int, format string, args ...any) *StatusError {
	return &StatusError{code, fmt.Errorf(format, args...)}
}

// asRequests says what a hint says of options of dnn predict for who sends requests.
var asRequests = strings.NewReplacer("--raw", "/predict?raw=true", "--show", "dnn predict --show",
	"give it a CSV file whose first line has these names", "POST rows to /v1/models/NAME:predict or /v2/models/NAME/infer")

// StatusOf returns the HTTP status of an error and its message, of at most 400 characters.
func StatusOf(err error) (code int, message string) {
	code, message = http.StatusInternalServerError, err.Error()
	if s, ok := errors.AsType[*StatusError](err); ok {
		code = s.Code
	} else if f, ok := errors.AsType[*fault.Error](err); ok {
		if f.Kind == fault.Data || f.Kind == fault.Usage {
			code = http.StatusBadRequest
		}
		if f.Hint != "" {
			message += " (" + asRequests.Replace(f.Hint) + ")"
		}
	} else if errors.Is(err, engine.ErrBusy) || errors.Is(err, engine.ErrLate) || errors.Is(err, engine.ErrClosed) {
		code = http.StatusServiceUnavailable
	}
	return code, Short(message)
}

// Short returns a text of at most 400 characters, all of them valid, for a message with something of a request in it.
func Short(text string) string {
	const most = 400
	begin := text[:min(len(text), 4*most)] // a body of megabytes is not to be copied
	chars := []rune(strings.ToValidUTF8(begin, "\ufffd"))
	if len(begin) == len(text) && len(chars) <= most {
		return string(chars)
	}
	return string(chars[:min(len(chars), most-1)]) + "…"
}

// Method reports whether a request has one of the methods. If not, err is the StatusError, and the response says which.
func Method(w http.ResponseWriter, r *http.Request, methods ...string) error {
	for _, m := range methods {
		if r.Method == m || m == http.MethodGet && r.Method == http.MethodHead {
			return nil
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	return Errorf(http.StatusMethodNotAllowed, "wanted the method %s, found %q", strings.Join(methods, " or "),
		Short(r.Method))
}
