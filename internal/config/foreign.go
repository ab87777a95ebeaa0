package config

import (
	"slices"
	"strings"
)

// Names that Keras, PyTorch or scikit-learn have for what an experiment file says in another way.

// foreign is what such a name is here.
type foreign struct {
	key   string // the dotted key
	value string // what to write for it where the value cannot be kept, as in a file
}

// hintIn is the hint for such a name as a key in a group of the file.
func (f foreign) hintIn(group string) string {
	outer, leaf := (Key{Name: f.key}).parent()
	switch {
	case f.value != "":
		return "write " + f.key + ": " + f.value
	case outer == group:
		return "did you mean " + leaf + "?"
	}
	return place(outer, leaf)
}

// foreignKey is the hint for such a name as a key of --set, within a group or not.
func (t table) foreignKey(name string) (hint string, ok bool) {
	_, leaf := (Key{Name: name}).parent()
	f, ok := foreignName(leaf)
	switch {
	case !ok:
		return "", false
	case f.value == "":
		return "did you mean " + f.key + "?", true
	case !t.byName[f.key].Group():
		return "write --set '" + f.key + "=" + f.value + "'", true
	}
	inner, value, _ := strings.Cut(strings.Trim(f.value, "{}"), ": ")
	return "write --set " + f.key + "." + inner + "=" + value, true
}

// foreignName finds what a name of another library is here. Neither case nor underscores count: batchSize, learningRate.
func foreignName(name string) (foreign, bool) {
	for f, names := range foreignNames() {
		if slices.Contains(names, plainName(name)) {
			return f, true
		}
	}
	return foreign{}, false
}

// plainName is a name without case, underscores and hyphens.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// foreignNames lists, for each thing that has other names elsewhere, those names as plainName writes them.
func foreignNames() map[foreign][]string {
	return map[foreign][]string{
		{"optimizer.learning_rate", ""}:          {"lr", "eta", "eta0", "alpha", "learningrateinit", "stepsize"},
		{"optimizer.beta_1", ""}:                 {"beta1"},
		{"optimizer.beta_2", ""}:                 {"beta2"},
		{"optimizer.epsilon", ""}:                {"eps"},
		{"optimizer.name", ""}:                   {"solver", "algorithm"},
		{"layers", "[100, 50]"}:                  {"units", "hidden", "hiddenlayersizes", "hiddenunits", "neurons", "hiddenlayers", "hiddensize", "hiddensizes"},
		{"layers", "[100, {dropout: 0.2}, 50]"}:  {"dropout", "dropoutrate"},
		{"layers", "[100, batch_normalization]"}: {"batchnorm", "batchnormalization"},
		{"layers", "[{dense: 100, l2: 1e-4}]"}:   {"l2", "kernelregularizer", "regularizer"},
		{"layers", "[{dense: 100, l1: 1e-5}]"}:   {"l1"},
		{"augment", "{shift: 1}"}:                {"augmentation", "dataaugmentation"},
		{"validation_split", ""}:                 {"valsplit", "validationfraction", "valfraction", "validationsize"},
		{"early_stopping", "{patience: 5}"}:      {"callbacks", "earlystopping", "patience", "niternochange"},
		{"target", "{value: 0.98}"}:              {"metrics"},
		{"seed", ""}:                             {"randomstate", "randomseed", "manualseed"},
		{"batch_size", ""}:                       {"batchsize", "batch", "minibatchsize"},
		{"epochs", ""}:                           {"maxiter", "numepochs", "nbepoch", "nepochs", "maxepochs", "iterations"},
		{"kernel_initializer", ""}:               {"initializer", "weightinit", "init"},
		{"loss", ""}:                             {"criterion", "lossfunction"},
		{"threads", ""}:                          {"njobs", "numthreads", "workers", "numworkers"},
		{"dataset", ""}:                          {"data"},
		{"schedule", "{name: cosine}"}:           {"scheduler", "lrschedule", "lrscheduler", "learningrateschedule"},
		{"output_layer", "{activation: softmax}"}: {
			"outputactivation", "outactivation", "lastactivation",
		},
		{"checkpoint", "{every_epochs: 1}"}: {"modelcheckpoint", "saveevery"},
		{"tensorboard", "runs"}:             {"logdir"},
	}
}

// foreignValue finds, among names, what a value of another library is here.
func foreignValue(value string, names []string) (string, bool) {
	for name, others := range foreignValues() {
		if slices.Contains(names, name) && slices.Contains(others, plainName(value)) {
			return name, true
		}
	}
	return "", false
}

// foreignValues lists, for each value that has other names elsewhere or that is the nearest to what there is not here,
// those names as plainName writes them.
func foreignValues() map[string][]string {
	return map[string][]string{
		"silu":           {"swish"},
		"sigmoid":        {"hardsigmoid", "logistic"},
		"linear":         {"identity", "none"},
		"mse":            {"meansquarederror", "mseloss", "squarederror"},
		categorical:      {"sparsecategoricalcrossentropy", "crossentropy", "crossentropyloss", "nllloss", "logloss"},
		binary:           {"bce", "bceloss", "bcewithlogitsloss"},
		"accuracy":       {"acc"},
		"val_accuracy":   {"valacc"},
		"glorot_uniform": {"xavier", "xavieruniform"},
		"glorot_normal":  {"xaviernormal"},
		"he_normal":      {"he", "kaiming", "kaimingnormal"},
		"he_uniform":     {"kaiminguniform"},
		"cosine":         {"cosinedecay", "cosineannealing", "cosineannealinglr"},
		"exponential":    {"exponentialdecay", "exponentiallr"},
		"polynomial":     {"polynomialdecay", "lineardecay"},
		"step":           {"steplr", "stepdecay"},
		"one_cycle":      {"onecyclelr"},
	}
}

// ForeignFlag finds the flag, without its hyphens, that is here what another library's name is there.
func ForeignFlag(name string) (flag string, ok bool) {
	f, ok := foreignName(name)
	if !ok {
		return "", false
	}
	flag = strings.TrimPrefix(newTable().byName[f.key].Flag, "--")
	return flag, flag != ""
}
