package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// epochsKey is the only setting that may change when a run resumes, and only if EpochsFixedBy is empty.
const epochsKey = "epochs"

// differences describes each setting or input that differs between this run and the one that wrote the checkpoint.
func (c *Checkpoints) differences(found *Checkpoint) []string {
	then, now := settings(found.config, found.inputs), settings(c.Config, c.inputs())
	if c.Start == "" {
		delete(then, startInput)
	}
	if c.EpochsFixedBy == "" {
		delete(then, epochsKey)
		delete(now, epochsKey)
	}
	all := maps.Clone(then)
	maps.Copy(all, now)
	var out []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		a, b := value(then, key), value(now, key)
		if a == b {
			continue
		}
		difference := fmt.Sprintf("%s is %s there, %s here", key, a, b)
		if key == epochsKey {
			difference += fmt.Sprintf(" (%s depends on it)", c.EpochsFixedBy)
		}
		out = append(out, difference)
	}
	return out
}

func value(settings map[string]string, key string) string {
	if v, ok := settings[key]; ok {
		return v
	}
	return "not set"
}

// settings returns the value of each setting by its key, such as optimizer.learning_rate, and the inputs by their
// names.
func settings(config json.RawMessage, inputs map[string]string) map[string]string {
	all := maps.Clone(inputs)
	if all == nil {
		all = map[string]string{}
	}
	if len(config) > 0 {
		flatten(all, "", config)
	}
	return all
}

// flatten adds the members of a JSON object, recursively and under dotted keys. Any other value is added as its text.
func flatten(all map[string]string, key string, text json.RawMessage) {
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) == nil && object != nil {
		for name, inner := range object {
			if key != "" {
				name = key + "." + name
			}
			flatten(all, name, inner)
		}
		return
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		panic("train: the config is not JSON: " + err.Error())
	}
	all[key] = compact.String()
}
