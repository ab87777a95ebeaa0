package config

import "dnn/internal/keyfile"

// metrics returns what a run measures in each epoch, by Keras's names. What begins with val_ is there with validation only.
func metrics() keyfile.Choice { return choice("loss", "accuracy", "val_loss", "val_accuracy") }

// callbackKeys are the keys of what happens between epochs.
func callbackKeys() []Key {
	count := keyfile.Whole{Min: 0, Max: maxEpochs}
	figure := keyfile.Number{Min: 0, Max: 1000}
	return []Key{
		{Name: "early_stopping", Optional: true, Main: "patience",
			Doc: "Stops when a monitored metric has stopped improving."},
		{Name: "early_stopping.monitor", Default: "val_loss", Example: "val_accuracy", Kind: metrics(),
			Doc:    "The metric; an accuracy should rise, anything else fall.",
			Advice: "val_loss; loss where there is no validation."},
		{Name: "early_stopping.min_delta", Default: "0", Example: "0.001", Kind: figure,
			Doc:    "Threshold: a change of less is no improvement.",
			Advice: "0; 0.001 to end a run that hardly improves."},
		{Name: "early_stopping.patience", Default: "0", Example: "5", Kind: count,
			Doc:    "Epochs with no improvement after which training is stopped.",
			Advice: "5 to 10, a tenth of the epochs of a long run; 0 is Keras's, and stops at the first."},
		{Name: "early_stopping.restore_best_weights", Default: "false", Example: "true", Kind: keyfile.Boolean{},
			Doc:    "Whether the model is that of the best epoch, not of the last.",
			Advice: "true: the last epochs are those without improvement."},
		{Name: "early_stopping.start_from_epoch", Default: "0", Example: "10", Kind: count,
			Doc:    "Epochs before the metric is watched.",
			Advice: "as many as a metric needs to settle: schedule.warmup_epochs."},

		{Name: "reduce_lr_on_plateau", Optional: true, Main: "patience",
			Doc: "Lowers the learning rate when a monitored metric has stopped improving."},
		{Name: "reduce_lr_on_plateau.monitor", Default: "val_loss", Example: "loss", Kind: metrics(),
			Doc:    "The metric; an accuracy should rise, anything else fall.",
			Advice: "val_loss; loss where there is no validation."},
		{Name: "reduce_lr_on_plateau.factor", Default: "0.1", Example: "0.5", Kind: keyfile.Number{Min: 0, MinOpen: true, Max: 1, MaxOpen: true},
			Doc:    "What the learning rate is multiplied by.",
			Advice: "0.5, or 0.1 to come down fast."},
		{Name: "reduce_lr_on_plateau.patience", Default: "10", Example: "3", Kind: count,
			Doc:    "Epochs with no improvement after which that happens.",
			Advice: "3 to 10; fewer than early_stopping's."},
		{Name: "reduce_lr_on_plateau.min_delta", Default: "0.0001", Example: "0.001", Kind: figure,
			Doc:    "Threshold: a change of less is no improvement.",
			Advice: "0.0001; 0.001 where the metric is noisy."},
		{Name: "reduce_lr_on_plateau.cooldown", Default: "0", Example: "2", Kind: count,
			Doc:    "Epochs after that in which nothing is counted.",
			Advice: "0; 2 where a lower rate takes some epochs to show."},
		{Name: "reduce_lr_on_plateau.min_lr", Default: "0", Example: "1e-5", Kind: figure,
			Doc:    "The least learning rate.",
			Advice: "a hundredth of the optimizer's."},

		{Name: "target", Optional: true, Main: "value",
			Doc: "Stops as soon as a monitored metric is as good as wanted."},
		{Name: "target.monitor", Default: "val_accuracy", Example: "accuracy", Kind: metrics(),
			Doc:    "The metric; an accuracy should rise, anything else fall.",
			Advice: "val_accuracy; accuracy where there is no validation."},
		{Name: "target.value", Required: true, Example: "0.98", Kind: figure,
			Doc:    "Threshold: 0.98 is an accuracy of 98 %.",
			Advice: "somewhat better than what is needed: the test may be worse than validation."},

		{Name: "checkpoint", Optional: true, Main: "every_epochs",
			Doc: "When to write down the run beside the model, for dnn train --resume."},
		{Name: "checkpoint.every_epochs", Default: "0", Example: "5", Kind: count,
			Doc:    "Epochs from one checkpoint to the next; 0: never.",
			Advice: "as many as you would not want to lose; a run that is stopped by a signal has one anyway."},
		{Name: "checkpoint.every_minutes", Default: "0", Example: "2.5", Kind: keyfile.Number{Min: 0, Max: 1_000_000},
			Doc:    "Minutes from one checkpoint to the next; 0: never.",
			Advice: "10 for a run of hours."},
		{Name: "checkpoint.best", Optional: true, Example: "val_loss", Kind: metrics(),
			Doc:    "Metric; the model of its best epoch so far is kept beside the last one's.",
			Advice: "val_loss where a long run may overfit, and both models are wanted."},
		{Name: "checkpoint.keep_last", Default: "false", Example: "true", Flag: "--keep-checkpoint", Kind: keyfile.Boolean{},
			Doc:    "Whether a finished run leaves its last checkpoint, to go on to more epochs.",
			Advice: "true where the number of epochs is a guess: dnn train --resume --epochs 20 then goes on after 10."},

		{Name: "tensorboard", Optional: true, Example: "runs/first", Kind: keyfile.Path{Folder: true},
			Doc:    "Folder to write event files for TensorBoard to.",
			Advice: "a folder of its own for each run, to see them beside each other: runs/first."},
		{Name: "json_log", Optional: true, Example: "runs/first.jsonl", Kind: keyfile.Path{},
			Doc:    "File to write each epoch to, as one line of JSON.",
			Advice: "for a program that follows or compares runs."},
	}
}
