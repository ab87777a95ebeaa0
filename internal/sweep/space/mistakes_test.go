package space

import (
	"errors"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// Each mistake is told with its place, all of a file together, and with what may have been meant.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // lines; the hint after a bar
	}{
		{"no method", "parameters: {epochs: {value: 1}}", "s.yaml: wanted method: grid, random, sobol, bayes or list, found none"},
		{"another method", "method: tpe\nparameters: {epochs: {value: 1}}",
			`s.yaml:1:9: method: wanted one of grid, random, sobol, bayes, list, found "tpe" | did you mean bayes?`},
		{"other names for keys", "method: grid\nparams: {epochs: {value: 1}}\ntrials: 3",
			`s.yaml:2:1: unknown key "params" | did you mean parameters?
s.yaml:3:1: unknown key "trials" | did you mean run_cap?`},
		{"an experiment", "layers: [10]\nbatch_size: 32",
			`s.yaml:1:1: unknown key "layers" | write parameters: {layers: {values: […]}}, or name an experiment with it in base
s.yaml:2:1: unknown key "batch_size" | write parameters: {batch_size: {values: […]}}, or name an experiment with it in base`},
		{"beta as W&B has it", "method: random\nrun_cap: 3\nparameters: {epochs: {distribution: beta, alpha: 1}}",
			"s.yaml:3:37: parameters: epochs: the beta distribution is not supported | " +
				"uniform is beta with a: 1 and b: 1; normal has one peak too"},
		{"no parameters", "method: grid", "s.yaml: wanted parameters, since method is grid, found none"},
		{"an empty mapping", "method: grid\nparameters: {}",
			"s.yaml:2:13: parameters: wanted parameters such as batch_size: {values: [32, 64]}, found none"},
		{"a list of parameters", "method: grid\nparameters: [epochs]",
			"s.yaml:2:13: parameters: wanted parameters such as batch_size: {values: [32, 64]}, found a list"},
		{"names that are no keys", `method: grid
parameters:
  lr: {value: 0.1}
  learning_rate: {value: 0.1}
  optimizer: {values: [adam, sgd]}
  seed: {values: [1, 2]}
  threads: {value: 1}
  bacth_size: {value: 3}`,
			`s.yaml:3:3: parameters: unknown parameter lr | did you mean optimizer.learning_rate?
s.yaml:4:3: parameters: unknown parameter learning_rate | did you mean optimizer.learning_rate?
s.yaml:5:3: parameters: optimizer is a group of keys | did you mean optimizer.name? or write optimizer: {parameters: {name: …}}
s.yaml:6:3: parameters: seed cannot be a parameter | seeds: 20 at the top level runs each setting with 20 seeds, ` +
				`from the experiment's seed on
s.yaml:7:3: parameters: threads cannot be a parameter | it changes nothing that is learned: take it out
s.yaml:8:3: parameters: unknown parameter bacth_size | did you mean batch_size?`},
		{"no distribution", `method: grid
parameters:
  batch_size: 32
  epochs: [1, 2]
  shuffle: {}
  loss: {probabilities: [1]}`,
			`s.yaml:3:15: parameters: batch_size: wanted value, values, or min and max, found 32 | write {value: 32}
s.yaml:4:11: parameters: epochs: wanted value, values, or min and max, found a list | write {values: […]}
s.yaml:5:12: parameters: shuffle: wanted value, values, min and max, or distribution, found none of them
s.yaml:6:9: parameters: loss: wanted values, since it is categorical, found none`},
		{"values", `method: grid
parameters:
  batch_size: {values: [0, 32, 32.5]}
  epochs: {value: 3, values: [2]}
  layers: {values: [[10], 10]}
  optimizer.name: {values: [adam, adamm]}
  validation_split: {values: [0.1, 0.10]}
  shuffle: {values: true}
  label_smoothing: {values: []}`,
			`s.yaml:3:25: parameters: batch_size: values: wanted a whole number from 1 to 1000000, found 0
s.yaml:3:32: parameters: batch_size: values: wanted a whole number from 1 to 1000000, found 32.5
s.yaml:4:22: parameters: epochs: constant has no values
s.yaml:5:27: parameters: layers: values: wanted a list of layers such as [100, 50], found 10 | write [10]
s.yaml:6:35: parameters: optimizer.name: values: wanted one of adafactor, adam, adamw, lion, nadam, ` +
				`rmsprop, sgd, found "adamm" | did you mean adam?
s.yaml:7:36: parameters: validation_split: values: wanted different values, found 0.1 twice, first on line 7
s.yaml:8:21: parameters: shuffle: values: wanted a list of values, found true | write [true]
s.yaml:9:29: parameters: label_smoothing: values: wanted 1 to 1000 values, found 0`},
		{"a key twice", `method: grid
parameters:
  optimizer.name: {value: adam}
  optimizer: {parameters: {name: {value: sgd}}}
  output_layer: {parameters: {units: {value: 1}}, value: 3}`,
			`s.yaml:4:28: parameters: the parameter optimizer.name is given twice, first on line 3
s.yaml:5:51: parameters: output_layer: wanted only parameters in a group, found "value"`},
		{"numbers", `method: random
run_cap: 3
parameters:
  batch_size: {min: 16.0, max: 64.0}
  epochs: {min: 5, max: 2}
  optimizer.learning_rate: {min: 0, max: 1}
  activation: {min: 1, max: 2}
  label_smoothing: {distribution: uniform, min: 0, max: 1}
  validation_split: {max: 0.4}
  optimizer.clipnorm: {min: 1, max: 1}`,
			`s.yaml:4:15: parameters: batch_size: wanted whole numbers, found the distribution uniform | write distribution: int_uniform
s.yaml:5:25: parameters: epochs: max: wanted more than min, 5, found 2
s.yaml:6:34: parameters: optimizer.learning_rate: min: wanted a number above 0 and at most 1000, found 0
s.yaml:7:15: parameters: activation: wanted values, since it is no number, found int_uniform | write {values: […]}
s.yaml:8:57: parameters: label_smoothing: max: wanted a number of at least 0 and below 1, found 1
s.yaml:9:21: parameters: validation_split: wanted min, since it is uniform, found none
s.yaml:10:37: parameters: optimizer.clipnorm: max: wanted more than min, 1, found 1 | write {value: 1}`},
		{"distributions", `method: random
run_cap: 3
parameters:
  batch_size: {distribution: log_uniform_values, min: 16, max: 64}
  epochs: {distribution: normal, mu: 3}
  optimizer.learning_rate: {distribution: log_uniform, min: 0.01, max: 100}
  label_smoothing: {distribution: beta, a: 1, b: 2}
  validation_split: {distribution: log_normal, mu: 5, sigma: 0.1}
  optimizer.clipnorm: {distribution: log_uniform_values, min: 0, max: 1}
  optimizer.weight_decay: {distribution: uniform, min: 0, max: 1, q: 0.1}`,
			`s.yaml:4:15: parameters: batch_size: wanted whole numbers, found the distribution log_uniform_values | ` +
				`write distribution: q_log_uniform_values
s.yaml:5:11: parameters: epochs: wanted whole numbers, found the distribution normal | write distribution: q_normal
s.yaml:6:72: parameters: optimizer.learning_rate: max: wanted a number above 0 and at most 1000, found 2.6881171418161356e+43 | ` +
				`min and max are exponents of e here: for values write log_uniform_values
s.yaml:7:35: parameters: label_smoothing: the beta distribution is not supported | ` +
				`uniform is beta with a: 1 and b: 1; normal has one peak too
s.yaml:8:21: parameters: validation_split: wanted numbers of at least 0 and below 1, found hardly any: mu 5, sigma 0.1 | ` +
				`mu and sigma are those of the logarithm: for values near 0.001, mu: -6.9
s.yaml:9:63: parameters: optimizer.clipnorm: min: wanted a number above 0, since it is log_uniform_values, found 0
s.yaml:10:67: parameters: optimizer.weight_decay: uniform has no q | write distribution: q_uniform`},
		{"multiples", `method: random
run_cap: 3
parameters:
  batch_size: {distribution: q_uniform, min: 1, max: 64, q: 16}
  epochs: {distribution: q_uniform, min: 1, max: 64, q: 0.5}
  label_smoothing: {distribution: q_uniform, min: 0, max: 0.5, q: 0}
  validation_split: {distribution: q_normal, mu: 0.5, sigma: 0.1, q: 2}
  optimizer.clipnorm: {distribution: normal, sigma: 0}`,
			`s.yaml:4:46: parameters: batch_size: min: wanted a whole number from 1 to 1000000, found 0 | ` +
				`numbers are rounded to multiples of 16
s.yaml:5:57: parameters: epochs: q: wanted a whole number, since epochs is one, found 0.5
s.yaml:6:67: parameters: label_smoothing: q: wanted a number above 0, found 0
s.yaml:8:53: parameters: optimizer.clipnorm: sigma: wanted a number above 0, found 0`},
		{"probabilities", `method: random
run_cap: 3
parameters:
  batch_size: {values: [1, 2, 3], probabilities: [0.5, 0.4]}
  epochs: {values: [1, 2], probabilities: [0.5, 0.4]}
  loss: {values: [mse, categorical_crossentropy], probabilities: [0, 1]}
  activation: {values: [relu, tanh], distribution: uniform}`,
			`s.yaml:4:50: parameters: batch_size: probabilities: wanted 3, one for each value, found 2
s.yaml:5:43: parameters: epochs: probabilities: wanted a sum of 1, found 0.9
s.yaml:6:67: parameters: loss: probabilities: wanted numbers above 0 and at most 1, found 0
s.yaml:7:15: parameters: activation: wanted min, since it is uniform, found none`},
		{"a grid of numbers", `method: grid
parameters:
  optimizer.learning_rate: {min: 0.1, max: 0.2}
  epochs: {values: [1, 2], probabilities: [0.5, 0.5]}`,
			`s.yaml:3:28: optimizer.learning_rate: wanted values for method: grid, found uniform | ` +
				`list some values, or write method: random
s.yaml:4:11: epochs: wanted values for method: grid, found probabilities | list some values, or write method: random`},
		{"no run_cap", "method: sobol\nparameters: {epochs: {min: 1, max: 2}}",
			"s.yaml: wanted run_cap, since method is sobol, found none | write run_cap: 20 for 20 settings"},
		{"fewer settings than run_cap", "method: random\nrun_cap: 5\nparameters: {epochs: {min: 1, max: 2}, shuffle: {values: [true, false]}}",
			"s.yaml:2:10: run_cap: wanted at most 4, the number of settings that the parameters allow, found 5 | " +
				"method: grid takes all of them, where the parameters have values"},
		{"too many points", "method: grid\nseeds: 20\nparameters: {epochs: {min: 1, max: 100000}}",
			"s.yaml: wanted at most 1000000 points, found 100000 settings with 20 seeds | run_cap bounds the settings"},
		{"points beyond counting", "method: grid\nparameters: {" + strings.Join(bigGrid(), ", ") + "}",
			"s.yaml: wanted at most 1000000 points, found more settings than can be counted | run_cap bounds the settings"},
		{"metrics", "method: grid\nmetric: {name: val_acc, goal: max}\nparameters: {epochs: {value: 1}}",
			`s.yaml:2:16: metric.name: wanted one of val_loss, val_accuracy, test_loss, test_accuracy, loss, accuracy, found "val_acc" | ` +
				`did you mean val_accuracy?
s.yaml:2:31: metric.goal: wanted minimize or maximize, found "max" | did you mean maximize?`},
		{"no goal for an accuracy", "method: grid\nmetric: {name: val_accuracy}\nparameters: {epochs: {value: 1}}",
			"s.yaml:2:16: metric.name: wanted a goal beside it, found none: the default would minimize the val_accuracy | write goal: maximize"},
		{"no name", "method: grid\nmetric: {goal: maximize}\nparameters: {epochs: {value: 1}}",
			"s.yaml:2:9: metric: wanted name, one of val_loss, val_accuracy, test_loss, test_accuracy, loss, accuracy, found none"},
		{"no validation", "method: grid\nbase: plain.yaml\nmetric: {name: val_loss}\nparameters: {epochs: {value: 1}}",
			"s.yaml:3:16: metric.name: wanted a metric that is measured, found val_loss, and the experiment has no validation | " +
				"set validation_split, or take loss"},
		{"no validation in some points", "method: grid\nparameters: {validation_split: {values: [0.1, 0]}}",
			"s.yaml: point 1 (validation_split 0): wanted validation for the metric val_loss, found validation_split 0"},
		{"early_terminate", "method: grid\nearly_terminate: {min_iter: 1, s: 2}\nparameters: {shuffle: {value: true}}",
			"s.yaml:2:18: early_terminate: wanted type: hyperband, found no type"},
		{"min_iter with s", "method: grid\nearly_terminate: {type: hyperband, min_iter: 1, s: 2}\nparameters: {shuffle: {value: true}}",
			"s.yaml:2:52: early_terminate.s: wanted max_iter beside it, found none"},
		{"max_iter without s", "method: grid\nearly_terminate: {type: hyperband, max_iter: 9}\nparameters: {shuffle: {value: true}}",
			"s.yaml:2:46: early_terminate.max_iter: wanted s beside it, the number of rungs before it, found none | for example s: 2"},
		{"both", "method: grid\nearly_terminate: {type: hyperband, max_iter: 9, s: 2, min_iter: 1}\nparameters: {shuffle: {value: true}}",
			"s.yaml:2:46: early_terminate.max_iter: wanted min_iter or max_iter, found both | W&B would take max_iter, with s"},
		{"neither", "method: grid\nearly_terminate: {type: hyperband}\nparameters: {shuffle: {value: true}}",
			"s.yaml:2:18: early_terminate: wanted min_iter, or max_iter and s, found neither"},
		{"a fraction of eta", "method: grid\nearly_terminate: {type: hyperband, min_iter: 1, eta: 2.5}\nparameters: {shuffle: {value: true}}",
			"s.yaml:2:54: early_terminate.eta: wanted a whole number from 2 to 1000, found 2.5"},
		{"no rung", "method: grid\nearly_terminate: {type: hyperband, min_iter: 10}\nparameters: {shuffle: {value: true}}",
			"s.yaml:2:18: early_terminate: wanted a rung before the last of 10 epochs, found none | " +
				"write min_iter: 1, or train for more epochs"},
		{"epochs and rungs", "method: grid\nearly_terminate: {type: hyperband, min_iter: 1}\nparameters: {epochs: {values: [5, 10]}}",
			"s.yaml:2:18: early_terminate: wanted the same epochs for all points, found epochs as a parameter: " +
				"points of different lengths cannot be compared at a rung | take epochs or early_terminate out"},
		{"rungs by the test", "method: grid\nmetric: {name: test_loss}\nearly_terminate: {type: hyperband, min_iter: 1}\n" +
			"parameters: {shuffle: {value: true}}",
			"s.yaml:3:18: early_terminate: wanted a metric that is measured after each epoch, found test_loss, " +
				"which is measured at the end | take a metric of validation"},
		{"parameters beside a list", "method: list\nparameters: {epochs: {value: 3}}",
			"s.yaml:2:13: parameters: wanted list beside method: list, found parameters"},
		{"a list beside parameters", "method: grid\nlist: [{epochs: 3}]\nparameters: {epochs: {value: 3}}",
			"s.yaml:2:7: list: wanted parameters beside method: grid, found list | write method: list"},
		{"settings", `method: list
list:
  - {batch_size: 10}
  - {batch_size: 1_0}
  - {bath_size: 3}
  - {seed: 3, epochs: 0}
  - 5
  - {optimizer: {name: adam}, optimizer.name: sgd}`,
			`s.yaml:4:5: list: wanted different settings, found setting 1 to be the same as 0, on line 3
s.yaml:5:6: list: setting 2: unknown parameter bath_size | did you mean batch_size?
s.yaml:6:6: list: setting 3: seed cannot be a parameter | seeds: 20 at the top level runs each setting with 20 seeds, ` +
				`from the experiment's seed on
s.yaml:6:23: list: setting 3: epochs: wanted a whole number from 1 to 400000, found 0
s.yaml:7:5: list: setting 4: wanted keys and values such as {batch_size: 32}, found 5
s.yaml:8:31: list: setting 5: the parameter optimizer.name is given twice, first on line 8`},
		{"no base", "method: grid\nbase: nowhere.yaml\nparameters: {epochs: {value: 3}}",
			"s.yaml:2:7: base: there is no experiment file nowhere.yaml | it is looked for from the folder of the sweep file"},
		{"a broken base", "method: grid\nbase: broken.yaml\nparameters: {epochs: {value: 3}}",
			"broken.yaml:1:1: unknown key \"epoch\" | did you mean epochs?"},
		{"a key that decides nothing", "method: grid\nparameters: {checkpoint.every_epochs: {values: [1, 2]}}",
			"s.yaml:2:39: checkpoint.every_epochs: wanted a key that changes what is learned, found one that does not | " +
				"set it in the base experiment"},
		{"points that contradict themselves", `method: grid
parameters:
  optimizer.name: {values: [adam, sgd]}
  optimizer.momentum: {values: [0, 0.9]}`,
			`s.yaml: point 0 (optimizer.name adam, optimizer.momentum 0): parameter optimizer.momentum: ` +
				`there is no such key where optimizer.name is adam | take it out, or choose rmsprop or sgd; ` +
				`settings of method: list can have different keys
s.yaml: point 2 (optimizer.name adam, optimizer.momentum 0.9): parameter optimizer.momentum: ` +
				`there is no such key where optimizer.name is adam | take it out, or choose rmsprop or sgd; ` +
				`settings of method: list can have different keys`},
		{"settings that contradict themselves", "method: list\nlist: [{optimizer.momentum: 0.9}]",
			`s.yaml:2:8: point 0 (optimizer.momentum 0.9): parameter optimizer.momentum: ` +
				`there is no such key where optimizer.name is adam | take it out, or choose rmsprop or sgd`},
		{"points that are one experiment", "method: list\nlist: [{batch_size: 100}, {}]",
			"s.yaml: wanted different settings, found the same experiment twice: point 0 (batch_size 100) and point 1 (the base)"},
		{"broken YAML", "method: [", "s.yaml:1: not valid YAML: did not find expected node content | " +
			"look at the indentation, and for a bracket or quote that is not closed"},
		{"anchors", "method: grid\nparameters: {epochs: &a {value: 3}}", "s.yaml:2:22: anchors (&name) are not supported"},
		{"a large file", "# " + strings.Repeat("x", 1<<20), "s.yaml: wanted a sweep file of at most 1048576 bytes, found more"},
	} {
		_, err := Load(Options{Path: "s.yaml", Read: from("s.yaml", c.text, "plain.yaml", "validation_split: 0\n",
			"broken.yaml", "epoch: 3\n")})
		var lines []string
		for _, one := range fault.Each(err) {
			var f *fault.Error
			if !errors.As(one, &f) {
				t.Errorf("%s: %v is no fault", c.name, one)
				continue
			}
			line := f.Error()
			if len(line) > 400 || f.Kind != fault.Config {
				t.Errorf("%s: %d bytes, kind %d: %s", c.name, len(line), f.Kind, line)
			}
			if f.Hint != "" {
				line += " | " + f.Hint
			}
			lines = append(lines, line)
		}
		if found := strings.Join(lines, "\n"); found != c.want {
			t.Errorf("%s: found\n%s\nwanted\n%s", c.name, found, c.want)
		}
	}
}

// bigGrid returns parameters with 1000^7 combinations.
func bigGrid() []string {
	var all []string
	for _, key := range []string{"epochs", "batch_size", "input", "output_layer.units", "early_stopping.patience",
		"reduce_lr_on_plateau.patience", "distill.weight"} {
		all = append(all, key+": {distribution: q_uniform, min: 1, max: 1000}")
	}
	all[6] = "label_smoothing: {distribution: q_uniform, min: 0.0, max: 0.9, q: 0.0009}"
	return all
}
