package cmd

import (
	"dnn/internal/experiment"
	"dnn/internal/fault"
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

// tellJSON returns the error of a command. If the command was asked for JSON, it first prints the error as a JSON line,
// or each error of a joined one.
func tellJSON(system *System, json bool, err error) error {
	if err == nil || !json {
		return err
	}
	for _, one := range fault.Each(err) {
		if terr := report.NewEvents(system.Stdout).Error(one); terr != nil {
			return terr
		}
	}
	return err
}
