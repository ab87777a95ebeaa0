package cmd

import (
	"dnn/internal/experiment"
	"dnn/internal/report"
)

// listener returns what tells of an experiment: in JSON lines, by the result alone, or in words and figures.
func listener(system *System, json, quiet bool) experiment.Listener {
	switch {
	case json:
		return experiment.JSON(system)
	case quiet:
		return experiment.Quiet(system)
	}
	return experiment.Text(system)
}

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
