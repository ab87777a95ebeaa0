//go:build !linux

package process

import "errors"

// allowedCPUs returns nil: it cannot be known here.
func allowedCPUs() []int { return nil }

// pin is for Linux only.
func pin(...int) error { return errors.ErrUnsupported }
