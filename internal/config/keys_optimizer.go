package config

import (
	"slices"

	"dnn/internal/nn/optimizer"
	"dnn/internal/setting"
)

// optimizerKeys returns the keys of the optimizers: their settings, as each optimizer lists them in its own file.
func optimizerKeys() []Key {
	const group, name = "optimizer", "optimizer.name"
	var things []thing
	for _, name := range optimizer.Names() {
		spec := optimizer.Default(name)
		things = append(things, thing{name, spec.Settings()})
	}
	keys := keysOf(group, things)
	rate := slices.IndexFunc(keys, func(k Key) bool { return k.Name == "optimizer.learning_rate" })
	keys[rate].Flag = "--learning-rate"
	return append([]Key{
		{Name: group, Main: "learning_rate", NoField: true,
			Doc: "The rule that updates the weights."},
		{Name: name, Default: "adam", Example: "sgd", Kind: choice(optimizer.Names()...),
			Doc: "Which rule; the formulas are Keras 3's.",
			Advice: "adam to begin with; adamw with a weight_decay for long runs; " +
				"sgd with a momentum of 0.9 where you tune the rate."},
	}, keys...)
}

// newOptimizer returns the optimizer that the values of the group describe.
func newOptimizer(values map[string]any) optimizer.Spec {
	spec := optimizer.Default(values["name"].(string))
	setting.Fill(spec.Settings(), values)
	return spec
}
