package config

import (
	"slices"

	"dnn/internal/history"
	"dnn/internal/keyfile"
	"dnn/internal/setting"
	"dnn/internal/train/callback"
)

// metrics returns the kind of a value that names a metric of an epoch. Names that begin with val_ need validation.
func metrics() keyfile.Choice { return choice(history.Metrics()...) }

// callbackKeys returns the keys of what happens between epochs: callbacks that act on the run, checkpoints, logs and trackers.
func callbackKeys() []Key {
	var acting, logs []Key
	for _, c := range callback.All() {
		if c.Observes() {
			logs = append(logs, keysOfCallback(c)...)
		} else {
			acting = append(acting, keysOfCallback(c)...)
		}
	}
	return slices.Concat(acting, checkpointKeys(), logs)
}

// keysOfCallback returns the keys of a callback: a group of keys, or one key if the callback has no Doc.
func keysOfCallback(c callback.Named) []Key {
	settings := c.Settings()
	if c.Doc == "" {
		k := keyOf("", settings[0])
		k.NoField = true
		return []Key{k}
	}
	keys := []Key{{Name: c.Name, Doc: c.Doc, Main: c.Main, Optional: true, NoField: true}}
	for _, s := range settings {
		keys = append(keys, keyOf(c.Name, s))
	}
	return keys
}

// callbacksOf returns the callbacks that are on, with their settings.
func callbacksOf(v *keyfile.Values) []callback.Named {
	var on []callback.Named
	for _, c := range callback.All() {
		if !v.Given(c.Name) {
			continue
		}
		group := c.Name
		if c.Doc == "" {
			group = ""
		}
		values, _ := v.Group(group)
		setting.Fill(c.Settings(), values)
		on = append(on, c)
	}
	return on
}

// checkpointKeys returns the keys of how a run is saved.
func checkpointKeys() []Key {
	count := keyfile.Whole{Min: 0, Max: history.MaxEpochs}
	return []Key{
		{Name: "checkpoint", Optional: true, Main: "every_epochs",
			Doc: "When to save the run beside the model, for dnn train --resume."},
		{Name: "checkpoint.every_epochs", Default: "0", Example: "5", Kind: count,
			Doc:    "Epochs from one checkpoint to the next; 0: never.",
			Advice: "as many as you would not want to lose; a run that is stopped by a signal has one anyway."},
		{Name: "checkpoint.every_minutes", Default: "0", Example: "2.5", Kind: keyfile.Number{Min: 0, Max: 1_000_000},
			Doc:    "Minutes from one checkpoint to the next; 0: never.",
			Advice: "10 for a run of hours."},
		{Name: "checkpoint.best", Optional: true, Example: "val_loss", Kind: metrics(),
			Doc:    "Metric; the model of its best epoch so far is kept beside the last one's.",
			Advice: "val_loss where a long run may overfit, and both models are wanted."},
		{Name: "checkpoint.keep_last", Default: "false", Example: "true", Flag: "--keep-checkpoint",
			Kind: keyfile.Boolean{},
			Doc:  "Whether a finished run leaves its last checkpoint, to go on to more epochs.",
			Advice: "true where the number of epochs is a guess: " +
				"dnn train --resume --epochs 20 then goes on after 10."},
	}
}
