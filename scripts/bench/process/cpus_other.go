//go:build !linux

package process

import "errors"

// allowedCPUs returns nil: the CPUs are unknown on this system.
func allowedCPUs() []int { return nil }

// pin works on Linux only.
func pin(...int) error { return errors.ErrUnsupported }
