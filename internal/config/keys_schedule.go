package config

import (
	"dnn/internal/keyfile"
	"dnn/internal/setting"
	"dnn/internal/train/schedule"
)

// scheduleKeys returns the keys of the schedules. A key applies to the schedules that have it.
func scheduleKeys() []Key {
	var names []string
	var things []thing
	for _, s := range schedule.All() {
		names = append(names, s.Name)
		things = append(things, thing{s.Name, s.Settings()})
	}
	return append([]Key{
		{Name: "schedule", NoField: true,
			Doc: "How the learning rate changes from step to step. Epochs may be fractions."},
		{Name: "schedule.name", Default: constant, Example: "cosine", Kind: choice(names...),
			Doc:    "Which schedule.",
			Advice: "cosine for a run of known length, one_cycle for a short one; constant for a first trial."},
	}, keysOf("schedule", things)...)
}

// constant is the default schedule.
const constant = "constant"

// scheduleOf returns the schedule with its settings.
func scheduleOf(v *keyfile.Values) schedule.Named {
	values, _ := v.Group("schedule")
	for _, s := range schedule.All() {
		if s.Name == values["name"] {
			setting.Fill(s.Settings(), values)
			return s
		}
	}
	panic("config: no schedule has the name that the table of keys allows")
}
