// Package synonym has the names by which Keras, PyTorch and scikit-learn call things that have other names in an experiment
// file, so that an error can say what was meant.
package synonym

import (
	"sync"

	"dnn/internal/keyfile"
	"dnn/internal/nn"
)

// Keys lists the other names of each key, in lower case and without underscores and hyphens.
var Keys = sync.OnceValue(func() map[keyfile.Foreign][]string {
	return map[keyfile.Foreign][]string{
		{Key: "optimizer.learning_rate"}: {
			"lr", "eta", "eta0", "alpha", "learningrateinit", "stepsize",
		},
		{Key: "optimizer.beta_1"}:  {"beta1"},
		{Key: "optimizer.beta_2"}:  {"beta2"},
		{Key: "optimizer.epsilon"}: {"eps"},
		{Key: "optimizer.name"}:    {"solver", "algorithm"},
		{Key: "layers", Value: "[100, 50]"}: {
			"units", "hidden", "hiddenlayersizes", "hiddenunits", "neurons",
			"hiddenlayers", "hiddensize", "hiddensizes",
		},
		{Key: "layers", Value: "[100, {dropout: 0.2}, 50]"}:  {"dropout", "dropoutrate"},
		{Key: "layers", Value: "[100, batch_normalization]"}: {"batchnorm", "batchnormalization"},
		{Key: "layers", Value: "[{dense: 100, l2: 1e-4}]"}:   {"l2", "kernelregularizer", "regularizer"},
		{Key: "layers", Value: "[{dense: 100, l1: 1e-5}]"}:   {"l1"},
		{Key: "augment", Value: "{shift: 1}"}:                {"augmentation", "dataaugmentation"},
		{Key: "validation_split"}: {
			"valsplit", "validationfraction", "valfraction", "validationsize",
		},
		{Key: "early_stopping", Value: "{patience: 5}"}: {
			"callbacks", "earlystopping", "patience", "niternochange",
		},
		{Key: "target", Value: "{value: 0.98}"}: {"metrics"},
		{Key: "seed"}:                           {"randomstate", "randomseed", "manualseed"},
		{Key: "batch_size"}:                     {"batchsize", "batch", "minibatchsize"},
		{Key: "epochs"}: {
			"maxiter", "numepochs", "nbepoch", "nepochs", "maxepochs", "iterations",
		},
		{Key: "kernel_initializer"}: {"initializer", "weightinit", "init"},
		{Key: "loss"}:               {"criterion", "lossfunction"},
		{Key: "threads"}:            {"njobs", "numthreads", "workers", "numworkers"},
		{Key: "dataset"}:            {"data"},
		{Key: "schedule", Value: "{name: cosine}"}: {
			"scheduler", "lrschedule", "lrscheduler", "learningrateschedule",
		},
		{Key: "output_layer", Value: "{activation: softmax}"}: {
			"outputactivation", "outactivation", "lastactivation",
		},
		{Key: "checkpoint", Value: "{every_epochs: 1}"}:     {"modelcheckpoint", "saveevery"},
		{Key: "learning_rate_log", Value: "{file: lr.csv}"}: {"learningratemonitor", "lrmonitor"},
		{Key: "tensorboard", Value: "runs"}:                 {"logdir"},
	}
})

// Values lists the other names of each value, in lower case and without underscores and hyphens. Some are those
// of things that do not exist here; the value is then the nearest.
var Values = sync.OnceValue(func() map[string][]string {
	return map[string][]string{
		"silu":      {"swish"},
		"sigmoid":   {"logistic"},
		"hard_silu": {"hardswish"},
		"hard_tanh": {"hardtanh"},
		"linear":    {"identity", "none"},
		"mse":       {"meansquarederror", "mseloss", "squarederror"},
		nn.CategoricalCrossentropy: {
			"sparsecategoricalcrossentropy", "crossentropy", "crossentropyloss", "nllloss", "logloss",
		},
		nn.BinaryCrossentropy: {"bce", "bceloss", "bcewithlogitsloss"},
		"accuracy":            {"acc"},
		"val_accuracy":        {"valacc"},
		"glorot_uniform":      {"xavier", "xavieruniform"},
		"glorot_normal":       {"xaviernormal"},
		"he_normal":           {"he", "kaiming", "kaimingnormal"},
		"he_uniform":          {"kaiminguniform"},
		"cosine":              {"cosinedecay", "cosineannealing", "cosineannealinglr"},
		"exponential":         {"exponentialdecay", "exponentiallr"},
		"inverse_time":        {"inversetimedecay"},
		"polynomial":          {"polynomialdecay", "lineardecay"},
		"step":                {"steplr", "stepdecay"},
		"one_cycle":           {"onecyclelr"},
	}
})
