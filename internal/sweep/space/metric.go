package space

import (
	"slices"
	"strings"

	"dnn/internal/report"
)

// loadMetric loads the metric, and checks that it is measured.
func (f *file) loadMetric() error {
	given, _ := f.values.Group("metric")
	name, _ := given["name"].(string)
	goal, _ := given["goal"].(string)
	if name == "" && len(given) > 0 {
		return f.fault("metric", "wanted name, one of %s, found none", strings.Join(report.SeedMetrics(), ", "))
	}
	validated := f.base.ValidationSplit > 0
	if name == "" {
		name = "val_loss"
		if !validated {
			name = "loss"
		}
	}
	f.Metric = Metric{Name: name, Maximize: goal == "maximize"}
	if target, ok := given["target"].(float64); ok {
		f.Metric.Target = &target
	}
	accuracy := strings.HasSuffix(name, "accuracy")
	switch rest, ofValidation := strings.CutPrefix(name, "val_"); {
	case ofValidation && !validated:
		const message = "wanted a metric that is measured, found %s, and the experiment has no validation"
		return f.fault("metric.name", message, name).WithHint("set validation_split, or take %s", rest)
	case accuracy && goal == "":
		return f.fault("metric.name", "wanted a goal beside it, found none: the default would minimize the %s", name).
			WithHint("write goal: maximize")
	case accuracy != f.Metric.Maximize:
		f.note("%s: the best point will be the one with the %s %s", f.Path,
			map[bool]string{true: "largest", false: "smallest"}[f.Metric.Maximize], name)
	}
	if strings.HasPrefix(name, "test_") {
		f.note("%s: choosing by %s makes the test part of the choice: the best one's will be too good. "+
			"A metric of validation does not", f.Path, name)
	}
	return nil
}

// foreignMetrics returns the names that Keras and its users log for the metrics here.
func foreignMetrics() map[string][]string {
	foreign := map[string][]string{
		"loss":          {"trainloss", "trainingloss"},
		"accuracy":      {"acc", "trainacc", "trainaccuracy", "trainingaccuracy", "categoricalaccuracy"},
		"val_loss":      {"validationloss", "validloss", "valloss"},
		"val_accuracy":  {"valacc", "validationaccuracy", "validationacc", "validaccuracy", "valcategoricalaccuracy"},
		"test_loss":     {"evalloss"},
		"test_accuracy": {"testacc", "evalaccuracy"},
	}
	for name, others := range foreign {
		for _, other := range append(slices.Clone(others), strings.ReplaceAll(name, "_", "")) {
			foreign[name] = append(foreign[name], "epoch/"+other, "val/"+strings.TrimPrefix(other, "val"))
		}
	}
	foreign["loss"] = slices.DeleteFunc(foreign["loss"], isOfValidation)
	foreign["accuracy"] = slices.DeleteFunc(foreign["accuracy"], isOfValidation)
	return foreign
}

// isOfValidation reports whether a name belongs to a group of validation: val/loss.
func isOfValidation(name string) bool { return strings.HasPrefix(name, "val/") }
