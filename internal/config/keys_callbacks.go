package config

// metrics returns what a run measures in each epoch, by Keras's names. What begins with val_ is there with validation only.
func metrics() choice { return choice{"loss", "accuracy", "val_loss", "val_accuracy"} }

// callbackKeys are the keys of what happens between epochs.
func callbackKeys() []Key {
	count := whole{0, maxEpochs}
	figure := number{min: 0, max: 1000}
	return []Key{
		{Name: "early_stopping", Optional: true, Main: "patience",
			Doc: "Stops when the monitored figure no longer gets better."},
		{Name: "early_stopping.monitor", Default: "val_loss", Example: "val_accuracy", kind: metrics(),
			Doc: "The figure; an accuracy should rise, anything else fall."},
		{Name: "early_stopping.min_delta", Default: "0", Example: "0.001", kind: figure,
			Doc: "What it must change by to count as better."},
		{Name: "early_stopping.patience", Default: "0", Example: "5", kind: count,
			Doc: "Epochs without that, after which training stops."},
		{Name: "early_stopping.restore_best_weights", Default: "false", Example: "true", kind: boolean{},
			Doc: "Whether the model is that of the best epoch, not of the last."},
		{Name: "early_stopping.start_from_epoch", Default: "0", Example: "10", kind: count,
			Doc: "Epochs before the figure is watched."},

		{Name: "reduce_lr_on_plateau", Optional: true, Main: "patience",
			Doc: "Lowers the learning rate when the monitored figure no longer gets better."},
		{Name: "reduce_lr_on_plateau.monitor", Default: "val_loss", Example: "loss", kind: metrics(),
			Doc: "The figure; an accuracy should rise, anything else fall."},
		{Name: "reduce_lr_on_plateau.factor", Default: "0.1", Example: "0.5", kind: number{min: 0, minOpen: true, max: 1, maxOpen: true},
			Doc: "What the learning rate is multiplied by."},
		{Name: "reduce_lr_on_plateau.patience", Default: "10", Example: "3", kind: count,
			Doc: "Epochs without getting better, after which that happens."},
		{Name: "reduce_lr_on_plateau.min_delta", Default: "0.0001", Example: "0.001", kind: figure,
			Doc: "What it must change by to count as better."},
		{Name: "reduce_lr_on_plateau.cooldown", Default: "0", Example: "2", kind: count,
			Doc: "Epochs after that in which nothing is counted."},
		{Name: "reduce_lr_on_plateau.min_lr", Default: "0", Example: "1e-5", kind: figure,
			Doc: "The least learning rate."},

		{Name: "target", Optional: true, Main: "value",
			Doc: "Stops as soon as the monitored figure is as good as wanted."},
		{Name: "target.monitor", Default: "val_accuracy", Example: "accuracy", kind: metrics(),
			Doc: "The figure; an accuracy should rise, anything else fall."},
		{Name: "target.value", Required: true, Example: "0.98", kind: figure,
			Doc: "What it should reach: 0.98 is an accuracy of 98 %."},

		{Name: "checkpoint", Optional: true, Main: "every_epochs",
			Doc: "When to write down the run beside the model, for dnn train --resume."},
		{Name: "checkpoint.every_epochs", Default: "0", Example: "5", kind: count,
			Doc: "After every so many epochs; 0 for no such."},
		{Name: "checkpoint.every_minutes", Default: "0", Example: "2.5", kind: number{min: 0, max: 1_000_000},
			Doc: "After every so many minutes; 0 for no such."},
		{Name: "checkpoint.best", Optional: true, Example: "val_loss", kind: metrics(),
			Doc: "After each epoch in which this figure is better than ever before."},
		{Name: "checkpoint.keep_last", Default: "false", Example: "true", Flag: "--keep-checkpoint", kind: boolean{},
			Doc: "Whether a finished run leaves its last checkpoint, to go on to more epochs."},

		{Name: "tensorboard", Optional: true, Example: "runs/first", kind: path{folder: true},
			Doc: "Folder to write event files for TensorBoard to."},
		{Name: "json_log", Optional: true, Example: "runs/first.jsonl", kind: path{},
			Doc: "File to write each epoch to, as one line of JSON."},
	}
}
