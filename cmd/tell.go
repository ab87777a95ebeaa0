package cmd

import (
	"dnn/internal/experiment"
	"dnn/internal/report"
)

// listener returns what reports on an experiment: as JSON lines, only the result, or as text.
func listener(system *System, json, quiet bool) experiment.Listener {
	switch {
	case json:
		return experiment.JSON(system)
	case quiet:
		return experiment.Quiet(system)
	}
	return experiment.Text(system)
}

// tellJSON returns the error of a command. If the command was asked for JSON, it first prints the error as a JSON line.
func tellJSON(system *System, json bool, err error) error {
	if err == nil || !json {
		return err
	}
	if terr := report.NewEvents(system.Stdout).Error(err); terr != nil {
		return terr
	}
	return err
}
