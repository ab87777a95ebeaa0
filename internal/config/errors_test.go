package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/keyfile"
	"dnn/internal/nn"
	"dnn/internal/nn/optimizer"
)

func TestFileErrors(t *testing.T) {
	const (
		wantEpochs = "epochs: wanted a whole number from 1 to 400000, "
		wantRate   = "optimizer.learning_rate: wanted a number above 0 and at most 1000, "
		wantSplit  = "validation_split: wanted a number of at least 0 and below 1, "
		wantUnits  = "layers: units of a layer: wanted a whole number from 1 to 1000000, "
		wantSeed   = "seed: wanted a whole number from 0 to 18446744073709551615, "
		quotes     = "take the quotes off"
		leaveOut   = "leave the key out to have its default"
		syntaxHint = "look at the indentation, and for a bracket or quote that is not closed"
		wantSet    = "dataset: wanted mnist, fashion-mnist, {idx: FOLDER} or {csv: FILE, target: COLUMN}, "
	)
	activations, initializers := choice(nn.Activations()...).Want(), initializer(nn.Initializers()).Want()
	topKeys, layerTypes, wantLayer := keysHere(""), keyfile.OneOf(nn.LayerTypes()), "layers: wanted "+layerForms()+", "
	softmaxLosses := keyfile.OneOf(nn.LossesFor("softmax"))
	tests := []struct{ name, text, want, hint string }{
		{"unknown key", "epochs: 1\nbatch-size: 3", `mlp.yaml:2:1: unknown key "batch-size"`, "did you mean batch_size?"},
		{"unknown key in a group", "optimizer:\n  name: adam\n  beta1: 0.9", `mlp.yaml:3:3: unknown key "beta1" in optimizer`, "did you mean beta_1?"},
		{"key in another case", "Epochs: 1", `mlp.yaml:1:1: unknown key "Epochs"`, "did you mean epochs?"},
		{"key of a group at the top", "learning_rate: 1", `mlp.yaml:1:1: unknown key "learning_rate"`, "it belongs in optimizer: {learning_rate: …}"},
		{"dotted key", "optimizer.name: sgd", `mlp.yaml:1:1: unknown key "optimizer.name"`, "it belongs in optimizer: {name: …}"},
		{"top key in a group", "optimizer: {epochs: 1}", `mlp.yaml:1:13: unknown key "epochs" in optimizer`, "write epochs at the top level, without indentation"},
		{"nothing near", "zzzzzz: 1", `mlp.yaml:1:1: unknown key "zzzzzz"`, topKeys},
		{"merge key", "<<: {epochs: 1}", `mlp.yaml:1:1: unknown key "<<"`, topKeys},
		{"key without name", "? [1]\n: 2", "mlp.yaml:1:3: wanted the name of a key, found a list", ""},
		{"number as key", "1: 2", `mlp.yaml:1:1: unknown key 1`, topKeys},
		{"repeated key", "epochs: 1\nseed: 1\nepochs: 1", "mlp.yaml:3:1: the key epochs is given twice, first at mlp.yaml:1:1", ""},
		{"repeated in a group", "optimizer: {name: adam, name: sgd}", "mlp.yaml:1:25: the key optimizer.name is given twice, first at mlp.yaml:1:13", ""},
		{"repeated group", "optimizer: {}\noptimizer: {}", "mlp.yaml:2:1: the key optimizer is given twice, first at mlp.yaml:1:1", ""},

		{"fraction", "epochs: 1.5", "mlp.yaml:1:9: " + wantEpochs + "found 1.5", ""},
		{"exponent", "epochs: 1e1", "mlp.yaml:1:9: " + wantEpochs + "found 1e1", ""},
		{"quoted number", `epochs: "10"`, `mlp.yaml:1:9: ` + wantEpochs + `found the text "10"`, quotes},
		{"word", "epochs: ten", `mlp.yaml:1:9: ` + wantEpochs + `found "ten"`, ""},
		{"octal or not", "epochs: 010", "mlp.yaml:1:9: " + wantEpochs + "found 010", ""},
		{"hexadecimal", "epochs: 0x10", "mlp.yaml:1:9: " + wantEpochs + "found 0x10", ""},
		{"zero", "epochs: 0", "mlp.yaml:1:9: " + wantEpochs + "found 0", ""},
		{"negative", "epochs: -1", "mlp.yaml:1:9: " + wantEpochs + "found -1", ""},
		{"too many", "epochs: 1000001", "mlp.yaml:1:9: " + wantEpochs + "found 1000001", ""},
		{"huge", "epochs: " + strings.Repeat("9", 100), "mlp.yaml:1:9: " + wantEpochs + "found " + strings.Repeat("9", 59) + "…", ""},
		{"null", "epochs:", "mlp.yaml:1:8: " + wantEpochs + "found nothing", leaveOut},
		{"tilde", "epochs: ~", "mlp.yaml:1:9: " + wantEpochs + "found nothing", leaveOut},
		{"list for a number", "epochs: [1]", "mlp.yaml:1:9: " + wantEpochs + "found a list", ""},
		{"mapping for a number", "epochs: {a: 1}", "mlp.yaml:1:9: " + wantEpochs + "found a mapping", ""},
		{"boolean for a number", "epochs: true", "mlp.yaml:1:9: " + wantEpochs + "found true", ""},
		{"seed too large", "seed: 18446744073709551616", "mlp.yaml:1:7: " + wantSeed + "found 18446744073709551616", ""},

		{"rate of zero", "optimizer: {learning_rate: 0}", "mlp.yaml:1:28: " + wantRate + "found 0", ""},
		{"rate too large", "optimizer: {learning_rate: 1000.1}", "mlp.yaml:1:28: " + wantRate + "found 1000.1", ""},
		{"infinity", "optimizer: {learning_rate: .inf}", "mlp.yaml:1:28: " + wantRate + "found .inf", ""},
		{"not a number", "optimizer: {learning_rate: .nan}", "mlp.yaml:1:28: " + wantRate + "found .nan", ""},
		{"NaN as text", "optimizer: {learning_rate: NaN}", `mlp.yaml:1:28: ` + wantRate + `found "NaN"`, ""},
		{"beyond float64", "optimizer: {learning_rate: 1e999}", "mlp.yaml:1:28: " + wantRate + "found 1e999", ""},
		{"quoted rate", "optimizer: {learning_rate: '0.1'}", `mlp.yaml:1:28: ` + wantRate + `found the text "0.1"`, quotes},
		{"whole split", "validation_split: 1", "mlp.yaml:1:19: " + wantSplit + "found 1", ""},
		{"negative split", "validation_split: -0.1", "mlp.yaml:1:19: " + wantSplit + "found -0.1", ""},
		{"percent", "validation_split: 20%", `mlp.yaml:1:19: ` + wantSplit + `found "20%"`, ""},
		{"decay of one", "optimizer: {beta_1: 1}", "mlp.yaml:1:21: optimizer.beta_1: wanted a number from 0 to 0.999999, found 1", ""},
		{"epsilon of zero", "optimizer: {epsilon: 0}", "mlp.yaml:1:22: optimizer.epsilon: wanted a number from 1e-30 to 1, found 0", ""},

		{"yes", "shuffle: yes", "mlp.yaml:1:10: shuffle: wanted true or false, found yes", "write true"},
		{"off", "shuffle: off", "mlp.yaml:1:10: shuffle: wanted true or false, found off", "write false"},
		{"0 for false", "shuffle: 0", "mlp.yaml:1:10: shuffle: wanted true or false, found 0", "write false"},
		{"quoted boolean", `shuffle: "true"`, `mlp.yaml:1:10: shuffle: wanted true or false, found the text "true"`, "write true"},
		{"choice", "activation: rel", "mlp.yaml:1:13: activation: wanted " + activations + `, found "rel"`, "did you mean relu?"},
		{"list for a choice", "activation: [relu]", "mlp.yaml:1:13: activation: wanted " + activations + ", found a list", ""},
		{"initializer", "kernel_initializer: he_nromal", "mlp.yaml:1:21: kernel_initializer: wanted " + initializers + `, found "he_nromal"`, "did you mean he_normal?"},
		{"constant of nothing", "kernel_initializer: constant", "mlp.yaml:1:21: kernel_initializer: wanted " + initializers + `, found "constant"`, "write {constant: 0.1}"},
		{"list for an initializer", "kernel_initializer: [0.1]", "mlp.yaml:1:21: kernel_initializer: wanted " + initializers + ", found a list", ""},
		{"number for an initializer", "kernel_initializer: 0.1", "mlp.yaml:1:21: kernel_initializer: wanted " + initializers + ", found 0.1", "write {constant: 0.1}"},
		{"initializer of no name", "kernel_initializer: {}", "mlp.yaml:1:21: kernel_initializer: wanted constant: and a number, found none", ""},
		{"initializer with a key of its own", "kernel_initializer: {value: 0.1}", `mlp.yaml:1:22: kernel_initializer: unknown key "value"`, "the keys here are constant"},
		{"constant as text", "kernel_initializer: {constant: '1'}", `mlp.yaml:1:32: kernel_initializer: constant: wanted a number from -1000000 to 1000000, found the text "1"`, quotes},
		{"infinite constant", "layers:\n  - dense: 5\n    kernel_initializer: {constant: -.inf}", "mlp.yaml:3:36: layers: kernel_initializer: constant: wanted a number from -1000000 to 1000000, found -.inf", ""},
		{"bias that is drawn", "layers: [{dense: 5, bias_initializer: he_normal}]", `mlp.yaml:1:39: layers: bias_initializer: wanted ones, zeros or {constant: NUMBER}, found "he_normal"`, ""},
		{"bias of no layer", "bias_initializer: zeros", `mlp.yaml:1:1: unknown key "bias_initializer"`, "did you mean kernel_initializer?"},
		{"output activation", "output_layer: {activation: relu}", `mlp.yaml:1:28: output_layer.activation: wanted softmax or sigmoid, found "relu"`, ""},
		{"data set", "dataset: minst", `mlp.yaml:1:10: ` + wantSet + `found "minst"`, ""},
		{"number for a file", "output: 10", "mlp.yaml:1:9: output: wanted a file name, found 10", "put it in quotes"},
		{"null for a file", "output:", "mlp.yaml:1:8: output: wanted a file name, found nothing", leaveOut},
		{"empty file name", `output: ""`, `mlp.yaml:1:9: output: wanted a file name, found the text ""`, ""},
		{"folder for a file", "output: runs/", `mlp.yaml:1:9: output: wanted a file name, found the folder "runs/"`, ""},
		{"control character in a file name", `output: "a\nb"`, `mlp.yaml:1:9: output: wanted a file name of printable characters, found "a\nb"`, ""},

		{"layers as a number", "layers: 100", "mlp.yaml:1:9: layers: wanted a list of layers such as [100, 50], found 100", "write [100]"},
		{"layers in quotes", "layers: '[5, 3]'", `mlp.yaml:1:9: layers: wanted a list of layers such as [100, 50], found "[5, 3]"`, quotes},
		{"layers as nothing", "layers:", "mlp.yaml:1:8: layers: wanted a list of layers such as [100, 50], found nothing", leaveOut},
		{"layer of zero", "layers: [100, 0]", "mlp.yaml:1:15: " + wantUnits + "found 0", ""},
		{"negative layer", "layers:\n  - 100\n  - -3", "mlp.yaml:3:5: " + wantUnits + "found -3", ""},
		{"huge layer", "layers: [1000001]", "mlp.yaml:1:10: " + wantUnits + "found 1000001", ""},
		{"layer with units as text", "layers: ['5']", `mlp.yaml:1:10: ` + wantUnits + `found the text "5"`, quotes},
		{"layer that is unknown", "layers: [5, batchnormalization]", `mlp.yaml:1:13: ` + wantLayer + `found "batchnormalization"`, "did you mean batch_normalization?"},
		{"layer in a list", "layers: [[5]]", "mlp.yaml:1:10: " + wantLayer + "found a list", ""},
		{"layer of no type", "layers: [{l2: 1}]", "mlp.yaml:1:10: layers: wanted " + layerTypes + " as a key of the layer, found none", ""},
		{"layer of a type like another", "layers: [5, {droput: 0.2}]", `mlp.yaml:1:14: layers: unknown key "droput"`, "did you mean dropout?"},
		{"layers without a space", "layers: [5, {dropout:0.2}]", `mlp.yaml:1:14: layers: unknown key "dropout:0.2"`, "put a space after the colon"},
		{"layers in one", "layers: [{dense: 5, dropout: 0.2}]", "mlp.yaml:1:10: layers: wanted one layer, found dense and dropout in one", "make each an item of its own"},
		{"key of no layer", "layers: [{dense: 5, rate: 0.2}]", `mlp.yaml:1:21: layers: unknown key "rate"`, "the keys here are dense, activation, kernel_initializer, bias_initializer, l1, l2"},
		{"key of no layer, after its name", "layers: [5, {batch_normalization: {momentun: 0.2}}]", `mlp.yaml:1:36: layers: batch_normalization: unknown key "momentun"`, "did you mean momentum?"},
		{"key of another layer", "layers: [5, {batch_normalization: {}, epsilon: 0.2}]", `mlp.yaml:1:39: layers: unknown key "epsilon"`, "the keys here are batch_normalization"},
		{"layer given twice", "layers: [{dense: 5, dense: 6}]", "mlp.yaml:1:21: layers: the key dense is given twice", ""},
		{"layer twice in one", "layers: [5, {batch_normalization: {}, batch_normalization: {}}]", "mlp.yaml:1:39: layers: the key batch_normalization is given twice", ""},
		{"layer without its number", "layers: [5, dropout]", "mlp.yaml:1:13: layers: dropout: wanted a number of at least 0 and below 1 after it, found nothing", "write {dropout: …}"},
		{"layer with nothing after it", "layers: [5, {batch_normalization: }]", "mlp.yaml:1:35: layers: batch_normalization: wanted keys (momentum, epsilon), found nothing", ""},
		{"dropout of all", "layers: [5, {dropout: 1}]", "mlp.yaml:1:23: layers: dropout: wanted a number of at least 0 and below 1, found 1", ""},
		{"layer called as an activation", "layers: [5, relu]", `mlp.yaml:1:13: ` + wantLayer + `found "relu"`, "write {activation: relu}"},
		{"units beside an activation", "layers: [{units: 5, activation: relu}]", `mlp.yaml:1:11: layers: unknown key "units"`, "write {dense: 5}"},
		{"layer of an unknown activation", "layers: [5, {activation: rellu}]", `mlp.yaml:1:26: layers: activation: wanted ` + activations + `, found "rellu"`, "did you mean relu?"},
		{"layer and an activation", "layers: [5, {dropout: 0.2, activation: relu}]", "mlp.yaml:1:13: layers: wanted one layer, found dropout and activation in one", "make each an item of its own"},
		{"negative slope", "layers: [5, {leaky_relu: {negative_slope: -0.1}}]", "mlp.yaml:1:43: layers: leaky_relu: negative_slope: wanted a number from 0 to 1000, found -0.1", ""},
		{"first layer is an activation", "layers: [{activation: relu}, 5]", "mlp.yaml:1:10: layers: wanted a dense layer as the first, found activation", ""},
		{"first layer", "layers: [{dropout: 0.2}, 5]", "mlp.yaml:1:10: layers: wanted a dense layer as the first, found dropout", ""},
		{"anchor on a layer", "layers: [&a 5]", "mlp.yaml:1:10: anchors (&name) are not supported", ""},
		{"tag in a layer", "layers: [{dense: !!int 5}]", "mlp.yaml:1:18: tags (!name) are not supported", ""},

		{"data set like a file", "dataset: iris.csv", `mlp.yaml:1:10: ` + wantSet + `found "iris.csv"`, "for files of your own write {idx: FOLDER} or {csv: FILE, target: COLUMN}"},
		{"data set as a list", "dataset: [mnist]", "mlp.yaml:1:10: " + wantSet + "found a list", ""},
		{"csv without target", "dataset: {csv: a.csv}", "mlp.yaml:1:10: dataset: wanted target beside csv, found none", "write target: and the name of the column that says the class"},
		{"target alone", "dataset: {target: a}", "mlp.yaml:1:10: dataset: wanted idx or csv, found neither", "write {idx: FOLDER} or {csv: FILE, target: COLUMN}"},
		{"idx with target", "dataset: {idx: a, target: b}", "mlp.yaml:1:10: dataset: wanted target beside csv only, found it beside idx", "take target out: IDX files have labels of their own"},
		{"idx with test_split", "dataset: {idx: a, test_split: 0.1}", "mlp.yaml:1:10: dataset: wanted test_split beside csv only, found it beside idx", "take test_split out: IDX files have a test set of their own"},
		{"all to test on", "dataset: {csv: a.csv, target: b, test_split: 1}", "mlp.yaml:1:46: dataset: test_split: wanted a number above 0 and below 1, found 1", ""},
		{"none to test on", "dataset: {csv: a.csv, target: b, test_split: 0}", "mlp.yaml:1:46: dataset: test_split: wanted a number above 0 and below 1, found 0", "to test on the rows of another file, write test: {csv: FILE} instead"},
		{"test split in quotes", "dataset: {csv: a.csv, target: b, test_split: '0.1'}", `mlp.yaml:1:46: dataset: test_split: wanted a number above 0 and below 1, found the text "0.1"`, quotes},
		{"test split of mnist", "test_split: 0.1", `mlp.yaml:1:1: unknown key "test_split"`, topKeys},
		{"two data sets", "dataset: {idx: a, csv: b}", "mlp.yaml:1:10: dataset: wanted idx or csv, found both", ""},
		{"key of no data set", "dataset: {file: a}", `mlp.yaml:1:11: dataset: unknown key "file"`, "the keys here are idx, csv, target, test_split, header, ignore, split_seed, test, image, prefix, transpose, classes"},
		{"target ignored", "dataset: {csv: a.csv, target: b, ignore: [a, b]}", "mlp.yaml:1:42: dataset: ignore: wanted columns besides the target, found the target b", "take it out: the target is none of the columns that are learned from"},
		{"nothing ignored", "dataset: {csv: a.csv, target: b, ignore: []}", "mlp.yaml:1:42: dataset: ignore: wanted the name of a column or a list of them, found an empty list", ""},
		{"ignored twice", "dataset: {csv: a.csv, target: b, ignore: [a, a]}", "mlp.yaml:1:46: dataset: ignore: a is given twice", ""},
		{"ignored by number", "dataset: {csv: a.csv, target: b, ignore: [0]}", "mlp.yaml:1:43: dataset: ignore: wanted the name of a column or a list of them, found 0", "put it in quotes"},
		{"idx with ignore", "dataset: {idx: a, ignore: b}", "mlp.yaml:1:10: dataset: wanted ignore beside csv only, found it beside idx", "take ignore out"},
		{"idx with split_seed", "dataset: {idx: a, split_seed: 1}", "mlp.yaml:1:10: dataset: wanted split_seed beside csv only, found it beside idx", "take split_seed out"},
		{"idx with test", "dataset: {idx: a, test: {csv: b}}", "mlp.yaml:1:10: dataset: wanted test beside csv only, found it beside idx", "take test out: IDX files have a test set of their own"},
		{"negative split seed", "dataset: {csv: a.csv, target: b, split_seed: -1}", "mlp.yaml:1:46: dataset: split_seed: wanted a whole number from 0 to 18446744073709551615, found -1", ""},
		{"test file without csv", "dataset: {csv: a.csv, target: b, test: c.csv}", `mlp.yaml:1:40: dataset: test: wanted {csv: FILE}, found "c.csv"`, "write test: {csv: c.csv}"},
		{"test file without name", "dataset: {csv: a.csv, target: b, test: {}}", "mlp.yaml:1:40: dataset: test: wanted {csv: FILE}, found a mapping", ""},
		{"test file and share", "dataset: {csv: a.csv, target: b, test: {csv: c.csv}, test_split: 0.2}", "mlp.yaml:1:66: dataset: wanted test or test_split, found both", "take test_split out: all rows of the test file test"},
		{"target as a number", "dataset: {csv: a.csv, target: 5}", "mlp.yaml:1:31: dataset: target: wanted the name of a column, found 5", "put it in quotes"},
		{"augmented table", "dataset: {csv: a.csv, target: b}\naugment: {shift: 1}", "mlp.yaml:2:10: augment: wanted a data set of images, found a.csv", "take augment out: the rows of a table cannot be shifted or rotated; of rows that are images, image: [HEIGHT, WIDTH] in dataset says so"},
		{"image of one number", "dataset: {csv: a.csv, target: b, image: 28}", "mlp.yaml:1:41: dataset: image: wanted [HEIGHT, WIDTH], in pixels, found 28", "write image: [28, 28] for MNIST's images"},
		{"image of three numbers", "dataset: {csv: a.csv, target: b, image: [28, 28, 1]}", "mlp.yaml:1:41: dataset: image: wanted [HEIGHT, WIDTH], in pixels, found a list", "write image: [28, 28] for MNIST's images"},
		{"image of nothing", "dataset: {csv: a.csv, target: b, image: [0, 28]}", "mlp.yaml:1:42: dataset: image: wanted a whole number from 1 to 4096, found 0", ""},
		{"idx with image", "dataset: {idx: a, image: [28, 28]}", "mlp.yaml:1:10: dataset: wanted image beside csv only, found it beside idx", "take image out: IDX files say how large their images are"},
		{"csv with prefix", "dataset: {csv: a.csv, target: b, prefix: c}", "mlp.yaml:1:10: dataset: wanted prefix beside idx only, found it beside csv", "take prefix out"},
		{"csv with classes", "dataset: {csv: a.csv, target: b, classes: c}", "mlp.yaml:1:10: dataset: wanted classes beside idx only, found it beside csv", "take classes out: the target's values name the classes"},
		{"transposed table", "dataset: {csv: a.csv, target: b, transpose: true}", "mlp.yaml:1:10: dataset: wanted transpose for images only, found it for a table", "if the columns are the pixels of images, write image: [HEIGHT, WIDTH]"},

		{"smoothing of squares", "loss: mse\nlabel_smoothing: 0.1", "mlp.yaml:2:18: label_smoothing: wanted 0 beside mse, found 0.1", "only cross-entropies smooth labels"},
		{"smoothing of all", "label_smoothing: 1", "mlp.yaml:1:18: label_smoothing: wanted a number of at least 0 and below 1, found 1", ""},
		{"two ways to clip", "optimizer: {clipnorm: 1, clipvalue: 2}", "mlp.yaml:1:23: optimizer.clipnorm: wanted at most one way to clip gradients, found clipvalue too", "set one of them to 0, or take it out"},
		{"nesterov alone", "optimizer: {name: sgd, nesterov: true}", "mlp.yaml:1:34: optimizer.nesterov: wanted a momentum above 0 beside it, found 0", "for example optimizer: {name: sgd, momentum: 0.9, nesterov: true}"},
		{"average that is off", "optimizer: {ema_momentum: 0.9}", "mlp.yaml:1:27: optimizer.ema_momentum: there is no such key where optimizer.use_ema is false", "take it out, or choose true"},
		{"average that overwrites by fractions", "optimizer: {use_ema: true, ema_overwrite_frequency: 0.5}", "mlp.yaml:1:53: optimizer.ema_overwrite_frequency: wanted a whole number from 0 to 1000000000, found 0.5", ""},
		{"average that overwrites, but is off", "optimizer: {ema_overwrite_frequency: 10}", "mlp.yaml:1:38: optimizer.ema_overwrite_frequency: there is no such key where optimizer.use_ema is false", "take it out, or choose true"},
		{"key of another schedule", "schedule: {name: cosine, decay_epochs: 5}", "mlp.yaml:1:40: schedule.decay_epochs: there is no such key where schedule.name is cosine", "take it out, or choose one of exponential, inverse_time, polynomial"},
		{"key of no schedule", "schedule: {warmup: 5}", `mlp.yaml:1:12: unknown key "warmup" in schedule`, keysHere("schedule")},
		{"unknown schedule", "schedule: {name: cosinus}", `mlp.yaml:1:18: schedule.name: wanted ` + wantOf("schedule.name") + `, found "cosinus"`, "did you mean cosine?"},
		{"schedule as a name", "schedule: cosine", `mlp.yaml:1:11: schedule: wanted keys such as name: constant, found "cosine"`, "write schedule: {name: cosine}"},
		{"two that set the rate", "reduce_lr_on_plateau: {}\nschedule: {name: step}", "mlp.yaml:1:23: reduce_lr_on_plateau: wanted no schedule beside it, found step", "take one of them out: both set the learning rate"},
		{"least rate above the rate", "reduce_lr_on_plateau: {min_lr: 0.001}", "mlp.yaml:1:32: reduce_lr_on_plateau.min_lr: wanted less than the learning rate, 0.001, found 0.001", ""},

		{"patience without validation", "validation_split: 0\nearly_stopping: {patience: 3}", "mlp.yaml:2:17: early_stopping.monitor: wanted a metric that is measured, found val_loss, and there is no validation", "set validation_split, or watch loss"},
		{"plateau without validation", "validation_split: 0\nreduce_lr_on_plateau: {monitor: val_accuracy}", "mlp.yaml:2:33: reduce_lr_on_plateau.monitor: wanted a metric that is measured, found val_accuracy, and there is no validation", "set validation_split, or watch accuracy"},
		{"target without validation", "validation_split: 0\ntarget: {value: 0.9}", "mlp.yaml:2:9: target.monitor: wanted a metric that is measured, found val_accuracy, and there is no validation", "set validation_split, or watch accuracy"},
		{"best without validation", "validation_split: 0\ncheckpoint: {best: val_loss}", "mlp.yaml:2:20: checkpoint.best: wanted a metric that is measured, found val_loss, and there is no validation", "set validation_split, or watch loss"},
		{"unknown figure", "early_stopping: {monitor: f1}", `mlp.yaml:1:27: early_stopping.monitor: wanted one of loss, accuracy, val_loss, val_accuracy, found "f1"`, ""},
		{"key of a group that is off", "restore_best_weights: true", `mlp.yaml:1:1: unknown key "restore_best_weights"`, "it belongs in early_stopping: {restore_best_weights: …}"},
		{"group that is switched", "early_stopping: true", "mlp.yaml:1:17: early_stopping: wanted keys such as monitor: val_loss, found true", "write early_stopping: {patience: 5}"},
		{"accuracy in percent", "target: {value: 98}", "mlp.yaml:1:17: target.value: wanted a number from 0 to 1 for val_accuracy, found 98", "98 % is 0.98"},
		{"target of nothing", "target: {}", "mlp.yaml:1:9: target: wanted value, a number from 0 to 1000, found none", "for example target: {value: 0.98}"},
		{"checkpoints at no time", "checkpoint: {}", "mlp.yaml:1:13: checkpoint: wanted every_epochs, every_minutes, best or keep_last, found none", "for example checkpoint: {every_epochs: 5}"},

		{"elastic field without width", "augment: {elastic: {sigma: 0}}", "mlp.yaml:1:28: augment.elastic.sigma: wanted a number from 0.25 to 100, found 0", ""},
		{"elastic as a number", "augment: {elastic: 34}", "mlp.yaml:1:20: augment.elastic: wanted keys such as alpha: 0, found 34", "write elastic: {alpha: 34}"},
		{"key of a group in a group", "augment: {elastic: {alpa: 34}}", `mlp.yaml:1:21: unknown key "alpa" in augment.elastic`, "did you mean alpha?"},
		{"smallest rectangle above the largest", "augment: {random_erasing: {scale_min: 0.5}}", "mlp.yaml:1:39: augment.random_erasing.scale_min: wanted at most scale_max, 0.33, found 0.5", ""},
		{"largest rectangle below the smallest", "augment: {random_erasing: {scale_max: 0.01}}", "mlp.yaml:1:10: augment.random_erasing.scale_min: wanted at most scale_max, 0.01, found 0.02", ""},
		{"fill value that is a number", "augment: {random_erasing: {fill_value: 0}}", "mlp.yaml:1:40: augment.random_erasing.fill_value: wanted random or zero, found 0", ""},
		{"key of a group below", "augment: {sigma: 6}", `mlp.yaml:1:11: unknown key "sigma" in augment`, "it belongs in augment: {elastic: {sigma: …}}"},
		{"no teacher", "distill: {temperature: 3}", "mlp.yaml:1:10: distill: wanted teacher, a file name or a list of them, found none", "for example distill: {teacher: large.bin}"},
		{"empty list of teachers", "distill: {teacher: []}", "mlp.yaml:1:20: distill.teacher: wanted a file name or a list of them, found an empty list", ""},
		{"teacher that is a number", "distill: {teacher: [a.bin, 5]}", "mlp.yaml:1:28: distill.teacher: wanted a file name, found 5", "put it in quotes"},
		{"cold teacher", "distill: {teacher: a.bin, temperature: 0}", "mlp.yaml:1:40: distill.temperature: wanted a number above 0 and at most 1000, found 0", ""},
		{"heavy teacher", "distill: {teacher: a.bin, weight: 1.5}", "mlp.yaml:1:35: distill.weight: wanted a number from 0 to 1, found 1.5", ""},
		{"teacher of yes and no", "distill: {teacher: a.bin}\noutput_layer: {activation: sigmoid}", "mlp.yaml:1:10: distill: wanted an output layer with softmax, found sigmoid", ""},
		{"teacher of squares", "distill: {teacher: a.bin}\nloss: mse", "mlp.yaml:1:10: distill: wanted the loss categorical_crossentropy, found mse", ""},
		{"too many layers", "layers: [" + strings.Repeat("1, ", 1000) + "1]", "mlp.yaml:1:9: layers: wanted at most 1000 layers, found 1001", ""},

		{"group as a name", "optimizer: sgd", `mlp.yaml:1:12: optimizer: wanted keys such as name: adam, found "sgd"`, "write optimizer: {name: sgd}"},
		{"group as nothing", "optimizer:", "mlp.yaml:1:11: optimizer: wanted keys such as name: adam, found nothing", "write optimizer: {name: adam}"},
		{"a list", "[1]", "mlp.yaml:1:1: wanted keys such as epochs: 10, found a list", ""},
		{"a word", "hello", `mlp.yaml:1:1: wanted keys such as epochs: 10, found "hello"`, ""},
		{"key of another optimizer", "optimizer: {name: sgd, beta_1: 0.5}", "mlp.yaml:1:32: optimizer.beta_1: there is no such key where optimizer.name is sgd", "take it out, or choose one of adam, adamw, lion, nadam"},
		{"first of two", "optimizer: {epsilon: 1e-8, beta_1: 0.5, name: sgd}", "mlp.yaml:1:22: optimizer.epsilon: there is no such key where optimizer.name is sgd", "take it out, or choose one of adam, adamw, nadam, rmsprop"},
		{"wrong loss", "loss: binary_crossentropy", "mlp.yaml:1:7: loss: wanted " + softmaxLosses + " beside an output layer with softmax, found binary_crossentropy", "leave loss out to have the one that goes with the output layer"},
		{"softmax over one", "output_layer: {units: 1}", "mlp.yaml:1:23: output_layer.units: wanted 2 or more, or 0 for the classes of the data set, beside softmax, found 1", "softmax over a single unit is always 1; for yes or no use activation: sigmoid"},
		{"sigmoid over ten", "output_layer: {activation: sigmoid, units: 10}", "mlp.yaml:1:44: output_layer.units: wanted 1 beside sigmoid, found 10", "to tell classes apart use activation: softmax"},

		{"tab in the first line", "\tepochs: 1", "mlp.yaml:1: wanted spaces at the start of the line, found a tab", ""},
		{"tab in a group", "epochs: 1\noptimizer:\n\tname: adam", "mlp.yaml:3: wanted spaces at the start of the line, found a tab", ""},
		{"open bracket", "epochs: 1\nlayers: [1,\n2\nseed: 3", "mlp.yaml:2: not valid YAML: did not find expected ',' or ']'", syntaxHint},
		{"open quote", "seed: 1\noutput: \"a\nepochs: 1", "mlp.yaml:2: not valid YAML: found unexpected end of stream", syntaxHint},
		{"indented", "\n# one\nepochs: 1\nseed: 2\n  threads: 3\ninput: 1\n", "mlp.yaml:5: not valid YAML: mapping values are not allowed in this context", syntaxHint},
		{"outdented", "optimizer:\n    name: adam\n  epsilon: 1\n", "mlp.yaml:3: not valid YAML: did not find expected key", syntaxHint},
		{"no colon", "seed: 1\nepochs 10\n", "mlp.yaml:2: not valid YAML: could not find expected ':'", syntaxHint},
		{"two documents", "epochs: 1\n---\nepochs: 2", "mlp.yaml:2:1: wanted one document, found the start of a second", ""},
		{"bad second document", "epochs: 1\n---\n]", "mlp.yaml:3: not valid YAML: did not find expected node content", syntaxHint},
		{"anchor", "layers: &a [1]", "mlp.yaml:1:9: anchors (&name) are not supported", ""},
		{"alias", "layers: &a [1]\nepochs: *a", "mlp.yaml:1:9: anchors (&name) are not supported", ""},
		{"alias of nothing", "seed: 1\nepochs: *a", "mlp.yaml:2: not valid YAML: unknown anchor 'a' referenced", syntaxHint},
		{"anchored file", "&a {epochs: 1}", "mlp.yaml:1:1: anchors (&name) are not supported", ""},
		{"anchored nothing", "&a", "mlp.yaml:1:1: anchors (&name) are not supported", ""},
		{"tag", "epochs: !!int 3", "mlp.yaml:1:9: tags (!name) are not supported", ""},
		{"not UTF-8", "# caf\xe9\nepochs: 1", "mlp.yaml:1:6: wanted UTF-8 text, found the byte 0xe9", ""},
		{"control character", "epochs: 1\nseed: \x01", "mlp.yaml:2:7: wanted text, found the control character U+0001", ""},
		{"UTF-16", "\xff\xfee\x00", "mlp.yaml:1:1: wanted UTF-8 text, found the byte 0xff", ""},
		{"too large", strings.Repeat("#", keyfile.MaxSize+1), "mlp.yaml: wanted an experiment file of at most 1048576 bytes, found more", ""},
		{"the first of several", "seed: 1\nepochs: x\nseed: 2\nfoo: 1", `mlp.yaml:2:9: ` + wantEpochs + `found "x"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadText(tt.text)
			e := asFault(t, err)
			if e.Error() != tt.want || e.Hint != tt.hint || e.Kind != fault.Config {
				t.Errorf("found %s\nwanted %s\nhint %q, wanted %q; kind %d", e, tt.want, e.Hint, tt.hint, e.Kind)
			}
		})
	}
}

func TestValidFiles(t *testing.T) {
	tests := []struct {
		name, text string
		check      func(c Config) bool
	}{
		{"empty", "", func(c Config) bool { return c.Epochs == 10 }},
		{"comment", "# nothing\n", func(c Config) bool { return c.Epochs == 10 }},
		{"empty document", "---\n...\n", func(c Config) bool { return c.Epochs == 10 }},
		{"empty mapping", "{}", func(c Config) bool { return c.Epochs == 10 }},
		{"byte order mark", "\ufeffepochs: 3", func(c Config) bool { return c.Epochs == 3 }},
		{"Windows line ends", "epochs: 3\r\nseed: 4\r\n", func(c Config) bool { return c.Epochs == 3 && c.Seed == 4 }},
		{"JSON", `{"epochs": 3, "optimizer": {"name": "sgd"}}`, func(c Config) bool { return c.Epochs == 3 && c.Optimizer.Name == "sgd" }},
		{"no hidden layer", "layers: []", func(c Config) bool { return c.Layers != nil && len(c.Layers) == 0 }},
		{"list in block style", "layers:\n  - 7\n  - 8\n", func(c Config) bool { return len(c.Layers) == 2 && c.Layers[1].Units == 8 }},
		{"largest seed", "seed: 18446744073709551615", func(c Config) bool { return c.Seed == 1<<64-1 }},
		{"underscores", "batch_size: 60_000", func(c Config) bool { return c.BatchSize == 60000 }},
		{"whole number for a rate", "optimizer: {learning_rate: 1}", func(c Config) bool { return c.Optimizer.LearningRate == 1 }},
		{"exponent", "optimizer: {learning_rate: 1e-2}", func(c Config) bool { return c.Optimizer.LearningRate == 0.01 }},
		{"no momentum", "optimizer: {beta_1: 0}", func(c Config) bool {
			rule := c.Optimizer.Rule.(*optimizer.AdamRule)
			return rule.Beta1 == 0 && rule.Beta2 == 0.999
		}},
		{"no split", "validation_split: 0", func(c Config) bool { return c.ValidationSplit == 0 }},
		{"keep the order", "shuffle: false", func(c Config) bool { return !c.Shuffle }},
		{"test split", "dataset: {csv: a.csv, target: b, test_split: 0.5}", func(c Config) bool { return c.Dataset.TestSplit == 0.5 }},
		{"no header", "dataset: {csv: a.csv, target: 0, header: false}", func(c Config) bool { return c.Dataset.NoHeader && c.Dataset.Target == "0" }},
		{"no test split", "dataset: {csv: a.csv, target: b}", func(c Config) bool { return c.Dataset.TestSplit == 0.2 }},
		{"one column ignored", "dataset: {csv: a.csv, target: b, ignore: Id}", func(c Config) bool { return slices.Equal(c.Dataset.Ignore, []string{"Id"}) }},
		{"columns ignored by number", "dataset: {csv: a.csv, target: 2, ignore: [0, 1], header: false}", func(c Config) bool {
			return slices.Equal(c.Dataset.Ignore, []string{"0", "1"}) && c.Dataset.Target == "2"
		}},
		{"columns by number, in capitals", "dataset: {csv: a.csv, target: 2, ignore: 0, header: False}", func(c Config) bool { return c.Dataset.Ignore[0] == "0" }},
		{"a split of its own", "seed: 3\ndataset: {csv: a.csv, target: b, split_seed: 0}", func(c Config) bool { return c.SplitSeed() == 0 && c.Seed == 3 }},
		{"the split of the run", "seed: 3\ndataset: {csv: a.csv, target: b}", func(c Config) bool { return c.SplitSeed() == 3 }},
		{"a test file", "dataset: {csv: a.csv, target: b, test: {csv: c.csv}}", func(c Config) bool { return c.Dataset.Test == "c.csv" && c.Dataset.TestSplit == 0 }},
		{"images in rows", "dataset: {csv: a.csv, target: b, image: [28, 20], transpose: true}\naugment: {shift: 1}", func(c Config) bool { return c.Dataset.Image == [2]int{28, 20} && c.Dataset.Transpose }},
		{"images by other names", "dataset: {idx: a, prefix: emnist-letters-, transpose: true, classes: m.txt}", func(c Config) bool { return c.Dataset.Prefix == "emnist-letters-" && c.Dataset.Classes == "m.txt" }},
		{"a test file and no share", "dataset: {csv: a.csv, target: b, test: {csv: c.csv}, test_split: 0}", func(c Config) bool { return c.Dataset.TestSplit == 0 }},
		{"quoted names", `"activation": "tanh"`, func(c Config) bool { return c.Activation == "tanh" }},
		{"file named like a number", `output: "10"`, func(c Config) bool { return c.Output == "10" }},
		{"loss follows sigmoid", "output_layer: {activation: sigmoid}", func(c Config) bool { return c.Loss == "binary_crossentropy" && c.OutputLayer.Units == 1 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if c := mustLoad(t, tt.text).Config; !tt.check(c) {
				t.Errorf("%q gives %+v", tt.text, c)
			}
		})
	}
}

func TestUnreadableFiles(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large.yaml")
	if err := os.WriteFile(large, make([]byte, keyfile.MaxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	reading := func(err error) func(string) ([]byte, error) {
		return func(path string) ([]byte, error) { return nil, &fs.PathError{Op: "open", Path: path, Err: err} }
	}
	missing := filepath.Join(folder, "missing.yaml")
	tests := []struct {
		name string
		opts Options
		want string
	}{
		{"missing", Options{Path: missing}, missing + ": no such file"},
		{"folder", Options{Path: folder}, folder + ": wanted an experiment file, found a folder"},
		{"too large", Options{Path: large}, large + ": wanted an experiment file of at most 1048576 bytes, found more"},
		{"not allowed", Options{Path: "a.yaml", Read: reading(fs.ErrPermission)}, "a.yaml: cannot be read: permission denied"},
		{"folder, other reader", Options{Path: "a.yaml", Read: reading(syscall.EISDIR)}, "a.yaml: cannot be read: is a directory"},
		{"two lines in the name", Options{Path: "a\nb", Read: reading(fs.ErrNotExist)}, `"a\nb": no such file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.opts)
			if e := asFault(t, err); e.Error() != strings.ReplaceAll(tt.want, "permission denied", fs.ErrPermission.Error()) || e.Kind != fault.Config {
				t.Errorf("wanted %s, found %s", tt.want, e)
			}
		})
	}
	if _, err := Load(Options{Path: missing}); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
}
