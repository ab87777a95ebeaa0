package space

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"dnn/internal/config"
	"dnn/internal/keyfile"
	"dnn/internal/report"
)

// table describes sweep files to package keyfile.
func table() keyfile.Table {
	count := keyfile.Whole{Min: 1, Max: MaxPoints}
	keys := []keyfile.Key{
		{Name: "name", Kind: line{}},
		{Name: "description", Kind: line{}},
		{Name: "base", Kind: keyfile.Path{}, Example: "mlp.yaml"},
		{Name: "method", Example: "grid", Kind: keyfile.Choice{
			Names:   []string{string(Grid), string(Random), string(Sobol), string(Bayes), string(List)},
			Foreign: map[string][]string{string(Bayes): {"tpe", "bayesian"}, string(Sobol): {"qmc"}}}},
		{Name: "metric"},
		{Name: "metric.name", Example: "val_loss", Kind: keyfile.Choice{
			Names: report.SeedMetrics(), Foreign: foreignMetrics()}},
		{Name: "metric.goal", Example: "minimize", Kind: keyfile.Choice{
			Names: []string{"minimize", "maximize"}, Foreign: map[string][]string{"minimize": {"min"}, "maximize": {"max"}}}},
		{Name: "metric.target", Example: "0.98", Kind: keyfile.Number{Min: -maxFigure, Max: maxFigure}},
		{Name: "metric.impute", Example: "worst", Kind: anything{}},
		{Name: "metric.impute_while_running", Example: "worst", Kind: anything{}},
		{Name: "seeds", Example: "5", Kind: keyfile.Whole{Min: 1, Max: config.MaxSeeds}},
		{Name: "run_cap", Example: "20", Kind: count},
		{Name: "parameters", Kind: parameters{}},
		{Name: "list", Kind: settings{}},
		{Name: "early_terminate"},
		{Name: "early_terminate.type", Example: "hyperband", Kind: keyfile.Choice{Names: []string{"hyperband"}}},
		{Name: "early_terminate.min_iter", Example: "3", Kind: count},
		{Name: "early_terminate.max_iter", Example: "27", Kind: count},
		{Name: "early_terminate.s", Example: "2", Kind: keyfile.Whole{Min: 1, Max: 100}},
		{Name: "early_terminate.eta", Example: "3", Kind: keyfile.Whole{Min: 2, Max: 1000}},
		{Name: "early_terminate.strict", Example: "true", Kind: anything{}},
	}
	for _, name := range onlyWandB() {
		keys = append(keys, keyfile.Key{Name: name, Kind: anything{}})
	}
	for i := range keys {
		keys[i].Optional, keys[i].NoField = true, true
	}
	foreign := map[keyfile.Foreign][]string{
		{Key: "parameters"}: {"params", "searchspace", "space", "hyperparameters"},
		{Key: "run_cap"}:    {"count", "runs", "trials", "ntrials", "maxtrials", "numsamples"},
		{Key: "base"}:       {"config", "experiment"},
	}
	for _, k := range config.Keys() { // an experiment file, or a key that belongs into one
		if !strings.Contains(k.Name, ".") && !slices.ContainsFunc(keys, func(own keyfile.Key) bool { return own.Name == k.Name }) {
			meant := keyfile.Foreign{Key: "parameters", Value: "{" + k.Name + ": {values: […]}}, or name an experiment with it in base"}
			foreign[meant] = []string{strings.ReplaceAll(k.Name, "_", "")}
		}
	}
	return keyfile.Table{
		Keys:    keys,
		What:    "a sweep file",
		Program: "dnn sweep",
		Prefix:  "DNN_SWEEP_",
		Missing: "docs/sweeps.md shows one",
		Top:     "method",
		Dotted:  "metric.name",
		Foreign: foreign,
	}
}

// onlyWandB returns the keys that W&B needs to start its agents.
func onlyWandB() []string {
	return []string{"program", "command", "project", "entity", "controller", "job", "image_uri", "apiVersion", "kind"}
}

// line is the kind of a text for people. Its values are string.
type line struct{}

func (k line) Want() string                { return "text" }
func (k line) Node(text string) *yaml.Node { return keyfile.TextNode(text) }
func (k line) Show(v any) string           { return keyfile.ShowText(v.(string)) }

func (k line) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind != yaml.ScalarNode {
		return nil, keyfile.Unwanted(k, n)
	}
	return strings.Join(strings.Fields(n.Value), " "), nil
}

// anything is the kind of a value that is ignored.
type anything struct{}

func (k anything) Want() string                            { return "anything" }
func (k anything) Node(text string) *yaml.Node             { return keyfile.PlainNode(text) }
func (k anything) Show(any) string                         { return "" }
func (k anything) Read(*yaml.Node) (any, *keyfile.Problem) { return true, nil }
