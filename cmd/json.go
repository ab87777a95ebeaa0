package cmd

import "dnn/internal/report"

// tellJSON prints the error of a command that was asked for JSON as a JSON line too, and returns it.
func tellJSON(system *System, json bool, err error) error {
	if err == nil || !json {
		return err
	}
	if terr := report.NewEvents(system.Stdout).Error(err); terr != nil {
		return terr
	}
	return err
}
