package config

import (
	"strings"
	"testing"

	"dnn/internal/fault"
)

func TestUnknownVariables(t *testing.T) {
	load := func(variables ...string) (*Resolved, error) {
		env := map[string]string{}
		for _, v := range variables {
			name, value, _ := strings.Cut(v, "=")
			env[name] = value
		}
		return Load(Options{Env: lookup(env), Environ: func() []string { return variables }})
	}
	for variable, hint := range map[string]string{
		"DNN_EPOCH": "DNN_EPOCHS", "DNN_LR": "DNN_OPTIMIZER_LEARNING_RATE", "DNN_OPTIMIZER": "DNN_OPTIMIZER_NAME",
		"DNN_DATADIR": "DNN_DATA_DIR", "DNN_RANDOM_STATE": "DNN_SEED", "DNN_BATCHSIZE": "DNN_BATCH_SIZE",
	} {
		_, err := load("DNN_SEED=2", variable+"=1")
		if e := asFault(t, err); e.Kind != fault.Config || e.Where != variable || e.Hint != "did you mean "+hint+"?" {
			t.Errorf("%s: found %v, hint %q, kind %d", variable, e, e.Hint, e.Kind)
		}
	}
	r, err := load("PATH=/bin", "DNN_=1", "DNN_EPOCH=", "DNN_SIMD=generic", "DNN_DATA_DIR=/", "DNN_HOSPITAL=1",
		"DNN_LEARNING_RATE=0.5")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Notes) != 1 || r.Notes[0] != "dnn does not read the variable DNN_HOSPITAL" {
		t.Errorf("found the notes %q", r.Notes)
	}
	if r.Optimizer.LearningRate != 0.5 || r.Origins["optimizer.learning_rate"] != "DNN_LEARNING_RATE" {
		t.Errorf("found %v from %s", r.Optimizer.LearningRate, r.Origins["optimizer.learning_rate"])
	}
	_, err = load("DNN_LEARNING_RATE=0.5", "DNN_OPTIMIZER_LEARNING_RATE=0.5")
	if e := asFault(t, err); e.Where != "DNN_LEARNING_RATE" {
		t.Errorf("found %v", e)
	}
}
