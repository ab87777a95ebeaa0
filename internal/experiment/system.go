// Package experiment runs an experiment: from a config and its data to a tested model file. Each exported function does
// the work of one command, and other Go programs and tests can call it too. The outside world is a System that the
// caller passes in, and results go to a Listener. The package itself uses neither the process's streams nor its
// environment (except for the proxy settings of downloads), nor the working folder if all paths are absolute.
//
// This package connects the others: they compute, store, draw and format. Package cmd has the flags, signals and exit
// statuses.
package experiment

import "dnn/internal/world"

// Version is the version of the program. It is stored in model files.
const Version = "0.1.0"

// System is the outside world as an experiment sees it.
type System = world.System
